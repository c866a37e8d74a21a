// What is written is what the format says, octet by octet, and what the reader reads.
#include "proto/pcap/writer.h"

#include <gtest/gtest.h>

#include "proto/pcap/link_type.h"
#include "proto/pcap/reader.h"

namespace weir::pcap {
namespace {

TEST(PcapWriter, writes_the_structures_of_the_format) {
  Octets file;
  append_file_header(file, kLinkRaw);
  append_record(file, wall_time(1'600'000'000'000'000'007), as_bytes("abc"), 9);
  EXPECT_EQ(to_hex(file),
            "a1b23c4d"
            "0002"
            "0004"
            "00000000"
            "00000000"
            "00040000"
            "00000065"
            "5f5e1000"
            "00000007"
            "00000003"
            "00000009"
            "616263");
}

TEST(PcapWriter, is_read_back) {
  Octets file;
  append_file_header(file, kLinkEthernet);
  append_record(file, wall_time(5'000'000'001), as_bytes("packet"), 6);
  Reader reader;
  Packet packet;
  const Step step = reader.next(file, packet);
  ASSERT_EQ(step.kind, Step::Kind::kPacket);
  EXPECT_EQ(step.consumed, file.size());
  EXPECT_EQ(as_text(packet.octets), "packet");
  EXPECT_EQ(packet.time, wall_time(5'000'000'001));
  EXPECT_EQ(packet.link_type, uint32_t{kLinkEthernet});
}

}  // namespace
}  // namespace weir::pcap
