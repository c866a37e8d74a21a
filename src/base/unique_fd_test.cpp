// Tests that a descriptor is closed once, by its last owner.
#include "base/unique_fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace weir {
namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

TEST(UniqueFd, closes_at_the_end_of_its_life) {
  int number = -1;
  {
    const UniqueFd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(fd);
    number = fd.get();
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(UniqueFd, moves_and_releases) {
  UniqueFd first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int number = first.get();
  UniqueFd second(std::move(first));
  EXPECT_EQ(second.get(), number);
  UniqueFd third;
  EXPECT_FALSE(third);
  third = std::move(second);
  const int released = third.release();
  EXPECT_EQ(released, number);
  third.reset();
  EXPECT_TRUE(is_open(released));
  UniqueFd(released).reset();
  EXPECT_FALSE(is_open(released));
}

}  // namespace
}  // namespace weir
