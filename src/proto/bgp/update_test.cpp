// UPDATEs that are well formed, or nearly: what is read from them. The table of what can be wrong
// is in update_errors_test.cpp.
#include "proto/bgp/update.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/bgp/vectors.h"

namespace weir::bgp {
namespace {

const std::string kExternal = "40 01 01 00  40 02 06 02 01 0000fde9  40 03 04 c0000209 ";
const std::string kMpOnly = "40 01 01 00  40 02 06 02 01 0000fde9 ";
const std::string kReach6 =
    "80 0e 2b 0002 01 10 20010db8000000000000000000000009 00"
    " 80 20010db8000000010000000000000001  20 20010db8 ";

std::string withdrawn(const Update& update) {
  std::string text;
  for_each_withdrawn(update, [&](const Prefix& prefix) { text += prefix.to_text() + " "; });
  return text;
}

std::string announced(const Update& update) {
  std::string text;
  for_each_announced(update, [&](const Prefix& prefix, const NextHop& next_hop) {
    text += prefix.to_text() + " via " + next_hop.address.to_text() + " ";
  });
  return text;
}

/// Keeps the octets that the update looks into.
struct Read {
  Octets octets;
  Update update;
};

Read read(std::string_view gone, std::string_view attributes, std::string_view nlri,
          const UpdateContext& context = {}) {
  Read result{update_message(gone, attributes, nlri), {}};
  result.update = decode_update(frame_of(result.octets), context);
  return result;
}

TEST(BgpUpdate, announces_and_withdraws_ipv4_in_its_fields) {  // B-25, B-28
  const Read r = read("20 c0000201", kExternal, "20 c6336401 18 cb0071");
  EXPECT_EQ(r.update.approach, Approach::kNone);
  EXPECT_EQ(withdrawn(r.update), "192.0.2.1/32 ");
  EXPECT_EQ(announced(r.update), "198.51.100.1/32 via 192.0.2.9 203.0.113.0/24 via 192.0.2.9 ");
  EXPECT_EQ(r.update.attributes.origin, Origin::kIgp);
  EXPECT_EQ(r.update.attributes.as_path->first(), 65001u);
}

TEST(BgpUpdate, announces_and_withdraws_ipv6_in_attributes) {  // B-27, B-28
  const Read reach = read("", kReach6 + kMpOnly, "");
  EXPECT_EQ(reach.update.approach, Approach::kNone);
  EXPECT_EQ(announced(reach.update),
            "2001:db8:0:1::1/128 via 2001:db8::9 2001:db8::/32 via 2001:db8::9 ");
  const Read unreach = read("", "80 0f 08 0002 01 20 20010db8", "");
  EXPECT_EQ(withdrawn(unreach.update), "2001:db8::/32 ");
  EXPECT_EQ(unreach.update.end_of_rib, std::nullopt);
}

TEST(BgpUpdate, a_second_next_hop_is_the_link_local_one) {
  const std::string both = "20010db8000000000000000000000009 fe800000000000000000000000000001";
  const std::string other = "20010db8000000000000000000000009 20010db8000000000000000000000007";
  for (const std::string& hops : {both, other}) {
    const Read r = read("", "80 0e 26 0002 01 20 " + hops + " 00 00" + kMpOnly, "");
    EXPECT_EQ(announced(r.update), "::/0 via 2001:db8::9 ");
    EXPECT_EQ(r.update.reachable_by.link_local.has_value(), &hops == &both || hops == both);
  }
}

TEST(BgpUpdate, ipv4_goes_over_an_ipv6_next_hop_where_that_was_agreed) {
  const std::string reach =
      "80 0e 1a 0001 01 10 20010db8000000000000000000000009 00 20 c0000201" + kMpOnly;
  EXPECT_EQ(announced(read("", reach, "", {.ipv4_over_ipv6 = true}).update),
            "192.0.2.1/32 via 2001:db8::9 ");
  EXPECT_EQ(read("", reach, "").update.approach, Approach::kSessionReset);
  const std::string plain = "80 0e 0e 0001 01 04 c0000209 00 20 c0000201" + kMpOnly;
  EXPECT_EQ(announced(read("", plain, "").update), "192.0.2.1/32 via 192.0.2.9 ");
}

TEST(BgpUpdate, all_attributes_are_understood) {
  const Read r = read("",
                      kExternal +
                          "80 04 04 00000007  40 06 00  c0 07 08 0000fde9 c0000201"
                          "c0 08 08 ffffff01 fde80064  c0 10 08 0002fde800000064"
                          "c0 19 14 0002200200000000000000000000000000000001"
                          "c0 20 0c 000000010000000200000003  c0 23 04 0000fde9"
                          "e0 63 03 010203  80 64 00",
                      "18 cb0071");
  const Attributes& a = r.update.attributes;
  EXPECT_EQ(r.update.approach, Approach::kNone);
  EXPECT_EQ(a.med, 7u);
  EXPECT_TRUE(a.atomic_aggregate);
  EXPECT_EQ(a.aggregator->as, 65001u);
  EXPECT_EQ(count_u32(a.communities), 2u);
  EXPECT_EQ(u64_at(a.extended_communities, 0), 0x0002fde800000064u);
  EXPECT_EQ(a.ipv6_extended_communities.size(), 20u);
  EXPECT_EQ(large_at(a.large_communities, 0), (LargeCommunity{1, 2, 3}));
  EXPECT_EQ(a.only_to_customer, 65001u);
  EXPECT_EQ(a.unknown_transitive, 1u);
  EXPECT_EQ(a.unknown_ignored, 1u);
}

TEST(BgpUpdate, internal_attributes_are_understood_from_internal_neighbours) {
  const std::string internal =
      "40 01 01 00  40 02 00  40 03 04 c0000209  40 05 04 00000064"
      "80 09 04 c0000201  80 0a 08 c0000202c0000203";
  const Read r = read("", internal, "18 cb0071", {.external = false});
  EXPECT_EQ(r.update.approach, Approach::kNone);
  EXPECT_EQ(r.update.attributes.local_pref, 100u);
  EXPECT_EQ(r.update.attributes.originator_id, 0xc0000201);
  EXPECT_EQ(count_u32(r.update.attributes.cluster_list), 2u);
  const Read outside = read("", kExternal + "80 09 04 c0000201", "18 cb0071");
  EXPECT_EQ(outside.update.approach, Approach::kAttributeDiscard);
  EXPECT_FALSE(outside.update.attributes.originator_id.has_value());
}

TEST(BgpUpdate, a_neighbour_of_two_octet_numbers_says_the_rest_in_as4_attributes) {
  const std::string old =
      "40 01 01 00  40 02 06 02 02 5ba0 5ba0  40 03 04 c0000209"
      "c0 07 06 5ba0c0000201  c0 11 0a 02 02 00010001 00010002  c0 12 08 00010001 c0000201";
  const Read r = read("", old, "18 cb0071", {.four_octet_as = false, .first_as = 65537});
  EXPECT_EQ(r.update.approach, Approach::kNone);
  std::vector<uint32_t> path;
  for_each_as(*r.update.attributes.as_path, *r.update.attributes.as4_path,
              [&](uint32_t as) { path.push_back(as); });
  EXPECT_EQ(path, (std::vector<uint32_t>{65537, 65538}));
  EXPECT_EQ(r.update.attributes.as4_aggregator->as, 65537u);
}

TEST(BgpUpdate, an_empty_one_is_the_end_of_a_family) {  // RFC 4724 §2
  EXPECT_EQ(read("", "", "").update.end_of_rib, Family::kIpv4Unicast);
  EXPECT_EQ(read("", "80 0f 03 0002 01", "").update.end_of_rib, Family::kIpv6Unicast);
  EXPECT_EQ(read("", "90 0f 0003 0001 01", "").update.end_of_rib, Family::kIpv4Unicast);
  EXPECT_EQ(read("", kMpOnly + "80 0f 03 0002 01", "").update.end_of_rib, std::nullopt);
  EXPECT_EQ(read("20 c0000201", "", "").update.end_of_rib, std::nullopt);
}

TEST(BgpUpdate, families_that_were_not_agreed_on_are_passed_over) {
  const UpdateContext only_v6{.families = FamilySet(Family::kIpv6Unicast)};
  const Read v4 = read("20 c0000201", kExternal, "18 cb0071", only_v6);
  EXPECT_EQ(v4.update.approach, Approach::kAttributeDiscard);
  EXPECT_EQ(withdrawn(v4.update) + announced(v4.update), "");
  EXPECT_EQ(read("", "", "", only_v6).update.end_of_rib, std::nullopt);
  const Read v6 = read("", kReach6 + kMpOnly, "", {.families = FamilySet(Family::kIpv4Unicast)});
  EXPECT_EQ(v6.update.approach, Approach::kAttributeDiscard);
  EXPECT_EQ(announced(v6.update), "");
  const Read flow = read("", "80 0f 06 0001 85 0a0b0c", "");
  EXPECT_EQ(flow.update.approach, Approach::kAttributeDiscard);
}

TEST(BgpUpdate, treat_as_withdraw_withdraws_what_was_announced) {
  const Read r = read("08 0a", kReach6 + "40 01 01 07  40 02 00  40 03 04 c0000209", "18 cb0071");
  EXPECT_EQ(r.update.approach, Approach::kTreatAsWithdraw);
  EXPECT_EQ(withdrawn(r.update), "10.0.0.0/8 203.0.113.0/24 2001:db8:0:1::1/128 2001:db8::/32 ");
  EXPECT_EQ(announced(r.update), "");
}

TEST(BgpUpdate, more_findings_than_are_kept_are_counted) {
  std::string many;
  for (int i = 0; i < 40; ++i) many += "40 01 01 00 ";
  const Read r = read("", kExternal + many, "18 cb0071");
  EXPECT_EQ(r.update.findings.count(), 40u);
  EXPECT_EQ(r.update.findings.kept().size(), Findings::kKept);
}

const std::string kEverything =
    kExternal + kReach6 + "80 0f 08 0002 01 20 20010db9 80 04 04 00000007 c0 08 04 ffffff01";

TEST(BgpUpdate, every_truncation_of_the_body_is_a_session_reset_or_well_formed) {
  const Octets whole = update_message("20 c0000201", kEverything, "18 cb0071");
  for (size_t size = 23; size < whole.size(); ++size) {
    Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    store_u16(&cut[16], static_cast<uint16_t>(size));
    const Update update = decode_update(frame_of(cut), {});
    const bool only_nlri_is_gone = size == whole.size() - 4;
    EXPECT_EQ(update.approach, only_nlri_is_gone ? Approach::kNone : Approach::kSessionReset)
        << size;
    if (!only_nlri_is_gone) {
      EXPECT_EQ(update.reset.code, ErrorCode::kUpdate) << size;
    }
  }
}

TEST(BgpUpdate, every_truncation_of_the_attributes_keeps_the_prefixes_it_can) {
  const Octets list = hex(kExternal + "80 04 04 00000007 c0 08 08 ffffff01 ffffff02");
  for (size_t size = 0; size < list.size(); ++size) {
    const Octets octets = update_message("", to_hex(Bytes(list).first(size)), "18 cb0071");
    const Update update = decode_update(frame_of(octets), {});
    const bool at_attribute = size == hex(kExternal).size() || size == hex(kExternal).size() + 7;
    EXPECT_EQ(update.approach, at_attribute ? Approach::kNone : Approach::kTreatAsWithdraw) << size;
    EXPECT_FALSE(update.announced.empty()) << size;
  }
}

TEST(BgpUpdate, every_flipped_bit_is_an_error_of_update_or_another_update) {
  const Octets whole = update_message("20 c0000201", kEverything, "18 cb0071");
  for (const bool external : {true, false}) {
    for (const bool wide : {true, false}) {
      for (size_t bit = kHeaderSize * 8; bit < whole.size() * 8; ++bit) {
        Octets flipped = whole;
        flipped[bit / 8] ^= static_cast<uint8_t>(0x80 >> bit % 8);
        const Update update = decode_update(
            frame_of(flipped), {.external = external, .four_octet_as = wide, .first_as = 65001});
        const bool reset = update.approach == Approach::kSessionReset;
        EXPECT_EQ(reset, update.reset.code == ErrorCode::kUpdate) << bit;
        if (reset) {
          EXPECT_EQ(withdrawn(update) + announced(update), "") << bit;
        }
      }
    }
  }
}

}  // namespace
}  // namespace weir::bgp
