// What a reload would change, and which changes it refuses.
#include "config/changes.h"

#include <gtest/gtest.h>

#include "config/sample.h"

namespace weir::config {
namespace {

std::vector<Change> between(std::string_view before, std::string_view after) {
  const auto table = sample::settings_table();
  const auto first = load(table, before, "before");
  const auto second = load(table, after, "after");
  EXPECT_TRUE(first) << to_text(first.error());
  EXPECT_TRUE(second) << to_text(second.error());
  return changes(table, *first, *second);
}

std::string texts(const std::vector<Change>& changes) {
  std::string text;
  for (const Change& change : changes)
    text += (change.reload == Reload::kLive ? "live " : "restart ") + change.to_text() + "\n";
  return text;
}

constexpr auto kTwo =
    "[[upstreams]]\nname = \"a\"\naddress = \"1.1.1.1\"\n"
    "[[upstreams]]\nname = \"b\"\naddress = \"2.2.2.2\"\n";
constexpr auto kTwoSwapped =
    "[[upstreams]]\nname = \"b\"\naddress = \"2.2.2.2\"\n"
    "[[upstreams]]\nname = \"a\"\naddress = \"1.1.1.1\"\n";

TEST(Changes, equal_settings_have_none) { EXPECT_EQ(texts(between(kTwo, kTwo)), ""); }

TEST(Changes, each_key_has_its_rule) {
  EXPECT_EQ(texts(between("", "port = 54\nmetrics = \"[::1]:1\"\n[cache]\nsize = \"1GiB\"\n")),
            "restart port: 53 -> 54\nrestart metrics: not set -> \"[::1]:1\"\n"
            "live cache.size: \"64MiB\" -> \"1GiB\"\n");
}

TEST(Changes, elements_are_matched_by_name) {
  EXPECT_EQ(texts(between("", kTwo)),
            "live upstreams.one: a table -> not set\nlive upstreams.a: not set -> a table\n"
            "live upstreams.b: not set -> a table\n");
  EXPECT_EQ(texts(between(kTwo, "[[upstreams]]\nname = \"b\"\naddress = \"2.2.2.3\"\n")),
            "live upstreams.a: a table -> not set\n"
            "restart upstreams.b.address: \"2.2.2.2:853\" -> \"2.2.2.3:853\"\n");
}

TEST(Changes, another_order_is_a_change) {
  EXPECT_EQ(texts(between(kTwo, kTwoSwapped)), "live upstreams: order a, b -> order b, a\n");
}

TEST(Changes, a_table_may_come_and_go) {
  EXPECT_EQ(texts(between("", "[store]")), "restart store: not set -> a table\n");
}

TEST(Changes, secrets_are_masked) {
  EXPECT_EQ(texts(between("password = \"first secret\"", "password = \"second secret\"")),
            "restart password: \"***\" -> \"***\"\n");
}

TEST(Changes, a_reload_is_refused_when_a_key_needs_a_restart) {
  EXPECT_TRUE(check_reload(between("", "[cache]\nsize = \"1GiB\"\n")));
  const Status refused =
      check_reload(between("", "port = 54\nverbose = true\n[cache]\nsize = \"1GiB\"\n"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what,
            "only a restart can change verbose: false -> true; port: 53 -> 54");
  EXPECT_EQ(refused.error().fault, Fault::kConfig);
}

}  // namespace
}  // namespace weir::config
