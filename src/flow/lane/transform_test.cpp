// What transforms do to batches: filter, sample, anonymise, one by one and in a chain.
#include "flow/lane/transform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "flow/catalogue.h"
#include "kit/observations.h"
#include "kit/temporary.h"

namespace weir::flow {
namespace {

using ::testing::ElementsAre;

std::unique_ptr<Transforms> make(const LaneSettings& settings) {
  auto made = make_transforms(settings);
  EXPECT_TRUE(made) << made.error().what;
  return made ? *std::move(made) : nullptr;
}

/// A batch of one question a name, numbered from 1.
model::SharedBatch questions(std::initializer_list<std::string_view> names) {
  model::BatchBuilder builder(3, names.size(), 1 << 20);
  for (const std::string_view name : names) EXPECT_TRUE(builder.add(kit::Seen(name).observation));
  return builder.seal();
}

std::vector<uint64_t> sequences(const model::Batch& batch) {
  std::vector<uint64_t> all;
  for (const auto& observation : batch.observations()) all.push_back(observation.sequence);
  return all;
}

Conditions below(std::string_view name) {
  Conditions conditions;
  conditions.names.push_back(*dns::Name::parse(name));
  return conditions;
}

TEST(Transforms, there_are_none_where_nothing_is_asked_for) { EXPECT_EQ(make({}), nullptr); }

TEST(Transforms, a_part_knows_where_it_stood) {
  LaneSettings settings;
  settings.only = below("example.org");
  const auto transforms = make(settings);
  const auto whole =
      questions({"a.example.net", "A.Example.ORG", "example.org", "org", "b.example.org"});
  const auto part = transforms->apply(*whole);
  EXPECT_THAT(sequences(*part), ElementsAre(2, 3, 5));
  EXPECT_EQ(part->source(), 3);
  EXPECT_EQ(part->whole_size(), 5U);
  EXPECT_EQ(part->place_in_whole(0), 1U);
  EXPECT_EQ(part->place_in_whole(2), 4U);
  const auto none = transforms->apply(*questions({"x.", "y."}));
  EXPECT_EQ(none->size(), 0U);
  EXPECT_EQ(none->whole_size(), 2U);
  EXPECT_EQ(whole->whole_size(), 5U);
  EXPECT_EQ(whole->place_in_whole(4), 4U);
}

TEST(Filter, one_entry_of_a_list_is_enough_and_every_list_counts) {
  const kit::Seen question("www.example.org");
  kit::Seen answered("www.example.org");
  answered.answer();
  Conditions conditions = below("example.org");
  conditions.names.push_back(*dns::Name::parse("example.net"));
  const auto passes = [&](const kit::Seen& seen) {
    LaneSettings settings;
    settings.only = conditions;
    model::BatchBuilder builder(0, 1, 4096);
    EXPECT_TRUE(builder.add(seen.observation));
    const size_t with = make(settings)->apply(*builder.seal())->size();
    settings.except = settings.only;
    settings.only.reset();
    EXPECT_TRUE(builder.add(seen.observation));
    EXPECT_EQ(make(settings)->apply(*builder.seal())->size(), 1 - with) << "except is the opposite";
    return with == 1;
  };
  EXPECT_TRUE(passes(question));
  conditions.types = {dns::Type::kAaaa, dns::Type::kA};
  EXPECT_TRUE(passes(question));
  conditions.clients = {*Prefix::parse("192.0.2.0/24")};
  EXPECT_TRUE(passes(question));
  conditions.rcodes = {dns::Rcode::kNoError};
  EXPECT_FALSE(passes(question)) << "a query has no response code";
  EXPECT_TRUE(passes(answered));
  conditions.message_types = {model::MessageType::kClientQuery};
  EXPECT_FALSE(passes(answered));
  conditions.message_types.push_back(model::MessageType::kClientResponse);
  EXPECT_TRUE(passes(answered));
  conditions.clients = {*Prefix::parse("198.51.100.0/24")};
  EXPECT_FALSE(passes(answered));
}

TEST(Sample, a_query_and_its_response_share_their_fate_and_weigh_what_they_stand_for) {
  LaneSettings settings;
  settings.sample = 10;
  const auto transforms = make(settings);
  size_t chosen = 0;
  for (uint16_t port = 1; port <= 10'000; ++port) {
    kit::Seen question("example.org"), answered("example.org");
    answered.answer();
    model::BatchBuilder builder(0, 2, 4096);
    for (kit::Seen* seen : {&question, &answered}) {
      seen->observation.query_endpoint->port = port;
      EXPECT_TRUE(builder.add(seen->observation));
    }
    const auto part = transforms->apply(*builder.seal());
    ASSERT_TRUE(part->size() == 0 || part->size() == 2);
    chosen += part->size() / 2;
    for (const auto& observation : part->observations()) EXPECT_EQ(observation.sample_weight, 10U);
  }
  EXPECT_NEAR(static_cast<double>(chosen), 1000, 150) << "five times the deviation";
}

struct AnonymiseTest : ::testing::Test {
  std::string key_file(size_t digits) {
    const std::string path = folder / std::to_string(digits);
    std::ofstream(path) << std::string(digits, 'a') << "\n";
    return path;
  }
  /// What becomes of one observation.
  model::SharedBatch hide(const AnonymiseSettings& anonymise, const model::Observation& seen) {
    LaneSettings settings;
    settings.anonymise = anonymise;
    model::BatchBuilder builder(0, 1, 4096);
    EXPECT_TRUE(builder.add(seen));
    const auto transforms = make(settings);
    return transforms ? transforms->apply(*builder.seal()) : nullptr;
  }
  IpAddress client_after(const AnonymiseSettings& anonymise, const kit::Seen& seen) {
    return hide(anonymise, seen.observation)->observations()[0].query_endpoint->address;
  }

  const kit::TemporaryFolder folder;
};

TEST_F(AnonymiseTest, the_client_is_hidden_and_nobody_else) {
  kit::Seen seen("example.org");
  seen.answer();
  const auto batch = hide({.way = Anonymisation::kTruncate}, seen.observation);
  const model::Observation& hidden = batch->observations()[0];
  EXPECT_EQ(hidden.query_endpoint, Endpoint::parse("192.0.2.0:5353"));
  EXPECT_EQ(hidden.response_endpoint, seen.observation.response_endpoint);
  EXPECT_TRUE(equal(hidden.response_message, seen.response));
}

TEST_F(AnonymiseTest, nothing_of_the_client_remains_when_removed) {
  const kit::Seen seen("example.org");
  const auto batch = hide({.way = Anonymisation::kRemove}, seen.observation);
  EXPECT_EQ(batch->observations()[0].query_endpoint, std::nullopt);
}

TEST_F(AnonymiseTest, of_dnstap_only_what_names_no_client_remains) {
  kit::Seen seen("example.org");
  const Octets frame(64, 1);
  model::DnstapExtras extras;
  extras.identity = as_bytes("resolver");
  extras.extra = as_bytes("192.0.2.7");
  extras.policy = Bytes(frame).first(4);
  extras.frame = frame;
  seen.observation.dnstap = &extras;
  const auto batch = hide({.way = Anonymisation::kTruncate}, seen.observation);
  const model::DnstapExtras& kept = *batch->observations()[0].dnstap;
  EXPECT_EQ(as_text(kept.identity), "resolver");
  EXPECT_TRUE(kept.frame.empty() && kept.extra.empty() && kept.policy.empty());
}

TEST_F(AnonymiseTest, each_epoch_has_a_key_of_its_own) {
  constexpr int64_t kDay = 86'400'000'000'000;
  AnonymiseSettings settings{.way = Anonymisation::kCryptoPan, .key_file = key_file(64)};
  const kit::Seen morning("example.org", 100 * kDay + 1), evening("example.org", 101 * kDay - 1),
      next_day("example.org", 101 * kDay);
  const IpAddress for_ever = client_after(settings, morning);
  EXPECT_EQ(for_ever, client_after(settings, next_day));
  settings.epoch = 24h;
  const IpAddress that_day = client_after(settings, morning);
  EXPECT_NE(that_day, for_ever);
  EXPECT_EQ(that_day, client_after(settings, evening));
  EXPECT_NE(that_day, client_after(settings, next_day));
}

TEST_F(AnonymiseTest, a_key_that_is_none_is_refused_with_the_way_to_one) {
  LaneSettings settings;
  settings.anonymise = {.way = Anonymisation::kIpcrypt, .key_file = key_file(64)};
  const auto made = make_transforms(settings);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().fault, Fault::kConfig);
  EXPECT_THAT(made.error().what, ::testing::HasSubstr("openssl rand -hex 16"));
  EXPECT_THAT(made.error().what, ::testing::Not(::testing::HasSubstr("aaaa"))) << "no secret";
  settings.anonymise.key_file = folder / "absent";
  EXPECT_FALSE(make_transforms(settings));
}

}  // namespace
}  // namespace weir::flow
