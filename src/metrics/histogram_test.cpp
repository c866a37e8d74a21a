// Buckets, sums and quantiles, and observation from many threads.
#include "metrics/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <thread>

namespace weir::metrics {
namespace {

constexpr std::array kBounds = {1.0, 2.0, 4.0};

TEST(Histogram, a_value_equal_to_a_bound_belongs_below_it) {
  Histogram histogram(kBounds);
  for (const double value : {0.5, 1.0, 1.5, 4.0, 4.1, 1e9}) histogram.observe(value);
  const auto reading = histogram.read();
  EXPECT_THAT(reading.buckets, testing::ElementsAre(2, 1, 1, 2));
  EXPECT_EQ(reading.count, 6);
  EXPECT_DOUBLE_EQ(reading.sum, 0.5 + 1 + 1.5 + 4 + 4.1 + 1e9);
}

TEST(Histogram, not_a_number_is_not_counted) {
  Histogram histogram(kBounds);
  histogram.observe(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(histogram.read().count, 0);
  EXPECT_EQ(histogram.read().sum, 0);
}

TEST(Histogram, quantiles_are_interpolated_within_a_bucket) {
  Histogram histogram(kBounds);
  EXPECT_TRUE(std::isnan(histogram.quantile(0.5)));
  for (int i = 0; i < 10; ++i) histogram.observe(1.5);
  EXPECT_DOUBLE_EQ(histogram.quantile(0.5), 1.5);
  EXPECT_DOUBLE_EQ(histogram.quantile(1), 2);
  for (int i = 0; i < 10; ++i) histogram.observe(100);
  EXPECT_DOUBLE_EQ(histogram.quantile(0.25), 1.5);
  EXPECT_DOUBLE_EQ(histogram.quantile(0.99), 4) << "above every bound: the greatest bound";
}

TEST(Histogram, observations_of_many_threads_are_all_counted) {
  Histogram histogram(latency_bounds());
  std::vector<std::thread> threads;
  for (int i = 0; i < 10; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 1'000; ++n) histogram.observe(0.25);
    });
  uint64_t last = 0;
  while (last < 10'000) {
    const uint64_t now = histogram.read().count;
    ASSERT_GE(now, last);
    last = now;
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_DOUBLE_EQ(histogram.read().sum, 2'500);
}

TEST(HistogramDeathTest, bounds_must_ascend) {
  constexpr std::array kWrong = {1.0, 1.0};
  EXPECT_DEATH(Histogram{kWrong}, "check failed");
}

}  // namespace
}  // namespace weir::metrics
