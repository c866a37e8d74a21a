// Tests of dnstap written: what was read comes out again, and what was not has every field.
#include <gtest/gtest.h>

#include "flow/catalogue.h"
#include "flow/wire/dnstap_observation.h"
#include "kit/observations.h"
#include "proto/dnstap/receiver.h"

namespace weir::flow {
namespace {

/// The frames of a stream, which must be whole.
std::vector<Octets> frames_of(std::string_view stream) {
  dnstap::Receiver receiver(dnstap::Medium::kFile);
  receiver.feed(as_bytes(stream));
  std::vector<Octets> frames;
  for (;;) {
    const dnstap::Received received = receiver.next();
    if (received.kind == dnstap::Received::Kind::kNone) break;
    if (received.kind == dnstap::Received::Kind::kFault) break;
    if (received.kind == dnstap::Received::Kind::kData)
      frames.emplace_back(received.payload.begin(), received.payload.end());
  }
  EXPECT_EQ(receiver.ending(), dnstap::Receiver::Ending::kClean);
  return frames;
}

std::string stream_of(const std::vector<const model::Observation*>& observations) {
  const auto encoder = make_encoder(Format::kDnstap, "edge-01", "weir 1");
  std::string out;
  encoder->head(out);
  for (const model::Observation* each : observations) encoder->encode(*each, out);
  encoder->tail(out);
  return out;
}

TEST(DnstapEncoder, what_was_seen_comes_back_with_our_name) {
  kit::Seen seen("www.example.org");
  seen.answer();
  const auto frames = frames_of(stream_of({&seen.observation}));
  ASSERT_EQ(frames.size(), 1u);
  DnstapDecoder decoder(model::SourceKind::kFile);
  ASSERT_EQ(decoder.read(frames[0]), DnstapDecoder::Outcome::kObservation);
  const model::Observation& back = decoder.observation();
  EXPECT_EQ(back.type, model::MessageType::kClientResponse);
  EXPECT_EQ(back.query_endpoint, seen.observation.query_endpoint);
  EXPECT_EQ(back.latency(), seen.observation.latency());
  EXPECT_TRUE(equal(back.response_message, seen.response));
  EXPECT_EQ(as_text(back.dnstap->identity), "edge-01");
}

TEST(DnstapEncoder, a_frame_that_came_goes_again_octet_for_octet) {
  kit::Seen seen("www.example.org");
  auto frames = frames_of(stream_of({&seen.observation}));
  const Octets unknown_field = {0xfa, 0x06, 0x03, 'n', 'e', 'w'};  // number 111
  frames[0].insert(frames[0].end(), unknown_field.begin(), unknown_field.end());
  DnstapDecoder decoder(model::SourceKind::kFile);
  ASSERT_EQ(decoder.read(frames[0]), DnstapDecoder::Outcome::kObservation);
  EXPECT_EQ(frames_of(stream_of({&decoder.observation()})), frames);
}

TEST(DnstapEncoder, nothing_seen_is_an_empty_stream) {
  EXPECT_TRUE(frames_of(stream_of({})).empty());
}

}  // namespace
}  // namespace weir::flow
