// The window of messages on their way, from the side that waits and the side that tells.
#include "flow/sinks/nats/acknowledgements.h"

#include <gtest/gtest.h>

#include <future>

namespace weir::flow::nats {
namespace {

TEST(Acknowledgements, the_window_holds_back_until_one_has_its_word) {
  Acknowledgements all;
  EXPECT_TRUE(all.enter(2, 10s));
  EXPECT_TRUE(all.enter(2, 10s));
  EXPECT_FALSE(all.enter(2, 1ms));
  auto waits = std::async(std::launch::async, [&] { return all.enter(2, 60s); });
  all.acknowledged(false);
  EXPECT_TRUE(waits.get());
}

TEST(Acknowledgements, drained_is_when_each_has_its_word_of_whatever_kind) {
  Acknowledgements all;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(all.enter(9, 10s));
  EXPECT_FALSE(all.drain(1ms));
  all.acknowledged(true);
  all.acknowledged(false);
  all.withdraw();
  all.refused(true, "timeout");
  auto waits = std::async(std::launch::async, [&] { return all.drain(60s); });
  all.refused(false, "no stream");
  EXPECT_TRUE(waits.get());
  const auto outcome = all.take();
  EXPECT_EQ(outcome.duplicates, 1U);
  EXPECT_EQ(outcome.timeouts, 1U);
  EXPECT_EQ(outcome.refusals, 1U);
  EXPECT_EQ(outcome.what, "timeout");
  EXPECT_EQ(all.take().refusals, 0U) << "it is told once";
}

TEST(Acknowledgements, after_a_failure_none_is_sent_before_it_was_heard) {
  Acknowledgements all;
  EXPECT_TRUE(all.enter(9, 10s));
  all.refused(false, "x");
  EXPECT_FALSE(all.enter(9, 10s));
  all.take();
  EXPECT_TRUE(all.enter(9, 10s));
}

TEST(Acknowledgements, an_interrupt_ends_waiting_now_and_later) {
  Acknowledgements all;
  EXPECT_TRUE(all.enter(1, 10s));
  auto waits = std::async(std::launch::async, [&] { return all.drain(600s); });
  all.interrupt();
  EXPECT_FALSE(waits.get());
  EXPECT_FALSE(all.enter(9, 600s));
}

}  // namespace
}  // namespace weir::flow::nats
