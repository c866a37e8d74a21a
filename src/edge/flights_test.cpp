// Flights and waiters: found by question, answered in order, bounded.
#include "edge/flights.h"

#include <gtest/gtest.h>

#include "kit/dns_messages.h"

namespace weir::edge {
namespace {

Query ask(std::string_view name, uint16_t id = 0) {
  const Octets octets = kit::query(name);
  Query query;
  query.id = id;
  query.type = dns::Type::kA;
  query.question_size = static_cast<uint16_t>(octets.size() - dns::kHeaderSize);
  std::memcpy(query.question.data(), octets.data() + dns::kHeaderSize, query.question_size);
  return query;
}

TEST(Flights, waiters_leave_in_the_order_they_came) {
  Flights flights(100, 10);
  const CacheKey key = CacheKey::of(ask("a.test"));
  const AskToken token = flights.begin(key);
  for (uint16_t id = 1; id <= 3; ++id)
    EXPECT_TRUE(flights.join(*flights.get(token), ask("a.test", id)));
  Query query;
  for (uint16_t id = 1; id <= 3; ++id) {
    ASSERT_TRUE(flights.next_waiter(*flights.get(token), query));
    EXPECT_EQ(query.id, id);
  }
  EXPECT_FALSE(flights.next_waiter(*flights.get(token), query));
  flights.end(token);
  EXPECT_EQ(flights.find(key), 0U);
  EXPECT_EQ(flights.get(token), nullptr);
}

TEST(Flights, many_questions_are_each_found_and_ended) {
  Flights flights(1000, 10);
  std::vector<AskToken> tokens;
  for (int i = 0; i < 1000; ++i)
    tokens.push_back(flights.begin(CacheKey::of(ask("n" + std::to_string(i) + ".test"))));
  EXPECT_EQ(flights.begin(CacheKey::of(ask("one-more.test"))), 0U);
  for (int i = 0; i < 1000; i += 2) flights.end(tokens[static_cast<size_t>(i)]);
  for (int i = 0; i < 1000; ++i)
    EXPECT_EQ(flights.find(CacheKey::of(ask("N" + std::to_string(i) + ".test"))),
              i % 2 == 0 ? 0 : tokens[static_cast<size_t>(i)]);
}

TEST(Flights, bounds_hold_for_one_question_and_for_all) {
  Flights flights(5, 3);
  const AskToken a = flights.begin(CacheKey::of(ask("a.test")));
  const AskToken b = flights.begin(CacheKey::of(ask("b.test")));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(flights.join(*flights.get(a), ask("a.test")));
  EXPECT_FALSE(flights.join(*flights.get(a), ask("a.test")));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(flights.join(*flights.get(b), ask("b.test")));
  EXPECT_FALSE(flights.join(*flights.get(b), ask("b.test")));
  EXPECT_EQ(flights.waiting(), 5U);
}

}  // namespace
}  // namespace weir::edge
