// Tests of Result, TRY and the errors that carry errno.
#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace weir {
namespace {

enum class Small : unsigned char { kShort, kLong };

Result<int, Small> halve(int number) {
  if (number % 2 != 0) return Small::kShort;
  return number / 2;
}

Result<int, Small> quarter(int number) {
  TRY(const int half, halve(number));
  TRY(const int rest, halve(half));
  return rest;
}

Status refuse(bool really) {
  if (really) return Error{Fault::kPeer, "refused", true};
  return Done{};
}

Result<std::string> ask(bool really) {
  TRY_DONE(refuse(really));
  return std::string("answer");
}

TEST(Result, holds_a_value_or_an_error) {
  const auto value = halve(8);
  ASSERT_TRUE(value);
  EXPECT_TRUE(value.ok());
  EXPECT_EQ(*value, 4);
  const auto error = halve(7);
  EXPECT_FALSE(error);
  EXPECT_EQ(error.error(), Small::kShort);
  EXPECT_EQ(error.value_or(9), 9);
  EXPECT_EQ(value.value_or(9), 4);
}

TEST(Result, try_passes_the_first_error_on) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_FALSE(quarter(6).ok());
  EXPECT_FALSE(quarter(5).ok());
}

TEST(Result, try_done_passes_the_whole_error_on) {
  EXPECT_EQ(*ask(false), "answer");
  const auto refused = ask(true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, Fault::kPeer);
  EXPECT_EQ(refused.error().what, "refused");
  EXPECT_TRUE(refused.error().retry);
}

TEST(Result, value_and_error_may_be_of_types_that_convert) {
  const Result<std::string, const char*> text(std::string("a"));
  const Result<std::string, const char*> error("b");
  EXPECT_TRUE(text.ok());
  EXPECT_FALSE(error.ok());
}

TEST(Result, moves_what_cannot_be_copied) {
  Result<std::unique_ptr<int>> made(std::make_unique<int>(5));
  const std::unique_ptr<int> taken = *std::move(made);
  EXPECT_EQ(*taken, 5);
}

TEST(SystemError, says_what_and_why_and_whether_to_retry) {
  const Error gone = system_error("bind 127.0.0.1:53", EACCES);
  EXPECT_EQ(gone.what, "bind 127.0.0.1:53: Permission denied");
  EXPECT_EQ(gone.fault, Fault::kResource);
  EXPECT_FALSE(gone.retry);
  for (const int number : {EAGAIN, EINTR, ENOBUFS, ECONNREFUSED, ETIMEDOUT})
    EXPECT_TRUE(system_error("x", number).retry) << number;
}

}  // namespace
}  // namespace weir
