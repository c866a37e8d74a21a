// Queries and their responses find each other, within bounds of time and memory.
#include "flow/wire/pairing.h"

#include <gtest/gtest.h>

#include "kit/packets.h"

namespace weir::flow {
namespace {

struct Asked {
  model::Observation observation;
  std::array<uint8_t, dns::kMaxName> name;
};
void ask(Asked& asked, Bytes message, bool response = false) {
  asked.observation.type =
      response ? model::MessageType::kClientResponse : model::MessageType::kClientQuery;
  asked.observation.protocol = model::Protocol::kUdp;
  asked.observation.query_endpoint = kit::endpoint("192.0.2.1:4000");
  asked.observation.response_endpoint = kit::endpoint("192.0.2.53:53");
  (response ? asked.observation.response_message : asked.observation.query_message) = message;
  model::describe(asked.observation, asked.name);
}

TEST(PairingKey, is_the_same_for_query_and_response_whatever_the_case_of_the_name) {
  Asked query, response;
  const Octets question = kit::dns_message(1, "wWw"), answer = kit::dns_message(1, "www", 0x8180);
  ask(query, question);
  ask(response, answer, true);
  EXPECT_NE(pairing_key(query.observation), 0u);
  EXPECT_EQ(pairing_key(query.observation), pairing_key(response.observation));
}

TEST(PairingKey, depends_on_everything_that_tells_queries_apart) {
  const Octets message = kit::dns_message(1, "www");
  Asked base;
  ask(base, message);
  const uint64_t key = pairing_key(base.observation);
  const auto with = [&](auto&& change) {
    model::Observation other = base.observation;
    change(other);
    return pairing_key(other);
  };
  using model::Observation;
  EXPECT_NE(with([](Observation& o) { o.header.id = 2; }), key);
  EXPECT_NE(with([](Observation& o) { o.qtype = dns::Type::kAaaa; }), key);
  EXPECT_NE(with([](Observation& o) { o.qclass = dns::Class::kCh; }), key);
  EXPECT_NE(with([](Observation& o) { o.protocol = model::Protocol::kTcp; }), key);
  EXPECT_NE(with([](Observation& o) { o.query_endpoint->port = 1; }), key);
  EXPECT_NE(
      with([](Observation& o) { o.response_endpoint->address = *IpAddress::parse("192.0.2.54"); }),
      key);
  EXPECT_NE(
      with([](Observation& o) { o.query_endpoint->address = *IpAddress::parse("c000:201::"); }),
      key);
  EXPECT_NE(with([](Observation& o) { o.qname = o.qname.subspan(4); }), key);
  EXPECT_EQ(with([](Observation& o) { o.qname = {}; }), 0u);
}

TEST(Pairing, a_response_takes_its_query_once) {
  Pairing pairing(10s);
  pairing.query(5, WallTime(1s));
  EXPECT_EQ(pairing.response(6, WallTime(2s)), std::nullopt);
  EXPECT_EQ(pairing.response(5, WallTime(2s)), WallTime(1s));
  EXPECT_EQ(pairing.response(5, WallTime(2s)), std::nullopt);
  EXPECT_EQ(pairing.paired(), 1u);
  EXPECT_EQ(pairing.orphans(), 2u);
}

TEST(Pairing, a_retransmitted_query_counts_from_its_first_time) {
  Pairing pairing(10s);
  pairing.query(5, WallTime(1s));
  pairing.query(5, WallTime(3s));
  EXPECT_EQ(pairing.response(5, WallTime(4s)), WallTime(1s));
  pairing.query(5, WallTime(20s));
  pairing.query(5, WallTime(31s));
  EXPECT_EQ(pairing.response(5, WallTime(32s)), WallTime(31s));
}

TEST(Pairing, patience_ends_and_time_does_not_run_backwards) {
  Pairing pairing(10s);
  pairing.query(5, WallTime(10s));
  EXPECT_EQ(pairing.response(5, WallTime(9s)), std::nullopt);
  EXPECT_EQ(pairing.response(5, WallTime(20s + 1ns)), std::nullopt);
  EXPECT_EQ(pairing.response(5, WallTime(20s)), WallTime(10s));
}

TEST(Pairing, a_full_set_forgets_its_oldest_query) {
  Pairing pairing(10s, 8);
  for (uint64_t key = 1; key <= 9; ++key)
    pairing.query(key, WallTime(std::chrono::milliseconds(key)));
  EXPECT_EQ(pairing.evicted(), 1u);
  EXPECT_EQ(pairing.response(1, WallTime(1s)), std::nullopt);
  for (uint64_t key = 2; key <= 9; ++key) EXPECT_TRUE(pairing.response(key, WallTime(1s)));
}

TEST(Pairing, tells_what_was_never_answered_when_its_patience_is_over) {
  Pairing pairing(5s, 64);
  const WallTime start = wall_time(1'000'000'000);
  for (uint64_t key = 1; key <= 20; ++key) pairing.query(key, start);
  pairing.query(7, start + 1s);  // once more
  for (uint64_t key = 1; key <= 5; ++key) EXPECT_TRUE(pairing.response(key, start + 1s));
  pairing.sweep(start + 5s, pairing.sets());
  EXPECT_EQ(pairing.unanswered(), 0u);
  EXPECT_EQ(pairing.waiting(), 15u);
  pairing.sweep(start + 6s, pairing.sets());
  EXPECT_EQ(pairing.unanswered(), 15u);
  EXPECT_EQ(pairing.waiting(), 0u);
  EXPECT_FALSE(pairing.response(7, start + 6s));
}

}  // namespace
}  // namespace weir::flow
