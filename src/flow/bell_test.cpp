#include "flow/bell.h"

#include <gtest/gtest.h>

#include <thread>

namespace weir::flow {
namespace {

TEST(Bell, a_ring_before_the_wait_is_not_lost) {
  Bell bell;
  bell.ring();
  bell.ring();
  EXPECT_TRUE(bell.wait(0s));
  EXPECT_FALSE(bell.wait(0s));
}

TEST(Bell, wakes_the_thread_that_waits) {
  Bell bell;
  std::thread other([&] { bell.ring(); });
  EXPECT_TRUE(bell.wait(30s));
  other.join();
}

}  // namespace
}  // namespace weir::flow
