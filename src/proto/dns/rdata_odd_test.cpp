// Locations, address prefixes and host identities: limits of each.
#include "proto/dns/rdata_odd.h"

#include <gtest/gtest.h>

namespace weir::dns {
namespace {

std::string printed(auto print, std::string_view hex) {
  std::string text;
  print(text, *from_hex(hex));
  return text;
}

TEST(RdataOdd, locations_at_the_ends_of_their_ranges) {
  EXPECT_TRUE(
      is_location(*from_hex("00999999"
                            "934fd900"
                            "a69fb200"
                            "ffffffff")));
  EXPECT_FALSE(
      is_location(*from_hex("00999999"
                            "934fd901"
                            "a69fb200"
                            "ffffffff")));
  EXPECT_FALSE(
      is_location(*from_hex("00999999"
                            "934fd900"
                            "a69fb201"
                            "ffffffff")));
  EXPECT_TRUE(
      is_location(*from_hex("00000000"
                            "6cb02700"
                            "59604e00"
                            "00000000")));
  EXPECT_FALSE(
      is_location(*from_hex("00000000"
                            "6cb026ff"
                            "59604e00"
                            "00000000")));
  EXPECT_EQ(printed(print_location,
                    "00000000"
                    "6cb02700"
                    "59604e00"
                    "00000000"),
            "90 0 0.000 S 180 0 0.000 W -100000.00m 0m 0m 0m");
  EXPECT_EQ(printed(print_location,
                    "00111599"
                    "80000001"
                    "7fffffff"
                    "00989681"),
            "0 0 0.001 N 0 0 0.001 W 0.01m 0.10m 1000m 90000000m");
  const auto location = parse_location("90 S 180 W -100000m 0 0 0");
  EXPECT_EQ(to_hex(*location),
            "00000000"
            "6cb02700"
            "59604e00"
            "00000000");
}

TEST(RdataOdd, sizes_are_rounded_down_to_a_digit_and_a_power_of_ten) {
  const auto location = parse_location("1 N 1 E 0m 1.99m 123m 0.05m");
  EXPECT_EQ(to_hex(Bytes(*location).subspan(1, 3)), "121450");
  EXPECT_EQ(to_hex(Bytes(*parse_location("1 N 1 E 0m 0.05m")).subspan(1, 1)), "50");
}

TEST(RdataOdd, an_address_prefix_ends_with_a_digit_that_counts) {
  EXPECT_EQ(apl_item_size(*from_hex("0001180"
                                    "3c00002")),
            7u);
  EXPECT_EQ(apl_item_size(*from_hex("00012003c00000")), 0u);
  EXPECT_EQ(apl_item_size(*from_hex("00012003c000")), 0u);
  EXPECT_EQ(apl_item_size(*from_hex("00010000ff")), 4u);
  EXPECT_EQ(apl_item_size(*from_hex("000200")), 0u);
  EXPECT_EQ(apl_item_size(*from_hex("00028100")), 0u);
  EXPECT_EQ(printed(print_apl_item,
                    "00010084"
                    "01020304"),
            "!1:1.2.3.4/0");
}

TEST(RdataOdd, the_head_of_a_host_identity) {
  EXPECT_EQ(hip_head_size(*from_hex("0202000420010301000103")), 10u);
  EXPECT_EQ(hip_head_size(*from_hex("020200042001030100")), 0u);
  EXPECT_EQ(hip_head_size(*from_hex("020200")), 0u);
  EXPECT_EQ(printed(print_hip_head, "02020004200103010001"), "2 2001 AwEAAQ==");
}

}  // namespace
}  // namespace weir::dns
