// Tests of the guard before a list is taken into use.
#include "names/guard.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::names {
namespace {

Reading lines(size_t good, size_t bad) {
  std::string text;
  for (size_t i = 0; i < good; ++i) text += "n" + std::to_string(i) + ".example\n";
  for (size_t i = 0; i < bad; ++i) text += "bad..name\n";
  return read_list(text);
}

TEST(ListGuard, R2_lets_at_most_one_line_in_a_hundred_be_wrong) {
  EXPECT_EQ(reject(lines(99, 1), std::nullopt), std::nullopt);
  EXPECT_EQ(reject(lines(98, 2), std::nullopt), Rejection::kErrors);
  EXPECT_EQ(reject(lines(98, 2), std::nullopt, {.most_refused = 0.5}), std::nullopt);
}

TEST(ListGuard, R2_lets_a_list_grow_or_shrink_by_half) {
  EXPECT_EQ(reject(lines(150, 0), 100), std::nullopt);
  EXPECT_EQ(reject(lines(151, 0), 100), Rejection::kChange);
  EXPECT_EQ(reject(lines(50, 0), 100), std::nullopt);
  EXPECT_EQ(reject(lines(49, 0), 100), Rejection::kChange);
  EXPECT_EQ(reject(lines(1000, 0), std::nullopt), std::nullopt);
}

TEST(ListGuard, B05_refuses_an_empty_list) {
  EXPECT_EQ(reject(read_list("# nothing\n\n"), std::nullopt), Rejection::kEmpty);
  EXPECT_EQ(reject(read_list("include:other"), std::nullopt), std::nullopt);
}

TEST(ListGuard, refuses_a_web_page) {
  const auto rejection = reject(read_list("<html>example.com</html>"), std::nullopt);
  ASSERT_TRUE(rejection);
  EXPECT_EQ(to_text(*rejection), "markup");
}

}  // namespace
}  // namespace weir::names
