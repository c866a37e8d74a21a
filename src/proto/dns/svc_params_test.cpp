// SvcParams by themselves; whole records are tested with the other types (rdata_parse_test.cpp).
#include <gtest/gtest.h>

#include "proto/dns/rdata_odd.h"

namespace weir::dns {
namespace {

TEST(SvcParams, well_formed_values_of_each_key) {
  for (const char* hex : {"",
                          "0000000200010001"
                          "0003026832",
                          "00020000", "000300020035", "00040008c0000201c0000202", "00050001ff",
                          "0007000161", "00080000", "029b0000", "fffe000100"})
    EXPECT_TRUE(are_svc_params(*from_hex(hex))) << hex;
}

TEST(SvcParams, malformed_values_of_each_key) {
  for (const char* hex : {"00",
                          "000300",
                          "0003000200",
                          "00030001ff",
                          "0003000335353500",
                          "00000000",
                          "0000000100",
                          "000000020000",
                          "000000020001",
                          "00010000",
                          "0001000100",
                          "00010002"
                          "0368",
                          "0002000100",
                          "00040000",
                          "00040003c00002",
                          "00050000",
                          "0006000400000000",
                          "00070000",
                          "0008000100",
                          "ffff0000",
                          "000300020035"
                          "000300020036",
                          "0003000200350001000302"
                          "6832"})
    EXPECT_FALSE(are_svc_params(*from_hex(hex))) << hex;
}

TEST(SvcParams, a_parameter_is_parsed_and_printed) {
  for (const char* token : {"alpn=\"h2,h3\"", "no-default-alpn", "port=53", "key700=\"a b\"",
                            "ipv6hint=::1,2001:db8::1", "ech=AQID", "dohpath=\"/q{?dns}\""}) {
    const auto octets = parse_svc_param(token);
    ASSERT_TRUE(octets.ok()) << octets.error().what;
    std::string text;
    print_svc_params(text, *octets);
    EXPECT_EQ(text, token);
  }
}

}  // namespace
}  // namespace weir::dns
