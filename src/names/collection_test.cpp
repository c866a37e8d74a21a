// Tests of sets read from files: what is taken, what stays, and why.
#include "names/collection.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "names/name_text.h"

namespace weir::names {
namespace {

class CollectionTest : public testing::Test {
 protected:
  CollectionTest() : folder_(std::filesystem::path(testing::TempDir()) / "weir-collection") {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~CollectionTest() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    return path;
  }
  static SetMask match(const Collection::Loaded& loaded, std::string_view name) {
    NameBuffer buffer;
    return loaded.matcher->match(*to_wire(name, buffer)).included;
  }

  std::filesystem::path folder_;
};

TEST_F(CollectionTest, sets_have_files_and_lines) {
  const std::string list = file("a", "one.example\n198.51.100.0/24\n");
  Collection collection({{"a", {list}, {"two.example"}}, {"b", {list}, {}}}, {}, 1);
  const auto loaded = collection.load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(match(*loaded, "www.one.example"), 3u);
  EXPECT_EQ(match(*loaded, "two.example"), 1u);
  EXPECT_EQ(match(*loaded, "three.example"), 0u);
  ASSERT_EQ(loaded->networks.size(), 2u);
  EXPECT_EQ(loaded->networks[1], (std::vector{*Prefix::parse("198.51.100.0/24")}));
  EXPECT_EQ(loaded->reports.size(), 3u);
}

TEST_F(CollectionTest, B_02_a_first_reading_goes_without_its_bad_lines) {
  Collection collection({{"a", {file("a", "a.x\nb.x\nbad..x\nc.x\n1.2.3/99\n")}, {}}}, {}, 1);
  const auto loaded = collection.load();
  ASSERT_TRUE(loaded);
  const FileReport& report = loaded->reports.front();
  EXPECT_EQ(report.rules, 3u);
  EXPECT_EQ(report.refused, 2u);
  EXPECT_EQ(report.diagnostics.size(), 2u);
  EXPECT_EQ(report.diagnostics.front().line, 3u);
}

TEST_F(CollectionTest, B_05_what_got_worse_stays_as_it_was) {
  const std::string list = file("a", "one.example\n");
  Collection collection({{"a", {list}, {}}}, {.small_change = 100}, 1);
  ASSERT_TRUE(collection.load());
  for (const char* worse : {"", "<html>", "bad..name\ntwo.example\n"}) {
    file("a", worse);
    const auto loaded = collection.load();
    ASSERT_TRUE(loaded);
    EXPECT_EQ(match(*loaded, "one.example"), 1u) << worse;
    EXPECT_FALSE(loaded->reports.front().taken());
  }
  std::filesystem::remove(list);
  const auto gone = collection.load();
  ASSERT_TRUE(gone);
  EXPECT_EQ(match(*gone, "one.example"), 1u);
  file("a", "two.example\n");
  const auto better = collection.load();
  ASSERT_TRUE(better);
  EXPECT_EQ(match(*better, "one.example"), 0u);
  EXPECT_EQ(match(*better, "two.example"), 1u);
}

TEST_F(CollectionTest, B_05_a_set_without_a_rule_is_an_error_at_first) {
  Collection empty({{"a", {file("a", "# nothing\n")}, {}}}, {}, 1);
  const auto loaded = empty.load();
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().what.find("set a"), std::string::npos);
  Collection missing({{"a", {"/nowhere/at/all"}, {}}}, {}, 1);
  EXPECT_FALSE(missing.load());
}

TEST_F(CollectionTest, lists_include_others_beside_them_and_never_for_ever) {
  file("b", "b.example @ads\nc.example\ninclude:a\n");
  Collection collection({{"a", {file("a", "a.example\ninclude:b\n")}, {}}}, {}, 1);
  const auto loaded = collection.load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(match(*loaded, "a.example"), 1u);
  EXPECT_EQ(match(*loaded, "c.example"), 1u);
}

TEST_F(CollectionTest, an_inclusion_may_want_attributes) {
  file("b", "b.example @ads\nc.example\n");
  Collection collection({{"a", {file("a", "a.example\ninclude:b @ads\n")}, {}}}, {}, 1);
  const auto loaded = collection.load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(match(*loaded, "b.example"), 1u);
  EXPECT_EQ(match(*loaded, "c.example"), 0u);
}

}  // namespace
}  // namespace weir::names
