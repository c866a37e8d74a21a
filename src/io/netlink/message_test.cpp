// Tests of writing messages of netlink, and of reading their attributes.
#include "io/netlink/message.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>

#include "base/bytes.h"

namespace weir::io {
namespace {

uint32_t length_at(Bytes octets, size_t at) {
  uint32_t length = 0;
  std::memcpy(&length, &octets[at], sizeof length);
  return length;
}

TEST(NetlinkMessage, lengths_count_what_they_measure_and_all_is_aligned) {
  NetlinkWriter writer;
  const uint8_t family[4] = {2, 0, 0, 0};
  writer.begin(0x0a00, NLM_F_ACK, 7, family);
  writer.text(1, "ab");
  const size_t nest = writer.begin_nest(2);
  writer.u32(3, 0x01020304);
  writer.end_nest(nest);
  writer.begin(0x0a01, 0, 8, family);
  const Bytes octets = writer.octets();
  ASSERT_EQ(octets.size(), 60u);
  EXPECT_EQ(length_at(octets, 0), 40u);
  EXPECT_EQ(length_at(octets, 40), 20u);
  EXPECT_EQ(to_hex(octets.subspan(16, 24)),
            "02000000"
            "0700010061620000"
            "0c000280"
            "0800030001020304");
}

TEST(NetlinkMessage, attributes_are_read_as_they_were_written) {
  NetlinkWriter writer;
  writer.begin(1, 0, 1, {});
  writer.text(1, "name");
  const size_t nest = writer.begin_nest(2);
  writer.u64(5, 9);
  writer.end_nest(nest);
  std::vector<std::pair<uint16_t, size_t>> seen;
  each_attribute(writer.octets().subspan(sizeof(nlmsghdr)),
                 [&](uint16_t type, Bytes value) { seen.emplace_back(type, value.size()); });
  EXPECT_EQ(seen, (std::vector<std::pair<uint16_t, size_t>>{{1, 5}, {2, 12}}));
}

TEST(NetlinkMessage, what_is_cut_short_or_lies_about_its_length_ends_the_reading) {
  for (const std::string_view hex : {"", "08", "0800010001", "0300010000000000", "ffff0100"}) {
    size_t count = 0;
    const Octets octets = *from_hex(hex);
    each_attribute(octets, [&](uint16_t, Bytes) { ++count; });
    EXPECT_EQ(count, 0u) << hex;
  }
}

}  // namespace
}  // namespace weir::io
