// Times, from and to the two fields that they are made of.
#include "proto/dnstap/message.h"

#include <gtest/gtest.h>

namespace weir::dnstap {
namespace {

TEST(Message, E19_times_have_nanoseconds_and_limits) {
  Message message;
  EXPECT_FALSE(message.query_time().has_value());
  message.query_time_nsec = 5;
  EXPECT_FALSE(message.query_time().has_value()) << "no seconds";
  message.query_time_sec = 3;
  EXPECT_EQ(message.query_time(), wall_time(3'000'000'005));
  message.query_time_nsec.reset();
  EXPECT_EQ(message.query_time(), wall_time(3'000'000'000));
  message.query_time_nsec = 1'000'000'000;
  EXPECT_FALSE(message.query_time().has_value());
  message.query_time_nsec = 999'999'999;
  for (const uint64_t sec : {uint64_t{9'223'372'036}, UINT64_MAX}) {
    message.query_time_sec = sec;
    EXPECT_FALSE(message.query_time().has_value()) << sec;
  }
  message.query_time_sec = 9'223'372'035;
  EXPECT_EQ(message.query_time(), wall_time(9'223'372'035'999'999'999));
  message.set_query_time(wall_time(-1));
  EXPECT_FALSE(message.query_time_sec || message.query_time_nsec);
  message.set_response_time(wall_time(7'000'000'009));
  EXPECT_EQ(message.response_time_sec, 7U);
  EXPECT_EQ(message.response_time_nsec, 9U);
}

}  // namespace
}  // namespace weir::dnstap
