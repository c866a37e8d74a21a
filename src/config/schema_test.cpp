// Schemas refuse to contradict themselves, and describe themselves in words.
#include "config/schema.h"

#include <gtest/gtest.h>

#include "config/sample.h"

namespace weir::config {
namespace {

TEST(Schema, ranges_come_from_the_spec_or_from_the_type) {
  const auto table = sample::settings_table();
  EXPECT_EQ(range(*table.schema().find("port")), "1 to 65535");
  EXPECT_EQ(range(*table.schema().find("password")), "at least 8 octets");
  EXPECT_EQ(range(*table.schema().find("identity")), "");
  EXPECT_EQ(range(*sample::cache_table().schema().find("size")), "1MiB to 1TiB");
}

TEST(Schema, texts_become_nodes_by_kind) {
  const auto table = sample::settings_table();
  const auto node = [&](const char* key, const char* text) {
    return node_from_text(*table.schema().find(key), text, "o");
  };
  EXPECT_EQ(*node("port", "53").get<int64_t>(), 53);
  EXPECT_EQ(*node("identity", "53").get<std::string>(), "53");
  EXPECT_EQ(*node("identity", "\"53\"").get<std::string>(), "53");
  EXPECT_EQ(node("allow", "10.0.0.0/8, ::1").get<Node::List>()->size(), 2);
  EXPECT_EQ(node("allow", "[\"10.0.0.0/8\"]").get<Node::List>()->size(), 1);
  EXPECT_EQ(node("allow", "").get<Node::List>()->size(), 0);
}

struct One {
  uint16_t port = 0;
  std::optional<uint16_t> other;
};

TEST(SchemaDeathTest, mistakes_of_ours_end_the_process) {
  Table<One> table("One.");
  EXPECT_DEATH(table.integer("port", &One::port, {.fallback = "65536", .doc = "A port."}),
               "out of range");
  EXPECT_DEATH(table.integer("port", &One::port, {.fallback = "x", .doc = "A port."}),
               "port: \"x\"");
  EXPECT_DEATH(table.integer("port", &One::port, {.fallback = "1"}), "sentence");
  EXPECT_DEATH(table.integer("Port", &One::port, {.fallback = "1", .doc = "A port."}),
               "lower_case");
  EXPECT_DEATH(table.integer("port", &One::port, {.fallback = "1", .most = "z", .doc = "A port."}),
               "whole number");
  EXPECT_DEATH(table.integer("other", &One::other, {.fallback = "1", .doc = "A port."}),
               "optional");
  table.integer("port", &One::port, {.fallback = "1", .doc = "A port."});
  EXPECT_DEATH(table.integer("port", &One::port, {.fallback = "1", .doc = "A port."}), "already");
}

}  // namespace
}  // namespace weir::config
