// Signals arrive on the loop, one call each.
#include "io/signals.h"

#include <gtest/gtest.h>

#include <csignal>
#include <vector>

namespace weir::io {
namespace {

TEST(Signals, each_arrives_on_the_loop) {
  Loop loop;
  std::vector<int> seen;
  auto signals = Signals::watch(loop, {SIGUSR1, SIGHUP}, [&](int number) {
    seen.push_back(number);
    if (seen.size() == 2) loop.stop();
  });
  ASSERT_TRUE(signals.ok());
  ::raise(SIGUSR1);
  ::raise(SIGHUP);
  loop.run();
  EXPECT_EQ(seen, (std::vector<int>{SIGHUP, SIGUSR1}));  // the kernel gives the lower number first
}

TEST(Signals, repetitions_are_absorbed) {
  Loop loop;
  {
    auto signals = Signals::watch(loop, {SIGUSR2}, [](int) {});
    ASSERT_TRUE(signals.ok());
    ::raise(SIGUSR2);
    (*signals)->absorb(1ms);
  }
  SUCCEED() << "otherwise SIGUSR2 would have ended us";
}

TEST(Signals, afterwards_they_have_their_own_effect_again) {
  Loop loop;
  {
    auto signals = Signals::watch(loop, {SIGUSR2}, [](int) {});
    ASSERT_TRUE(signals.ok());
  }
  EXPECT_EXIT(::raise(SIGUSR2), ::testing::KilledBySignal(SIGUSR2), "");
}

}  // namespace
}  // namespace weir::io
