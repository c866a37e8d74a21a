// Tests of annotations: what is written is read, the frame comes back, and damage is noticed.
#include "flow/wire/annotation.h"

#include <gtest/gtest.h>

#include "flow/wire/dnstap_observation.h"
#include "kit/observations.h"
#include "proto/dnstap/message.h"

namespace weir::flow {
namespace {

Octets annotated(const model::Observation& observation) {
  Octets out = {1, 2, 3};  // what stands before is none of its business
  EXPECT_TRUE(append_dnstap(observation, "us", "1", out));
  append_annotation(observation, 3, out);
  out.erase(out.begin(), out.begin() + 3);
  return out;
}

TEST(Annotation, carries_what_dnstap_has_no_word_for) {
  for (const std::string& upstream :
       {std::string(), std::string("quad 9"), std::string(300, 'u')}) {
    kit::Seen seen("example.org");
    seen.answer();
    seen.observation.upstream = upstream;
    seen.observation.answer_source = model::AnswerSource::kStale;
    seen.observation.source = model::SourceKind::kCapture;
    seen.observation.reassembled = true;
    seen.observation.sequence = 0xfedcba9876543210;
    const Octets payload = annotated(seen.observation);
    const auto read = read_annotation(payload);
    ASSERT_TRUE(read);
    EXPECT_FALSE(read->annotation.had_frame);
    DnstapDecoder decoder(model::SourceKind::kFile);
    ASSERT_EQ(decoder.read(read->payload), DnstapDecoder::Outcome::kObservation);
    model::Observation restored = decoder.observation();
    annotate(read->annotation, restored);
    EXPECT_EQ(restored.upstream, upstream);
    EXPECT_EQ(restored.answer_source, model::AnswerSource::kStale);
    EXPECT_EQ(restored.source, model::SourceKind::kCapture);
    EXPECT_TRUE(restored.reassembled);
    EXPECT_FALSE(restored.defragmented);
    EXPECT_EQ(restored.sequence, 0xfedcba9876543210);
    EXPECT_EQ(restored.dnstap, nullptr);
    EXPECT_EQ(restored.time(), seen.observation.time());
    EXPECT_TRUE(equal(restored.response_message, seen.observation.response_message));
  }
}

TEST(Annotation, a_frame_that_came_in_comes_back_octet_for_octet) {
  kit::Seen seen("example.org");
  dnstap::Envelope envelope;
  envelope.extra = as_bytes("theirs");
  envelope.message.emplace();
  envelope.message->type = dnstap::MessageType::kClientQuery;
  envelope.message->query_message = seen.query;
  Octets frame;
  dnstap::encode(envelope, frame);
  DnstapDecoder decoder(model::SourceKind::kDnstap);
  ASSERT_EQ(decoder.read(frame), DnstapDecoder::Outcome::kObservation);
  const Octets payload = annotated(decoder.observation());
  const auto read = read_annotation(payload);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->annotation.had_frame);
  EXPECT_TRUE(equal(read->payload, frame));
  // Others find the annotation where dnstap has its extra.
  const auto other = dnstap::decode(payload);
  ASSERT_TRUE(other);
  EXPECT_TRUE(as_text(*other->extra).starts_with("weir1 dnstap none 4 "));
}

TEST(Annotation, notices_each_octet_that_has_changed_and_each_that_is_missing) {
  const kit::Seen seen("example.org");
  const Octets payload = annotated(seen.observation);
  for (size_t i = 0; i < payload.size(); ++i) {
    Octets damaged = payload;
    damaged[i] ^= 0x10;
    const auto read = read_annotation(damaged);
    EXPECT_FALSE(read) << i;
    EXPECT_FALSE(read_annotation(Bytes(payload).first(i))) << i;
  }
}

}  // namespace
}  // namespace weir::flow
