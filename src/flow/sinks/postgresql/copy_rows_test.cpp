// Tests of COPY's binary form, octet by octet against the documentation of PostgreSQL 15.
#include "flow/sinks/postgresql/copy_rows.h"

#include <gtest/gtest.h>

namespace weir::flow::postgresql {
namespace {

template <typename Write>
std::string hex(Write write) {
  CopyRows rows;
  write(rows);
  return to_hex(rows.octets());
}

TEST(CopyRows, begins_with_the_signature_and_ends_with_minus_one) {
  EXPECT_EQ(hex([](CopyRows& rows) { rows.begin(); }), "5047434f50590aff0d0a000000000000000000");
  EXPECT_EQ(hex([](CopyRows& rows) { rows.end(); }), "ffff");
  EXPECT_EQ(hex([](CopyRows& rows) { rows.row(3); }), "0003");
}

TEST(CopyRows, writes_numbers_in_network_order_behind_their_lengths) {
  EXPECT_EQ(hex([](CopyRows& rows) { rows.null(); }), "ffffffff");
  EXPECT_EQ(hex([](CopyRows& rows) { rows.boolean(true); }), "0000000101");
  EXPECT_EQ(hex([](CopyRows& rows) { rows.int2(-2); }), "00000002fffe");
  EXPECT_EQ(hex([](CopyRows& rows) { rows.int4(66051); }), "0000000400010203");
  EXPECT_EQ(hex([](CopyRows& rows) { rows.int8(-1); }), "00000008ffffffffffffffff");
}

TEST(CopyRows, counts_time_from_2000_in_microseconds) {
  const auto at = [](int64_t nanoseconds) {
    return hex([&](CopyRows& rows) { rows.timestamptz(wall_time(nanoseconds)); });
  };
  constexpr int64_t kYear2000 = 946'684'800'000'000'000;
  EXPECT_EQ(at(kYear2000), "000000080000000000000000");
  EXPECT_EQ(at(kYear2000 + 1'999), "000000080000000000000001");
  EXPECT_EQ(at(kYear2000 - 1), "00000008ffffffffffffffff");
  EXPECT_EQ(at(-1), "00000008fffca2fec4c81fff") << "before 1970 too";
  EXPECT_EQ(hex([](CopyRows& rows) { rows.interval(1500us); }),
            "0000001000000000000005dc0000000000000000");
}

TEST(CopyRows, writes_addresses_as_hosts) {
  const IpAddress v4 = *IpAddress::parse("192.0.2.7"), v6 = *IpAddress::parse("2001:db8::1");
  EXPECT_EQ(hex([&](CopyRows& rows) { rows.inet(v4); }), "0000000802200004c0000207");
  EXPECT_EQ(hex([&](CopyRows& rows) { rows.inet(v6); }),
            "000000140380001020010db8000000000000000000000001");
  const std::array both = {v4, v6};
  EXPECT_EQ(hex([&](CopyRows& rows) { rows.inet_array(both); }),
            "00000038"
            "00000001"
            "00000000"
            "00000365"
            "00000002"
            "00000001"
            "0000000802200004c0000207"
            "000000140380001020010db8000000000000000000000001");
}

TEST(CopyRows, makes_any_octets_a_text_that_a_database_takes) {
  EXPECT_EQ(hex([](CopyRows& rows) { rows.text("ab"); }), "000000026162");
  EXPECT_EQ(hex([](CopyRows& rows) { rows.text(""); }), "00000000");
  EXPECT_EQ(hex([](CopyRows& rows) { rows.text("\xc3\xa4"); }), "00000002c3a4");
  for (const std::string_view bad : {std::string_view("a\0b", 3), std::string_view("a\xff")}) {
    CopyRows rows;
    rows.text(bad);
    for (const uint8_t octet : rows.octets().subspan(4)) {
      EXPECT_GE(octet, 0x20);
      EXPECT_LT(octet, 0x7f);
    }
  }
}

}  // namespace
}  // namespace weir::flow::postgresql
