// The table of RFC 7606: each row is one thing that can be wrong with an UPDATE, from an external
// or an internal neighbour, and what has to come of it.
#include "proto/bgp/update_errors.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "proto/bgp/update.h"
#include "proto/bgp/vectors.h"

namespace weir::bgp {
namespace {

constexpr Approach kFine = Approach::kNone, kDiscard = Approach::kAttributeDiscard,
                   kWithdraw = Approach::kTreatAsWithdraw, kReset = Approach::kSessionReset;

// The attributes of a good route, external (AS 65001 is the neighbour) and internal.
const std::string kOrigin = "40 01 01 00 ", kPath = "40 02 06 02 01 0000fde9 ",
                  kEmptyPath = "40 02 00 ", kHop = "40 03 04 c0000209 ",
                  kPref = "40 05 04 00000064 ";
const std::string kGood = kOrigin + kPath + kHop, kGoodMp = kOrigin + kPath;
const std::string kInside = kOrigin + kEmptyPath + kHop + kPref;
const std::string kNlri = "18 cb0071";
const std::string kReach = "80 0e 1a 0002 01 10 20010db8000000000000000000000009 00 20 20010db8 ";
const std::string kUnreach = "80 0f 08 0002 01 20 20010db8 ";

struct Row {
  std::string name;
  Approach approach;
  std::string attributes;
  std::string nlri = kNlri;
  std::string withdrawn = "";
  int subcode = 0;  // of the NOTIFICATION, for a reset
};

/// A row whose attribute goes behind those of a good route.
Row with(std::string name, Approach approach, std::string attribute) {
  return {std::move(name), approach, kGood + std::move(attribute)};
}

void check(const Row& row, const UpdateContext& context) {
  SCOPED_TRACE(row.name);
  const Octets octets = update_message(row.withdrawn, row.attributes, row.nlri);
  const Update update = decode_update(frame_of(octets), context);
  EXPECT_EQ(to_text(update.approach), to_text(row.approach));
  EXPECT_EQ(update.findings.empty(), row.approach == kFine);
  size_t announced = 0, withdrawn = 0;
  for_each_announced(update, [&](const Prefix&, const NextHop&) { ++announced; });
  for_each_withdrawn(update, [&](const Prefix&) { ++withdrawn; });
  if (row.approach == kReset) {
    EXPECT_EQ(update.reset.code, ErrorCode::kUpdate);
    if (row.subcode != 0) {
      EXPECT_EQ(update.reset.subcode, row.subcode);
    }
    EXPECT_EQ(announced + withdrawn, 0u);
  }
  if (row.approach == kWithdraw) {
    EXPECT_EQ(announced, 0u);
    EXPECT_GT(withdrawn, 0u);
  }
}

void check_all(const std::vector<Row>& rows, const UpdateContext& context, size_t least) {
  std::set<std::string> names;
  for (const Row& row : rows) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    check(row, context);
  }
  EXPECT_GE(rows.size(), least);
}

// §3 and §4: lists, flags, duplicates, what is missing.
std::vector<Row> list_rows() {
  return {
      {"good route", kFine, kGood},
      {"good IPv6 route", kFine, kReach + kGoodMp, ""},
      {"3.d no ORIGIN", kWithdraw, kPath + kHop},
      {"3.d no AS_PATH", kWithdraw, kOrigin + kHop},
      {"3.d no NEXT_HOP", kWithdraw, kOrigin + kPath},
      {"3.d no NEXT_HOP, not needed with MP_REACH_NLRI", kFine, kReach + kGoodMp, ""},
      {"3.d no ORIGIN with MP_REACH_NLRI", kWithdraw, kReach + kPath, ""},
      {"3.d no AS_PATH with MP_REACH_NLRI", kWithdraw, kReach + kOrigin, ""},
      {"3.d NLRI and no attributes at all (CVE-2023-41358)", kWithdraw, ""},
      {"3.d only an unknown attribute (CVE-2023-46753)", kWithdraw, "c0 63 01 00"},
      with("3.g ORIGIN twice", kDiscard, "40 01 01 02"),
      with("3.g a malformed second ORIGIN", kDiscard, "40 01 02 0000"),
      with("3.g AS_PATH twice", kDiscard, kPath),
      with("3.g NEXT_HOP twice", kDiscard, kHop),
      with("3.g COMMUNITIES twice", kDiscard, "c0 08 04 00000001 c0 08 04 00000002"),
      with("3.g an unknown attribute twice", kDiscard, "c0 63 01 00 c0 63 01 01"),
      {"3.g MP_REACH_NLRI twice", kReset, kReach + kReach + kGoodMp, "", "", 1},
      {"3.g MP_UNREACH_NLRI twice", kReset, kUnreach + kUnreach, "", "", 1},
      {"3.h discard and withdraw", kWithdraw, "40 01 01 07" + kPath + kHop + "40 06 01 00"},
      {"3.h withdraw and reset", kReset, "40 01 01 07" + kPath + kHop + "80 0e 00"},
      {"3.h discard, then reset", kReset, kGood + "40 06 01 00 80 0f 00"},
      with("4 the last attribute overruns the list", kWithdraw, "80 04 05 00000001"),
      with("4 an extended length overruns the list", kWithdraw, "90 04 ffff 00000001"),
      with("4 one octet left", kWithdraw, "80"),
      with("4 two octets left", kWithdraw, "80 04"),
      with("4 three octets left of an extended one", kWithdraw, "90 04 00"),
      {"4 an overrun in front of all others", kWithdraw, "40 01 ff 00" + kPath + kHop},
      {"4 MP_REACH_NLRI overruns the list", kReset, kGoodMp + "80 0e ff 0002 01", "", "", 1},
      {"4 MP_UNREACH_NLRI overruns the list", kReset, kGood + "80 0f ff 0002 01", kNlri, "", 1},
      {"4 an overrun and nothing reachable", kReset, kGoodMp + "80 04 05 00", "", "", 1},
      {"4 octets left and nothing reachable", kReset, kUnreach + "80", "", "", 1},
      {"4271 6.3 a well-known attribute that nobody knows", kReset, kGood + "40 63 01 00", kNlri,
       "", 2},
      with("4271 an unknown optional transitive attribute", kFine, "c0 63 01 00"),
      with("4271 an unknown optional attribute", kFine, "80 63 01 00"),
      with("4271 an unknown attribute without octets", kFine, "c0 63 00"),
      with("4271 an unknown attribute with the partial bit", kFine, "e0 63 01 00"),
      with("4271 lower flag bits do not count", kFine, "cf 63 01 00"),
  };
}

// §3.c: flags. Optional and transitive have to be right; partial and extended length may be either.
std::vector<Row> flag_rows() {
  return {
      {"3.c ORIGIN optional", kWithdraw, "c0 01 01 00" + kPath + kHop},
      {"3.c ORIGIN not transitive", kWithdraw, "00 01 01 00" + kPath + kHop},
      {"3.c ORIGIN partial", kFine, "60 01 01 00" + kPath + kHop},
      {"3.c ORIGIN of extended length", kFine, "50 01 0001 00" + kPath + kHop},
      {"3.c AS_PATH optional", kWithdraw, kOrigin + "c0 02 06 02 01 0000fde9" + kHop},
      {"3.c NEXT_HOP optional", kWithdraw, kOrigin + kPath + "c0 03 04 c0000209"},
      with("3.c MULTI_EXIT_DISC well-known", kWithdraw, "40 04 04 00000001"),
      with("3.c MULTI_EXIT_DISC transitive", kWithdraw, "c0 04 04 00000001"),
      with("3.c ATOMIC_AGGREGATE optional", kWithdraw, "c0 06 00"),
      with("3.c AGGREGATOR not transitive", kWithdraw, "80 07 08 0000fde9 c0000201"),
      with("3.c COMMUNITIES not transitive", kWithdraw, "80 08 04 00000001"),
      with("3.c COMMUNITIES well-known", kWithdraw, "40 08 04 00000001"),
      with("3.c EXTENDED_COMMUNITIES not transitive", kWithdraw, "80 10 08 0002000000000001"),
      with("3.c LARGE_COMMUNITY not transitive", kWithdraw, "80 20 0c 000000010000000100000001"),
      with("3.c ONLY_TO_CUSTOMER not transitive", kWithdraw, "80 23 04 0000fde9"),
      {"5.3 MP_REACH_NLRI transitive", kReset, "c0" + kReach.substr(2) + kGoodMp, "", "", 4},
      {"5.3 MP_REACH_NLRI well-known", kReset, "40" + kReach.substr(2) + kGoodMp, "", "", 4},
      {"5.3 MP_UNREACH_NLRI transitive", kReset, "c0" + kUnreach.substr(2), "", "", 4},
  };
}

// §5: prefixes.
std::vector<Row> prefix_rows() {
  const std::string hop = "20010db8000000000000000000000009 ";
  return {
      {"5.2 malformed attributes and nothing reachable", kReset, "40 01 01 07" + kPath, "", "", 6},
      {"5.2 a malformed attribute beside withdrawn routes", kReset, "40 01 01 07", "", kNlri, 6},
      {"5.2 a malformed attribute beside MP_UNREACH_NLRI", kReset, kUnreach + "80 04 01 00", "", "",
       5},
      {"5.2 a discarded attribute beside MP_UNREACH_NLRI", kDiscard, kUnreach + "40 06 01 00", ""},
      {"5.2 MP_REACH_NLRI without prefixes and a malformed attribute", kReset,
       "80 0e 15 0002 01 10 " + hop + "00 40 01 01 07" + kPath, "", "", 6},
      {"5.2 attributes without routes", kFine, kGood, ""},
      {"5.3 NLRI of 33 bits", kReset, kGood, "21 c000020100", "", 10},
      {"5.3 NLRI of 255 bits", kReset, kGood, "ff c000020100", "", 10},
      {"5.3 NLRI cut", kReset, kGood, "18 cb0071 20 c00002", "", 10},
      {"5.3 NLRI is a length alone", kReset, kGood, "18", "", 10},
      {"5.3 withdrawn routes of 33 bits", kReset, "", "", "21 c000020100", 10},
      {"5.3 withdrawn routes cut", kReset, "", "", "20 c00002", 10},
      {"5.3 MP_REACH_NLRI of 129 bits", kReset,
       "80 0e 27 0002 01 10 " + hop + "00 81 20010db8000000000000000000000001 00" + kGoodMp, "", "",
       9},
      {"5.3 MP_REACH_NLRI cut", kReset, "80 0e 19 0002 01 10 " + hop + "00 20 20010d" + kGoodMp, "",
       "", 9},
      {"5.3 IPv4 of 33 bits in MP_REACH_NLRI", kReset,
       "80 0e 0f 0001 01 04 c0000209 00 21 c000020100" + kGoodMp, "", "", 9},
      {"5.3 MP_UNREACH_NLRI of 129 bits", kReset,
       "80 0f 15 0002 01 81 20010db8000000000000000000000001 00", "", "", 9},
      {"5.3 MP_UNREACH_NLRI cut", kReset, "80 0f 07 0002 01 20 20010d", "", "", 9},
      {"5.3 MP_UNREACH_NLRI of two octets", kReset, "80 0f 02 0002", "", "", 9},
      {"5.3 MP_UNREACH_NLRI of none", kReset, "80 0f 00", "", "", 9},
      {"5.3 MP_REACH_NLRI of four octets", kReset, "80 0e 04 0002 01 00" + kGoodMp, "", "", 9},
      {"5.3 MP_REACH_NLRI of none (CVE-2023-46752)", kReset, "80 0e 00" + kGoodMp, "", "", 9},
      {"5.3 MP_REACH_NLRI whose next hop is all of it (CVE-2023-46752)", kReset,
       "80 0e 14 0002 01 10 " + hop + kGoodMp, "", "", 9},
      {"7.11 a next hop of no octets", kReset, "80 0e 05 0002 01 00 00" + kGoodMp, "", "", 9},
      {"7.11 a next hop of 4 octets for IPv6", kReset,
       "80 0e 0e 0002 01 04 c0000209 00 20 20010db8" + kGoodMp, "", "", 9},
      {"7.11 a next hop of 24 octets", kReset,
       "80 0e 22 0002 01 18 0000000000000000" + hop + "00 20 20010db8" + kGoodMp, "", "", 9},
      {"7.11 an IPv6 next hop for IPv4 that was not agreed on", kReset,
       "80 0e 1a 0001 01 10 " + hop + "00 20 c0000201" + kGoodMp, "", "", 9},
      {"7.11 a next hop of ::", kWithdraw,
       "80 0e 1a 0002 01 10 00000000000000000000000000000000 00 20 20010db8" + kGoodMp, ""},
      {"7.11 a next hop of ::1", kWithdraw,
       "80 0e 1a 0002 01 10 00000000000000000000000000000001 00 20 20010db8" + kGoodMp, ""},
      {"7.11 a multicast next hop", kWithdraw,
       "80 0e 1a 0002 01 10 ff020000000000000000000000000001 00 20 20010db8" + kGoodMp, ""},
      {"4760 7 a family that was not agreed on", kDiscard,
       "80 0e 09 4004 47 00 00 01020304" + kGoodMp, ""},
  };
}

// §7: the mandatory attributes.
std::vector<Row> mandatory_rows() {
  const auto path = [](const std::string& octets) { return kOrigin + octets + kHop; };
  const auto hop = [](const std::string& octets) { return kOrigin + kPath + octets; };
  return {
      {"7.1 ORIGIN of no octets", kWithdraw, "40 01 00" + kPath + kHop},
      {"7.1 ORIGIN of two octets", kWithdraw, "40 01 02 0000" + kPath + kHop},
      {"7.1 ORIGIN of 3", kWithdraw, "40 01 01 03" + kPath + kHop},
      {"7.1 ORIGIN of 255", kWithdraw, "40 01 01 ff" + kPath + kHop},
      {"7.2 AS_PATH segment overrun", kWithdraw, path("40 02 06 02 02 0000fde9")},
      {"7.2 AS_PATH segment underrun", kWithdraw, path("40 02 07 02 01 0000fde9 02")},
      {"7.2 AS_PATH segment without numbers", kWithdraw, path("40 02 08 02 01 0000fde9 02 00")},
      {"7.2 AS_PATH segment of type 0", kWithdraw, path("40 02 06 00 01 0000fde9")},
      {"7.2 AS_PATH segment of type 5", kWithdraw, path("40 02 06 05 01 0000fde9")},
      {"7.2 AS_PATH of two-octet numbers", kWithdraw, path("40 02 04 02 01 fde9")},
      {"7.2 AS_PATH begins with another AS", kWithdraw, path("40 02 06 02 01 0000fdea")},
      {"7.2 AS_PATH begins with a set", kWithdraw, path("40 02 06 01 01 0000fde9")},
      {"7.2 AS_PATH is empty (GoBGP)", kWithdraw, path(kEmptyPath)},
      {"5065 5 AS_PATH has a confederation's sequence", kWithdraw,
       path("40 02 0c 02 01 0000fde9 03 01 0000fdea")},
      {"7607 AS_PATH has AS 0", kWithdraw, path("40 02 0a 02 02 0000fde9 00000000")},
      {"7.3 NEXT_HOP of no octets", kWithdraw, hop("40 03 00")},
      {"7.3 NEXT_HOP of three octets", kWithdraw, hop("40 03 03 c00002")},
      {"7.3 NEXT_HOP of 16 octets", kWithdraw, hop("40 03 10 20010db8000000000000000000000009")},
      {"4271 6.3 NEXT_HOP of 0.0.0.0", kWithdraw, hop("40 03 04 00000000")},
      {"4271 6.3 NEXT_HOP of 127.0.0.1", kWithdraw, hop("40 03 04 7f000001")},
      {"4271 6.3 NEXT_HOP is multicast", kWithdraw, hop("40 03 04 e0000001")},
      {"4271 6.3 NEXT_HOP is broadcast", kWithdraw, hop("40 03 04 ffffffff")},
      {"4760 3 a strange NEXT_HOP that nothing uses", kFine, kReach + kGoodMp + "40 03 04 00000000",
       ""},
  };
}

// §7: all other attributes.
std::vector<Row> attribute_rows() {
  return {
      with("7.4 MULTI_EXIT_DISC of no octets", kWithdraw, "80 04 00"),
      with("7.4 MULTI_EXIT_DISC of three octets", kWithdraw, "80 04 03 000001"),
      with("7.4 MULTI_EXIT_DISC of five octets", kWithdraw, "80 04 05 0000000001"),
      with("7.5 LOCAL_PREF from outside", kDiscard, kPref),
      with("7.5 LOCAL_PREF from outside, of three octets", kDiscard, "40 05 03 000064"),
      with("7.5 LOCAL_PREF from outside, with wrong flags", kDiscard, "c0 05 04 00000064"),
      with("7.6 ATOMIC_AGGREGATE of one octet", kDiscard, "40 06 01 00"),
      with("7.7 AGGREGATOR of no octets", kDiscard, "c0 07 00"),
      with("7.7 AGGREGATOR of six octets", kDiscard, "c0 07 06 fde9 c0000201"),
      with("7.7 AGGREGATOR of nine octets", kDiscard, "c0 07 09 0000fde9 c0000201 00"),
      with("7607 AGGREGATOR of AS 0", kDiscard, "c0 07 08 00000000 c0000201"),
      with("7.8 COMMUNITIES of no octets", kWithdraw, "c0 08 00"),
      with("7.8 COMMUNITIES of three octets", kWithdraw, "c0 08 03 000001"),
      with("7.8 COMMUNITIES of five octets", kWithdraw, "c0 08 05 0000000100"),
      with("7.9 ORIGINATOR_ID from outside", kDiscard, "80 09 04 c0000201"),
      with("7.9 ORIGINATOR_ID from outside, of no octets", kDiscard, "80 09 00"),
      with("7.10 CLUSTER_LIST from outside", kDiscard, "80 0a 04 c0000201"),
      with("7.10 CLUSTER_LIST from outside, of three octets", kDiscard, "80 0a 03 c00002"),
      with("7.14 EXTENDED_COMMUNITIES of no octets", kWithdraw, "c0 10 00"),
      with("7.14 EXTENDED_COMMUNITIES of seven octets", kWithdraw, "c0 10 07 00020000000000"),
      with("7.14 EXTENDED_COMMUNITIES of types nobody knows", kFine, "c0 10 08 ff99000000000001"),
      with("7.15 IPV6_EXTENDED_COMMUNITIES of no octets", kWithdraw, "c0 19 00"),
      with("7.15 IPV6_EXTENDED_COMMUNITIES of eight octets", kWithdraw,
           "c0 19 08 0002000000000001"),
      with("8092 6 LARGE_COMMUNITY of no octets", kWithdraw, "c0 20 00"),
      with("8092 6 LARGE_COMMUNITY of eleven octets", kWithdraw, "c0 20 0b 0000000100000001000000"),
      with("9234 5 ONLY_TO_CUSTOMER of no octets", kWithdraw, "c0 23 00"),
      with("9234 5 ONLY_TO_CUSTOMER of five octets", kWithdraw, "c0 23 05 0000fde900"),
      with("6793 4.1 AS4_PATH from a speaker of four-octet numbers", kDiscard,
           "c0 11 06 02 01 0000fde9"),
      with("6793 4.1 AS4_AGGREGATOR from a speaker of four-octet numbers", kDiscard,
           "c0 12 08 0000fde9 c0000201"),
      with("a malformed tunnel encapsulation (CVE-2023-38802)", kFine, "c0 17 01 ff"),
      with("a tunnel encapsulation carried over (CVE-2023-4481)", kFine, "e0 17 04 00010000"),
      with("AIGP of no octets (GoBGP)", kFine, "80 1a 00"),
      with("an entropy label carried over (CVE-2023-38283)", kFine, "e0 1c 00"),
  };
}

TEST(BgpUpdateErrors, rfc_7606_from_external_neighbours) {
  std::vector<Row> rows;
  for (const auto& part :
       {list_rows(), flag_rows(), prefix_rows(), mandatory_rows(), attribute_rows()})
    rows.insert(rows.end(), part.begin(), part.end());
  check_all(rows, {.first_as = 65001}, 81);
}

TEST(BgpUpdateErrors, rfc_7606_from_internal_neighbours) {
  const auto good = [](std::string name, Approach approach, const std::string& attribute) {
    return Row{std::move(name), approach, kInside + attribute};
  };
  const std::string no_pref = kOrigin + kEmptyPath + kHop;
  check_all(
      {
          {"a good route", kFine, kInside},
          {"3.d no LOCAL_PREF", kWithdraw, no_pref},
          {"3.d no LOCAL_PREF with MP_REACH_NLRI", kWithdraw, kReach + kOrigin + kEmptyPath, ""},
          {"7.5 LOCAL_PREF of no octets", kWithdraw, no_pref + "40 05 00"},
          {"7.5 LOCAL_PREF of three octets", kWithdraw, no_pref + "40 05 03 000064"},
          {"7.5 LOCAL_PREF of five octets", kWithdraw, no_pref + "40 05 05 0000006400"},
          {"3.c LOCAL_PREF optional", kWithdraw, no_pref + "c0 05 04 00000064"},
          good("3.g LOCAL_PREF twice", kDiscard, kPref),
          good("7.9 a good ORIGINATOR_ID", kFine, "80 09 04 c0000201"),
          good("7.9 ORIGINATOR_ID of no octets", kWithdraw, "80 09 00"),
          good("7.9 ORIGINATOR_ID of five octets", kWithdraw, "80 09 05 c000020100"),
          good("3.c ORIGINATOR_ID transitive", kWithdraw, "c0 09 04 c0000201"),
          good("7.10 a good CLUSTER_LIST", kFine, "80 0a 08 c0000201 c0000202"),
          good("7.10 CLUSTER_LIST of no octets", kWithdraw, "80 0a 00"),
          good("7.10 CLUSTER_LIST of five octets", kWithdraw, "80 0a 05 c000020100"),
          good("3.c CLUSTER_LIST transitive", kWithdraw, "c0 0a 04 c0000201"),
          {"7.2 no first AS is asked for", kFine,
           kOrigin + "40 02 06 02 01 0000fdea" + kHop + kPref},
          {"5065 5 a confederation's sequence inside", kFine,
           kOrigin + "40 02 06 03 01 0000fdea" + kHop + kPref},
          {"7.2 AS_PATH segment overrun", kWithdraw,
           kOrigin + "40 02 06 02 02 0000fde9" + kHop + kPref},
          {"7607 AS_PATH has AS 0", kWithdraw, kOrigin + "40 02 06 02 01 00000000" + kHop + kPref},
          good("7.6 ATOMIC_AGGREGATE of one octet", kDiscard, "40 06 01 00"),
          good("7.8 COMMUNITIES of no octets", kWithdraw, "c0 08 00"),
          {"5.2 a malformed ORIGINATOR_ID and nothing reachable", kReset, kUnreach + "80 09 00", "",
           "", 5},
          {"4271 6.3 a well-known attribute that nobody knows", kReset, kInside + "40 63 00", kNlri,
           "", 2},
      },
      {.external = false, .first_as = 65001}, 24);
}

TEST(BgpUpdateErrors, rfc_6793_from_neighbours_of_two_octet_numbers) {
  const std::string good = kOrigin + "40 02 04 02 01 fde9" + kHop;
  check_all(
      {
          {"a good route", kFine, good},
          {"AS_PATH of four-octet numbers", kWithdraw, kGood},
          {"AGGREGATOR of eight octets", kDiscard, good + "c0 07 08 0000fde9 c0000201"},
          {"a good AS4_PATH", kFine, good + "c0 11 06 02 01 00010001"},
          {"AS4_PATH of no octets", kDiscard, good + "c0 11 00"},
          {"AS4_PATH segment overrun", kDiscard, good + "c0 11 06 02 02 00010001"},
          {"AS4_PATH segment of unknown type", kDiscard, good + "c0 11 06 07 01 00010001"},
          {"AS4_PATH has AS 0", kDiscard, good + "c0 11 06 02 01 00000000"},
          {"AS4_AGGREGATOR of six octets", kDiscard, good + "c0 12 06 fde9 c0000201"},
          {"AS4_AGGREGATOR of AS 0", kDiscard, good + "c0 12 08 00000000 c0000201"},
          {"AS4_PATH not transitive", kWithdraw, good + "80 11 06 02 01 00010001"},
      },
      {.four_octet_as = false, .first_as = 65001}, 11);
}

TEST(BgpUpdateErrors, lengths_that_do_not_fit_into_the_message_reset_the_session) {  // §3.b
  for (const std::string_view body :
       {"0001 0000", "0003 0000", "ffff 0000", "0000 0001", "0000 ffff", "0003 180000"}) {
    const Octets octets = message(MessageType::kUpdate, body);
    const Update update = decode_update(frame_of(octets), {});
    EXPECT_EQ(update.approach, kReset) << body;
    EXPECT_EQ(update.reset.subcode, static_cast<uint8_t>(UpdateError::kAttributeList)) << body;
  }
}

TEST(BgpUpdateErrors, the_neighbour_gets_the_attribute_back) {
  const Octets octets = update_message("", kGood + "40 63 02 0102", kNlri);
  EXPECT_EQ(to_hex(decode_update(frame_of(octets), {}).reset.data), "4063020102");
}

TEST(BgpUpdateErrors, findings_are_told_in_words) {
  EXPECT_EQ(to_text(Finding{Fault::kLength, kWithdraw, AttributeType::kLocalPref}),
            "LOCAL_PREF: wrong length (treat-as-withdraw)");
  EXPECT_EQ(to_text(Finding{Fault::kLengths, kReset, {}}),
            "lengths that do not fit (session reset)");
  for (size_t i = 0; i < kFaultKinds; ++i) EXPECT_NE(to_text(static_cast<Fault>(i)), "?");
  EXPECT_EQ(to_text(static_cast<Fault>(kFaultKinds)), "?");
}

}  // namespace
}  // namespace weir::bgp
