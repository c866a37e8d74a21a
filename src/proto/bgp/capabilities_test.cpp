// Capabilities: octets of each, what is malformed, and round trips.
#include "proto/bgp/capabilities.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "proto/bgp/vectors.h"

namespace weir::bgp {
namespace {

Octets encoded(const Capabilities& capabilities) {
  Octets out(1024);
  WireWriter writer(out);
  encode_capabilities(capabilities, writer);
  out.resize(writer.position());
  return out;
}

std::optional<Capabilities> decoded(std::string_view octets) {
  static Octets value;  // texts are views of it
  value = hex(octets);
  Capabilities capabilities;
  if (!decode_capabilities(value, capabilities)) return std::nullopt;
  return capabilities;
}

TEST(BgpCapabilities, have_the_octets_of_their_rfcs) {
  Capabilities all;
  all.families = FamilySet::all();
  all.multiprotocol = all.route_refresh = all.enhanced_route_refresh = true;
  all.extended_message = all.ipv4_over_ipv6 = true;
  all.four_octet_as = 65536;
  all.graceful_restart =
      GracefulRestart{true, true, 120, FamilySet::all(), FamilySet(Family::kIpv6Unicast)};
  all.long_lived = LongLived{FamilySet(Family::kIpv4Unicast), {}, {0x010203, 0}};
  all.role = Role::kCustomer;
  all.host_name = "a";
  all.domain_name = "b.c";
  all.software = "w";
  EXPECT_EQ(to_hex(encoded(all)),
            "010400010001"
            "010400020001"
            "0200"
            "0506000100010002"
            "0600"
            "090103"
            "400ac0780001010000020180"
            "410400010000"
            "4600"
            "4707000101000102"
            "03"
            "4906"
            "0161"
            "03622e63"
            "4b020177");
  Capabilities back;
  const Octets octets = encoded(all);
  ASSERT_TRUE(decode_capabilities(octets, back));
  EXPECT_EQ(back, all);
}

TEST(BgpCapabilities, unknown_ones_and_other_families_are_passed_over) {
  const auto found = decoded("80 02 0102  01 04 0019 0041  45 00  01 04 0001 0001");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->ignored, 2u);
  EXPECT_EQ(found->families, FamilySet(Family::kIpv4Unicast));
  EXPECT_TRUE(found->multiprotocol);
}

TEST(BgpCapabilities, a_wrong_length_is_malformed) {
  for (const std::string_view octets : {
           "01 03 000100",
           "01 05 0001000100",
           "02 01 00",
           "05 05 0001000100",
           "06 01 00",
           "09 00",
           "09 02 0303",
           "40 00",
           "40 01 00",
           "40 05 0078 000101",
           "41 03 000001",
           "41 05 0000000100",
           "46 01 00",
           "47 06 000101000000",
           "01",
           "01 04 0001",
       })
    EXPECT_FALSE(decoded(octets).has_value()) << octets;
}

TEST(BgpCapabilities, texts_that_overrun_are_passed_over) {
  // GoBGP panicked at a software version of zero octets.
  for (const std::string_view octets : {"4b 00", "4b 01 05", "49 00", "49 02 0161", "49 01 ff"}) {
    const auto found = decoded(octets);
    ASSERT_TRUE(found.has_value()) << octets;
    EXPECT_EQ(found->ignored, 1u) << octets;
    EXPECT_TRUE(found->software.empty() && found->host_name.empty());
  }
  EXPECT_EQ(decoded("4b 01 00")->ignored, 0u) << "empty, and well formed";
}

TEST(BgpCapabilities, of_several_restarts_the_last_counts_and_roles_may_not_differ) {
  const auto restarts = decoded("40 02 0001  40 02 8002");
  ASSERT_TRUE(restarts.has_value());
  EXPECT_EQ(restarts->graceful_restart->time_seconds, 2);
  EXPECT_TRUE(restarts->graceful_restart->restarting);
  EXPECT_FALSE(decoded("09 01 03  09 01 03")->roles_differ);
  EXPECT_TRUE(decoded("09 01 03  09 01 04")->roles_differ);
}

TEST(BgpCapabilities, texts_are_cut) {
  Capabilities capabilities;
  const std::string text(200, 'x');
  capabilities.software = capabilities.host_name = capabilities.domain_name = text;
  EXPECT_EQ(encoded(capabilities).size(), 2 + 2 + 64 + 64 + 2 + 1 + 64u);
}

FamilySet any_families() {
  FamilySet set;
  for (const Family family : kFamilies)
    if (*rc::gen::arbitrary<bool>()) set.add(family);
  return set;
}

RC_GTEST_PROP(BgpCapabilities, come_back_as_they_were_written, ()) {
  Capabilities written;
  written.families = any_families();
  written.multiprotocol = !written.families.empty();
  written.route_refresh = *rc::gen::arbitrary<bool>();
  written.enhanced_route_refresh = *rc::gen::arbitrary<bool>();
  written.extended_message = *rc::gen::arbitrary<bool>();
  written.ipv4_over_ipv6 = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) written.four_octet_as = *rc::gen::arbitrary<uint32_t>();
  if (*rc::gen::arbitrary<bool>()) {
    GracefulRestart restart{*rc::gen::arbitrary<bool>(),
                            *rc::gen::arbitrary<bool>(),
                            *rc::gen::inRange<uint16_t>(0, 4096),
                            any_families(),
                            {}};
    restart.forwarding = restart.families & any_families();
    written.graceful_restart = restart;
  }
  if (*rc::gen::arbitrary<bool>()) {
    LongLived lived{any_families(), {}, {}};
    lived.forwarding = lived.families & any_families();
    for (const Family family : kFamilies)
      if (lived.families.has(family))
        lived.stale_seconds[static_cast<size_t>(family)] = *rc::gen::inRange(0u, 1u << 24);
    written.long_lived = lived;
  }
  if (*rc::gen::arbitrary<bool>()) written.role = static_cast<Role>(*rc::gen::inRange(0, 5));
  const auto text = *rc::gen::resize(64, rc::gen::arbitrary<std::string>());
  written.software = written.host_name = std::string_view(text).substr(0, 64);
  const Octets octets = encoded(written);
  Capabilities back;
  RC_ASSERT(decode_capabilities(octets, back));
  RC_ASSERT(back == written);
}

}  // namespace
}  // namespace weir::bgp
