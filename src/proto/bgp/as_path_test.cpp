// AS paths: what is well formed, what is read from one, and the true path behind AS_TRANS.
#include "proto/bgp/as_path.h"

#include <gtest/gtest.h>

#include <vector>

#include "proto/bgp/vectors.h"

namespace weir::bgp {
namespace {

TEST(BgpAsPath, is_read_in_both_widths) {
  const Octets wide = hex("02 02 0000fde8 00010000 01 02 00000001 00000002");
  const auto path = AsPath::parse(wide, 4, false);
  ASSERT_TRUE(path.has_value());
  EXPECT_EQ(path->first(), 65000u);
  EXPECT_EQ(path->origin(), std::nullopt) << "it ends in a set";
  EXPECT_EQ(path->hops(), 3u) << "a set is one";
  EXPECT_TRUE(path->contains(2));
  EXPECT_FALSE(path->contains(3));
  const Octets narrow = hex("02 02 fde8 5ba0");
  const auto old = AsPath::parse(narrow, 2, false);
  ASSERT_TRUE(old.has_value());
  EXPECT_EQ(old->origin(), kAsTrans);
}

TEST(BgpAsPath, an_empty_one_has_nobody) {
  const auto path = AsPath::parse({}, 4, false);
  ASSERT_TRUE(path.has_value());
  EXPECT_TRUE(path->empty());
  EXPECT_EQ(path->first(), std::nullopt);
  EXPECT_EQ(path->origin(), std::nullopt);
  EXPECT_EQ(path->hops(), 0u);
}

TEST(BgpAsPath, malformed_segments) {
  for (const std::string_view octets : {
           "02 02 0000fde8",     // overrun
           "02",                 // underrun
           "02 01 0000fde8 02",  // underrun behind a good one
           "02 00",              // empty
           "05 01 0000fde8",     // unknown type
           "00 01 0000fde8",     // unknown type
           "03 01 0000fde8",     // a confederation's, from outside
           "02 01 00000000",     // AS 0, RFC 7607
       }) {
    const Octets path = hex(octets);
    EXPECT_FALSE(AsPath::parse(path, 4, false).has_value()) << octets;
  }
  const Octets confederation = hex("03 01 0000fde8");
  const auto inside = AsPath::parse(confederation, 4, true);
  ASSERT_TRUE(inside.has_value());
  EXPECT_EQ(inside->hops(), 0u);
}

std::vector<uint32_t> true_path(std::string_view narrow, std::string_view wide) {
  const Octets old = hex(narrow), as4 = hex(wide);
  std::vector<uint32_t> path;
  for_each_as(*AsPath::parse(old, 2, false), *AsPath::parse(as4, 4, false),
              [&](uint32_t as) { path.push_back(as); });
  return path;
}

TEST(BgpAsPath, as4_path_replaces_the_end_of_the_path) {
  using Path = std::vector<uint32_t>;
  EXPECT_EQ(true_path("02 03 0001 5ba0 5ba0", "02 02 00010001 00010002"), (Path{1, 65537, 65538}));
  EXPECT_EQ(true_path("02 01 0001", "02 02 00010001 00010002"), (Path{1})) << "too long to be true";
  EXPECT_EQ(true_path("02 02 0001 0002", ""), (Path{1, 2}));
  EXPECT_EQ(true_path("02 01 0001 01 02 0007 0008 02 01 5ba0", "02 01 00010001"),
            (Path{1, 7, 8, 65537}));
  EXPECT_EQ(true_path("02 01 5ba0", "02 01 00010001"), (Path{65537}));
}

}  // namespace
}  // namespace weir::bgp
