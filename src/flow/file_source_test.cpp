// What people are told about files that were read.
#include "flow/file_source.h"

#include <gtest/gtest.h>

namespace weir::flow {
namespace {

TEST(FileSource, the_summary_names_every_file_that_was_not_read_to_its_end) {
  ReadSummary summary;
  summary.packets = 3;
  summary.octets = 400;
  summary.observations = 2;
  summary.malformed = 1;
  summary.paired = 1;
  summary.reasons = {{"not_ip", 1}};
  summary.files = {{.path = "good.pcap"}};
  EXPECT_TRUE(summary.whole());
  summary.files.push_back({.path = "cut.pcap", .truncated_at = 24});
  summary.files.push_back({.path = "bad.pcap", .trouble = "neither pcap nor pcapng"});
  EXPECT_FALSE(summary.whole());
  EXPECT_EQ(summary.lines(), (std::vector<std::string>{
                                 "3 packets, 400 octets, 2 messages, 1 malformed, 1 paired",
                                 "not_ip: 1",
                                 "cut.pcap: truncated: it ends within the record at octet 24",
                                 "bad.pcap: neither pcap nor pcapng",
                             }));
}

}  // namespace
}  // namespace weir::flow
