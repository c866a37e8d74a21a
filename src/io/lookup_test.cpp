// Names that the system knows without asking anybody, names that it cannot know, and letting go.
#include "io/lookup.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "kit/run_loop.h"

namespace weir::io {
namespace {

using Found = std::optional<Result<std::vector<IpAddress>>>;

TEST(Lookup, finds_this_machine) {
  Loop loop;
  Found found;
  Lookup lookup(loop, "localhost", [&](auto result) { found = std::move(result); });
  ASSERT_TRUE(kit::run_until(loop, [&] { return found.has_value(); }));
  ASSERT_TRUE(*found) << found->error().what;
  EXPECT_TRUE(std::ranges::any_of(**found, [](const IpAddress& address) {
    return address.to_text() == "127.0.0.1" || address.to_text() == "::1";
  }));
}

TEST(Lookup, says_which_name_it_did_not_find) {
  Loop loop;
  Found found;
  Lookup lookup(loop, "no..name", [&](auto result) { found = std::move(result); });
  ASSERT_TRUE(kit::run_until(loop, [&] { return found.has_value(); }, 30s));
  ASSERT_FALSE(*found);
  EXPECT_NE(std::string::npos, found->error().what.find("no..name"));
  EXPECT_TRUE(found->error().retry);
}

TEST(Lookup, calls_nobody_once_it_is_destroyed) {
  Loop loop;
  bool called = false, again = false;
  {
    const Lookup lookup(loop, "localhost", [&](auto) { called = true; });
  }
  const Lookup other(loop, "localhost", [&](auto) { again = true; });
  EXPECT_TRUE(kit::run_until(loop, [&] { return again; }));
  EXPECT_FALSE(called);
}

TEST(Lookup, may_be_destroyed_by_its_callback) {
  Loop loop;
  bool called = false;
  std::unique_ptr<Lookup> lookup;
  lookup = std::make_unique<Lookup>(loop, "localhost", [&](auto) {
    lookup.reset();
    called = true;
  });
  EXPECT_TRUE(kit::run_until(loop, [&] { return called; }));
}

}  // namespace
}  // namespace weir::io
