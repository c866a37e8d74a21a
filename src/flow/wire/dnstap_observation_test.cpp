// Frames become observations and observations frames: by a vector, octet for octet, field by field
// for every type and protocol, and as policies were given.
#include "flow/wire/dnstap_observation.h"

#include <gtest/gtest.h>

#include "kit/observations.h"
#include "model/batch.h"
#include "proto/dnstap/message.h"
#include "proto/dnstap/policy.h"

namespace weir::flow {
namespace {

using model::MessageType;
using model::Protocol;
using Outcome = DnstapDecoder::Outcome;

constexpr const char* kVector =
    "0a0565646765311203302e3172420805100118012204c00002012a047f00000130b1a80338354080a0f8fa05"
    "4d15cd5b07521d123401000001000000000000076578616d706c6503636f6d00000100017801";

TEST(DnstapObservation, is_what_the_hand_made_frame_says) {
  const Octets frame = *from_hex(kVector);
  DnstapDecoder decoder(model::SourceKind::kDnstap);
  ASSERT_EQ(Outcome::kObservation, decoder.read(frame));
  const model::Observation& seen = decoder.observation();
  EXPECT_EQ(MessageType::kClientQuery, seen.type);
  EXPECT_EQ(Protocol::kUdp, seen.protocol);
  EXPECT_EQ(model::SourceKind::kDnstap, seen.source);
  EXPECT_EQ(Endpoint::parse("192.0.2.1:54321"), seen.query_endpoint);
  EXPECT_EQ(Endpoint::parse("127.0.0.1:53"), seen.response_endpoint);
  EXPECT_EQ(wall_time(1'600'000'000'123'456'789), seen.query_time);
  EXPECT_FALSE(seen.response_time);
  EXPECT_EQ(0x1234, seen.header.id);
  EXPECT_EQ("example.com.", dns::wire_name_to_text(seen.qname));
  EXPECT_EQ(dns::Type::kA, seen.qtype);
  EXPECT_TRUE(seen.response_message.empty());
  EXPECT_EQ("edge1", as_text(seen.dnstap->identity));
  EXPECT_EQ("0.1", as_text(seen.dnstap->version));
}

TEST(DnstapObservation, goes_out_octet_for_octet_as_it_came_in_also_out_of_a_batch) {
  Octets frame = *from_hex(kVector);
  const Octets original = frame;
  DnstapDecoder decoder(model::SourceKind::kDnstap);
  ASSERT_EQ(Outcome::kObservation, decoder.read(frame));
  model::BatchBuilder builder(0, 8, 4096);
  ASSERT_TRUE(builder.add(decoder.observation()));
  const auto batch = builder.seal();
  std::ranges::fill(frame, 0);  // the socket's buffer has other octets by now
  Octets out;
  ASSERT_TRUE(append_dnstap(batch->observations().front(), "weir", "1", out));
  EXPECT_EQ(original, out);
}

// 14 types by 7 protocols, both families, built by us and read back.
TEST(DnstapObservation, of_every_type_and_protocol_survives_being_written_and_read) {
  for (int type = 1; type <= 14; ++type)
    for (int protocol = 1; protocol <= 7; ++protocol) {
      kit::Seen seen("www.example.org");
      seen.answer();
      model::Observation& sent = seen.observation;
      sent.type = static_cast<MessageType>(type);
      sent.protocol = static_cast<Protocol>(protocol);
      if (protocol % 2 == 0) {
        sent.query_endpoint = Endpoint::parse("[2001:db8::7]:5353");
        sent.response_endpoint = Endpoint::parse("[2001:db8::53]:853");
      }
      seen.describe();
      Octets out;
      ASSERT_TRUE(append_dnstap(sent, "here", "weir 1", out));
      DnstapDecoder decoder(model::SourceKind::kFile);
      ASSERT_EQ(Outcome::kObservation, decoder.read(out)) << type << " " << protocol;
      const model::Observation& got = decoder.observation();
      EXPECT_EQ(sent.type, got.type);
      EXPECT_EQ(sent.protocol, got.protocol);
      EXPECT_EQ(sent.query_endpoint, got.query_endpoint);
      EXPECT_EQ(sent.response_endpoint, got.response_endpoint);
      EXPECT_EQ(sent.query_time, got.query_time);
      EXPECT_EQ(sent.response_time, got.response_time);
      EXPECT_EQ(to_hex(sent.query_message), to_hex(got.query_message));
      EXPECT_EQ(to_hex(sent.response_message), to_hex(got.response_message));
      EXPECT_EQ(sent.rcode, got.rcode);
      EXPECT_EQ("here", as_text(got.dnstap->identity));
      EXPECT_EQ("weir 1", as_text(got.dnstap->version));
      const auto envelope = dnstap::decode(out);
      ASSERT_TRUE(envelope);
      EXPECT_TRUE(envelope->message->family_agrees());
      EXPECT_TRUE(envelope->message->socket_family);
    }
}

//
TEST(DnstapObservation, keeps_policy_zone_extra_and_http_version_when_it_is_written_anew) {
  dnstap::Policy policy;
  policy.type = "RPZ";
  policy.rule = as_bytes("bad.example");
  policy.action = dnstap::PolicyAction::kNxdomain;
  policy.match = dnstap::PolicyMatch::kQname;
  policy.value = as_bytes("value");
  Octets encoded;
  dnstap::encode_policy(policy, encoded);
  kit::Seen seen("bad.example");
  model::DnstapExtras extras;
  extras.identity = as_bytes("theirs");
  extras.extra = as_bytes("more");
  extras.query_zone = seen.observation.qname;
  extras.policy = encoded;
  extras.http_protocol = 3;
  seen.observation.dnstap = &extras;
  Octets out;
  ASSERT_TRUE(append_dnstap(seen.observation, "ours", "weir 1", out));
  DnstapDecoder decoder(model::SourceKind::kDnstap);
  ASSERT_EQ(Outcome::kObservation, decoder.read(out));
  const model::DnstapExtras& got = *decoder.observation().dnstap;
  EXPECT_EQ("theirs", as_text(got.identity));
  EXPECT_EQ("weir 1", as_text(got.version)) << "ours, where none is given";
  EXPECT_EQ("more", as_text(got.extra));
  EXPECT_EQ(to_hex(extras.query_zone), to_hex(got.query_zone));
  EXPECT_EQ(3, got.http_protocol);
  const auto decoded = dnstap::decode_policy(got.policy);
  ASSERT_TRUE(decoded);
  EXPECT_EQ("RPZ", decoded->type);
  EXPECT_EQ("bad.example", as_text(*decoded->rule));
  EXPECT_EQ(dnstap::PolicyAction::kNxdomain, decoded->action);
  EXPECT_EQ(dnstap::PolicyMatch::kQname, decoded->match);
  EXPECT_EQ("value", as_text(*decoded->value));
}

TEST(DnstapObservation, of_a_future_type_of_message_is_kept_with_its_message_and_frame) {
  const Octets query = *from_hex("123401000001000000000000076578616d706c6503636f6d0000010001");
  dnstap::Envelope envelope;
  envelope.message.emplace();
  envelope.message->type = static_cast<dnstap::MessageType>(15);
  envelope.message->query_message = query;
  Octets frame;
  dnstap::encode(envelope, frame);
  DnstapDecoder decoder(model::SourceKind::kDnstap);
  ASSERT_EQ(Outcome::kObservation, decoder.read(frame));
  EXPECT_EQ(MessageType::kUnknown, decoder.observation().type);
  EXPECT_EQ("example.com.", dns::wire_name_to_text(decoder.observation().qname));
  Octets out;
  EXPECT_TRUE(append_dnstap(decoder.observation(), "", "", out));
  EXPECT_EQ(frame, out);
  model::Observation without = decoder.observation();
  without.dnstap = nullptr;
  EXPECT_FALSE(append_dnstap(without, "", "", out));
  EXPECT_EQ(frame, out) << "nothing is appended";
}

// E-24.
TEST(DnstapObservation, is_none_for_an_envelope_of_a_future_type) {
  DnstapDecoder decoder(model::SourceKind::kDnstap);
  EXPECT_EQ(Outcome::kForeign, decoder.read(*from_hex("7802")));
}

TEST(DnstapObservation, is_none_for_octets_that_are_no_envelope_and_says_why) {
  const Octets whole = *from_hex(kVector);
  DnstapDecoder decoder(model::SourceKind::kDnstap);
  for (size_t size = 0; size < whole.size(); ++size) {
    ASSERT_EQ(Outcome::kFault, decoder.read(Bytes(whole).first(size))) << size;
    EXPECT_NE(dnstap::DecodeFault::kNone, decoder.fault());
  }
}

TEST(DnstapObservation, of_a_message_that_is_no_dns_says_so_and_is_kept) {
  dnstap::Envelope envelope;
  envelope.message.emplace();
  envelope.message->type = dnstap::MessageType::kClientQuery;
  const Octets five = {1, 2, 3, 4, 5};
  envelope.message->query_message = five;
  Octets frame;
  dnstap::encode(envelope, frame);
  DnstapDecoder decoder(model::SourceKind::kDnstap);
  ASSERT_EQ(Outcome::kObservation, decoder.read(frame));
  EXPECT_NE(dns::MalformedCode::kNone, decoder.observation().malformed.code);
}

}  // namespace
}  // namespace weir::flow
