// What streams are given: identities that stay over failures and restarts, keys, and counts of what
// was acknowledged and nothing else.
#include "flow/sinks/stream_sink.h"

#include <gtest/gtest.h>

#include "flow/catalogue.h"
#include "kit/observations.h"

namespace weir::flow {
namespace {

/// A stream in memory that takes, refuses and fails as it is told.
class Remembered final : public StreamSink {
 public:
  Remembered(StreamKey key, metrics::Registry& registry)
      : StreamSink("s", key, make_encoder(Format::kDnswatch, "", ""), registry) {}

  std::vector<std::string> ids, keys, texts;
  size_t fails_at = SIZE_MAX;
  size_t never = SIZE_MAX;
  bool acknowledges = true;
  int abandoned = 0;
  uint64_t known = 0;

 private:
  Status ensure_open() override { return Done{}; }
  Result<Taken> publish(const StreamMessage& message) override {
    if (ids.size() == fails_at) return Error{Fault::kPeer, "away"};
    if (ids.size() == never) return Taken::kNever;
    ids.emplace_back(message.id);
    keys.emplace_back(message.key);
    texts.emplace_back(message.text);
    if (known > 0 && ids.size() == known) acknowledged_so_far(0);
    return Taken::kYes;
  }
  Status await_acknowledgements() override {
    if (acknowledges) return Done{};
    return Error{Fault::kPeer, "no word"};
  }
  void abandon() override { ++abandoned; }
};

model::SharedBatch answers(size_t from, size_t count) {
  model::BatchBuilder builder(0, count, count * 512);
  for (size_t i = from; i < from + count; ++i)
    EXPECT_TRUE(builder.add(kit::Seen("N" + std::to_string(i) + ".test").answer().observation));
  return builder.seal();
}

struct StreamSinkTest : ::testing::Test {
  double counted(const std::string& series) const {
    const std::string page = registry.expose();
    const size_t at = page.find(series + " ");
    return at == page.npos ? -1 : std::stod(page.substr(at + series.size()));
  }
  metrics::Registry registry;
};

TEST_F(StreamSinkTest, N02_the_identity_in_a_journal_is_that_of_its_position) {
  Remembered sink(StreamKey::kNone, registry);
  ASSERT_TRUE(sink.recall("j1"));
  sink.place(41);
  ASSERT_TRUE(sink.deliver(*answers(0, 2)));
  sink.place(43);
  ASSERT_TRUE(sink.deliver(*answers(2, 1)));
  ASSERT_TRUE(sink.settle());
  EXPECT_EQ(sink.ids, (std::vector<std::string>{"j1-s-41", "j1-s-42", "j1-s-43"}));
}

TEST_F(StreamSinkTest, what_is_offered_again_has_the_identity_it_had) {
  Remembered sink(StreamKey::kNone, registry);
  ASSERT_TRUE(sink.deliver(*answers(0, 2)));
  ASSERT_TRUE(sink.settle());
  ASSERT_TRUE(sink.deliver(*answers(2, 3)));
  sink.acknowledges = false;
  const Status failed = sink.settle();
  ASSERT_TRUE(!failed && failed.error().retry);
  EXPECT_EQ(sink.abandoned, 1);
  sink.acknowledges = true;
  ASSERT_TRUE(sink.deliver(*answers(2, 3)));
  ASSERT_TRUE(sink.settle());
  ASSERT_EQ(sink.ids.size(), 8U);
  const auto begin = sink.ids.begin();
  EXPECT_TRUE(std::equal(begin + 2, begin + 5, begin + 5));
  EXPECT_EQ(std::set<std::string>(begin, sink.ids.end()).size(), 5U);
  sink.give_up(7);
  ASSERT_TRUE(sink.deliver(*answers(0, 1)));
  EXPECT_EQ(std::set<std::string>(sink.ids.begin(), sink.ids.end()).size(), 6U);
  EXPECT_EQ(counted("weir_stream_messages_total{sink=\"s\"}"), 5);
}

TEST_F(StreamSinkTest, a_failure_in_the_middle_ends_what_is_under_way) {
  Remembered sink(StreamKey::kNone, registry);
  sink.fails_at = 2;
  EXPECT_FALSE(sink.deliver(*answers(0, 5)));
  EXPECT_EQ(sink.abandoned, 1);
  EXPECT_EQ(counted("weir_stream_messages_total{sink=\"s\"}"), 0);
}

TEST_F(StreamSinkTest, what_was_acknowledged_before_a_failure_is_not_sent_again) {
  Remembered sink(StreamKey::kNone, registry);
  sink.known = 3;
  sink.fails_at = 4;
  EXPECT_FALSE(sink.deliver(*answers(0, 6)));
  sink.fails_at = SIZE_MAX;
  ASSERT_TRUE(sink.deliver(*answers(0, 6)));
  ASSERT_TRUE(sink.settle());
  ASSERT_EQ(sink.ids.size(), 4U + 3U);
  EXPECT_EQ(sink.ids[3], sink.ids[4]) << "the fourth alone had no word";
  ASSERT_TRUE(sink.deliver(*answers(6, 2)));
  EXPECT_EQ(sink.ids.size(), 9U) << "a group of its own begins at its beginning";
  EXPECT_EQ(counted("weir_stream_messages_total{sink=\"s\"}"), 6);
}

TEST_F(StreamSinkTest, R11_what_can_never_be_taken_is_refused_and_what_has_no_line_passed_over) {
  Remembered sink(StreamKey::kNone, registry);
  sink.never = 1;
  model::BatchBuilder builder(0, 3, 4096);
  EXPECT_TRUE(builder.add(kit::Seen("a.test").answer().observation));
  EXPECT_TRUE(builder.add(kit::Seen("b.test").answer().observation));
  EXPECT_TRUE(builder.add(kit::Seen("c.test").observation));
  ASSERT_TRUE(sink.deliver(*builder.seal()));
  ASSERT_TRUE(sink.settle());
  EXPECT_EQ(sink.take_refused(), 1U);
  EXPECT_EQ(sink.take_refused(), 0U);
  EXPECT_EQ(sink.ids.size(), 1U);
  EXPECT_EQ(counted("weir_stream_passed_over_total{sink=\"s\"}"), 1);
}

TEST_F(StreamSinkTest, keys_are_the_folded_name_or_the_client) {
  for (const auto& [key, expected] :
       {std::pair(StreamKey::kNone, ""), std::pair(StreamKey::kName, "n0.test."),
        std::pair(StreamKey::kClient, "192.0.2.7")}) {
    Remembered sink(key, registry);
    ASSERT_TRUE(sink.deliver(*answers(0, 1)));
    EXPECT_EQ(sink.keys.at(0), expected);
    EXPECT_TRUE(sink.texts.at(0).ends_with('}'));
  }
}

}  // namespace
}  // namespace weir::flow
