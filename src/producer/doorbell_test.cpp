// Rings before, during and after a wait.
#include "producer/doorbell.h"

#include <gtest/gtest.h>

#include <thread>

namespace weir::producer {
namespace {

TEST(Doorbell, remembers_a_ring_that_nobody_waited_for) {
  Doorbell bell;
  bell.ring();
  bell.ring();
  EXPECT_TRUE(bell.wait(10s));
  EXPECT_FALSE(bell.wait(0s)) << "two rings wake once";
}

TEST(Doorbell, wakes_who_waits) {
  Doorbell bell;
  std::thread visitor([&] { bell.ring(); });
  EXPECT_TRUE(bell.wait(10s));
  visitor.join();
}

TEST(Doorbell, is_patient_and_no_longer) {
  Doorbell bell;
  const SystemClock clock;
  const Instant before = clock.now();
  EXPECT_FALSE(bell.wait(20ms));
  EXPECT_GE(clock.now() - before, 20ms);
  EXPECT_FALSE(bell.wait(-1s));
}

}  // namespace
}  // namespace weir::producer
