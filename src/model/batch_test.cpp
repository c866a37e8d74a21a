// Tests of batches: octets are copied once, and bounds hold.
#include "model/batch.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::model {
namespace {

Observation about(std::string_view query, std::string_view response = {}) {
  Observation observation;
  observation.type = response.empty() ? MessageType::kClientQuery : MessageType::kClientResponse;
  observation.query_message = as_bytes(query);
  observation.response_message = as_bytes(response);
  return observation;
}

TEST(BatchBuilder, copies_every_octet_so_that_the_source_may_forget_them) {
  BatchBuilder builder(3, 8, 4096);
  {
    std::string query = "query-octets";
    std::string response = "response-octets";
    std::string name = "\3www\7example\0";
    std::string upstream = "quad9";
    std::string identity = "edge-01";
    std::string policy = "policy-message";
    DnstapExtras extras;
    extras.identity = as_bytes(identity);
    extras.policy = as_bytes(policy);
    extras.http_protocol = 2;
    Observation observation = about(query, response);
    observation.qname = as_bytes(name);
    observation.upstream = upstream;
    observation.dnstap = &extras;
    ASSERT_TRUE(builder.add(observation));
    ASSERT_TRUE(builder.add(observation));
    for (std::string* text : {&query, &response, &name, &upstream, &identity, &policy})
      text->assign(text->size(), 'x');
    extras = {};
  }
  const SharedBatch batch = builder.seal();
  ASSERT_EQ(batch->size(), 2U);
  EXPECT_EQ(batch->source(), 3);
  for (const Observation& kept : batch->observations()) {
    EXPECT_EQ(as_text(kept.query_message), "query-octets");
    EXPECT_EQ(as_text(kept.response_message), "response-octets");
    EXPECT_EQ(as_text(kept.qname), "\3www\7example");
    EXPECT_EQ(kept.upstream, "quad9");
    ASSERT_NE(kept.dnstap, nullptr);
    EXPECT_EQ(as_text(kept.dnstap->identity), "edge-01");
    EXPECT_EQ(as_text(kept.dnstap->policy), "policy-message");
    EXPECT_TRUE(kept.dnstap->version.empty());
    EXPECT_EQ(kept.dnstap->http_protocol, 2);
  }
}

TEST(BatchBuilder, takes_what_it_promised_from_the_first_batch_on) {
  BatchBuilder builder(0, 1000, 1 << 20);
  DnstapExtras extras;
  const std::string identity = "edge-01";
  extras.identity = as_bytes(identity);
  for (size_t i = 0; i < 1000; ++i) {
    const std::string text(i % 300, static_cast<char>('a' + i % 26));
    Observation observation = about(text);
    observation.upstream = text;
    if (i % 2 == 0) observation.dnstap = &extras;
    ASSERT_TRUE(builder.add(observation));
  }
  const SharedBatch batch = builder.seal();
  for (size_t i = 0; i < 1000; ++i) {
    const Observation& kept = batch->observations()[i];
    const std::string text(i % 300, static_cast<char>('a' + i % 26));
    ASSERT_EQ(as_text(kept.query_message), text);
    ASSERT_EQ(kept.upstream, text);
    ASSERT_EQ(kept.dnstap != nullptr, i % 2 == 0);
    if (kept.dnstap != nullptr) {
      ASSERT_EQ(as_text(kept.dnstap->identity), identity);
      ASSERT_NE(kept.dnstap->identity.data(), as_bytes(identity).data());
    }
  }
}

TEST(BatchBuilder, keeps_a_frame_and_what_lies_in_it_once) {
  std::string frame = "[identity][query][response]";
  const auto part = [&](size_t from, size_t size) { return as_bytes(frame).subspan(from, size); };
  DnstapExtras extras;
  extras.frame = as_bytes(frame);
  extras.identity = part(1, 8);
  Observation observation;
  observation.query_message = part(11, 5);
  observation.response_message = part(18, 8);
  observation.qname = as_bytes("elsewhere");
  observation.dnstap = &extras;
  BatchBuilder builder(0, 100, 1 << 20);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(builder.add(observation));
  frame.assign(frame.size(), 'x');
  const SharedBatch batch = builder.seal();
  EXPECT_LE(batch->arena_octets(), 100 * (27 + 9 + sizeof(DnstapExtras) + alignof(DnstapExtras)));
  for (const Observation& kept : batch->observations()) {
    ASSERT_EQ(as_text(kept.dnstap->frame), "[identity][query][response]");
    ASSERT_EQ(as_text(kept.dnstap->identity), "identity");
    ASSERT_EQ(as_text(kept.query_message), "query");
    ASSERT_EQ(as_text(kept.response_message), "response");
    ASSERT_EQ(as_text(kept.qname), "elsewhere");
    ASSERT_EQ(kept.query_message.data(), kept.dnstap->frame.data() + 11);
  }
}

TEST(BatchBuilder, refuses_when_the_count_is_reached) {
  BatchBuilder builder(0, 2, 4096);
  EXPECT_TRUE(builder.add(about("a")));
  EXPECT_TRUE(builder.add(about("b")));
  EXPECT_FALSE(builder.add(about("c")));
  EXPECT_EQ(builder.seal()->size(), 2U);
  EXPECT_TRUE(builder.empty());
  EXPECT_TRUE(builder.add(about("c")));
  EXPECT_EQ(as_text(builder.seal()->observations()[0].query_message), "c");
}

TEST(BatchBuilder, refuses_when_the_arena_is_full_and_never_writes_past_it) {
  BatchBuilder builder(0, 100, 256);
  const std::string message(100, 'm');
  EXPECT_TRUE(builder.add(about(message)));
  EXPECT_TRUE(builder.add(about(message)));
  EXPECT_FALSE(builder.add(about(message)));
  const SharedBatch batch = builder.seal();
  EXPECT_EQ(batch->size(), 2U);
  EXPECT_LE(batch->arena_octets(), 256U);
}

TEST(BatchBuilder, one_observation_larger_than_the_arena_gets_its_own) {
  BatchBuilder builder(0, 100, 256);
  const std::string large(65535, 'L');
  EXPECT_TRUE(builder.add(about("small")));
  EXPECT_FALSE(builder.add(about(large)));
  builder.seal();
  ASSERT_TRUE(builder.add(about(large)));
  EXPECT_FALSE(builder.add(about("next")));
  EXPECT_EQ(as_text(builder.seal()->observations()[0].query_message), large);
}

TEST(BatchBuilder, an_empty_builder_seals_nothing) {
  BatchBuilder builder(0, 4, 256);
  EXPECT_TRUE(builder.empty());
  EXPECT_EQ(builder.seal(), nullptr);
}

TEST(BatchBuilder, numbers_observations_from_the_given_sequence) {
  BatchBuilder builder(0, 4, 256);
  builder.add(about("a"));
  builder.add(about("b"));
  EXPECT_EQ(builder.size(), 2U);
  const SharedBatch batch = builder.seal(41);
  EXPECT_EQ(batch->observations()[0].sequence, 41U);
  EXPECT_EQ(batch->observations()[1].sequence, 42U);
}

TEST(BatchBuilder, many_batches_of_all_sizes_keep_their_octets) {
  BatchBuilder builder(0, 64, 8192);
  std::vector<SharedBatch> batches;
  for (size_t i = 0; i < 2000; ++i) {
    const std::string text(i % 700, static_cast<char>('a' + i % 26));
    if (!builder.add(about(text))) {
      batches.push_back(builder.seal());
      ASSERT_TRUE(builder.add(about(text)));
    }
  }
  batches.push_back(builder.seal());
  size_t i = 0;
  for (const SharedBatch& batch : batches)
    for (const Observation& kept : batch->observations()) {
      ASSERT_EQ(as_text(kept.query_message), std::string(i % 700, static_cast<char>('a' + i % 26)));
      ++i;
    }
  EXPECT_EQ(i, 2000U);
}

}  // namespace
}  // namespace weir::model
