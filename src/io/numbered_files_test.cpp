// Files move on by one number, up to the bound.
#include "io/numbered_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "kit/temporary.h"

namespace weir::io {
namespace {

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }
std::string read(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(NumberedFiles, the_youngest_is_the_first_and_the_oldest_goes) {
  const kit::TemporaryFolder folder;
  const std::string path = folder / "log";
  for (const std::string text : {"a", "b", "c", "d"}) {
    write(path, text);
    ASSERT_TRUE(shift_numbered(path, 3));
    EXPECT_FALSE(std::filesystem::exists(path));
  }
  EXPECT_EQ(read(path + ".1"), "d");
  EXPECT_EQ(read(path + ".2"), "c");
  EXPECT_EQ(read(path + ".3"), "b");
  EXPECT_FALSE(std::filesystem::exists(path + ".4"));
}

TEST(NumberedFiles, nothing_stays_where_nothing_is_kept) {
  const kit::TemporaryFolder folder;
  const std::string path = folder / "log";
  write(path, "a");
  ASSERT_TRUE(shift_numbered(path, 0));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::exists(path + ".1"));
}

TEST(NumberedFiles, says_so_when_there_is_nothing_to_rename) {
  const kit::TemporaryFolder folder;
  const Status shifted = shift_numbered(folder / "log", 2);
  ASSERT_FALSE(shifted);
  EXPECT_NE(shifted.error().what.find("log"), std::string::npos);
}

}  // namespace
}  // namespace weir::io
