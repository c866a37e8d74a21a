// Tests of captures that are written: the reader of captures finds in them what was seen.
#include <gtest/gtest.h>

#include "flow/catalogue.h"
#include "flow/encoder.h"
#include "kit/observations.h"
#include "proto/packet/extractor.h"
#include "proto/pcap/reader.h"

namespace weir::flow {
namespace {

struct Found {
  Endpoint from, to;
  uint8_t protocol = 0;
  std::string octets;
};

std::vector<Found> read_back(const std::vector<const model::Observation*>& observations) {
  const auto encoder = make_encoder(Format::kPcap, "", "");
  EXPECT_FALSE(encoder->is_text());
  std::string file;
  encoder->head(file);
  for (const model::Observation* each : observations) encoder->encode(*each, file);
  encoder->tail(file);
  pcap::Reader reader;
  pcap::Packet packet;
  packet::Extractor extractor({.ports = {53, 443, 853}, .fragments = {}, .streams = {}});
  std::vector<Found> found;
  Bytes rest = as_bytes(file);
  for (;;) {
    const pcap::Step step = reader.next(rest, packet);
    rest = rest.subspan(step.consumed);
    if (step.kind != pcap::Step::Kind::kPacket) break;
    for (const packet::Message& message :
         extractor.add(packet.link_type, packet.octets, packet.original_size, *packet.time))
      found.push_back(
          {message.from, message.to, message.protocol, std::string(as_text(message.octets))});
  }
  EXPECT_TRUE(rest.empty());
  return found;
}

TEST(PcapEncoder, queries_go_to_the_server_and_responses_come_from_it) {
  kit::Seen query("example.org");
  kit::Seen response("example.org");
  response.answer();
  const auto found = read_back({&query.observation, &response.observation});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].from.to_text(), "192.0.2.7:5353");
  EXPECT_EQ(found[0].to.to_text(), "192.0.2.53:53");
  EXPECT_EQ(found[1].from.to_text(), "192.0.2.53:53");
  EXPECT_EQ(found[1].octets, as_text(response.response));
}

TEST(PcapEncoder, R14_every_protocol_gives_a_packet) {
  for (int protocol = 0; protocol <= 7; ++protocol) {
    kit::Seen seen("example.org");
    seen.observation.protocol = static_cast<model::Protocol>(protocol);
    const bool tcp = seen.observation.protocol == model::Protocol::kTcp;
    const auto found = read_back({&seen.observation});
    ASSERT_EQ(found.size(), 1u) << protocol;
    EXPECT_EQ(found[0].protocol, tcp ? 6 : 17);
    EXPECT_EQ(found[0].octets, as_text(seen.query));
  }
}

TEST(PcapEncoder, the_largest_message_takes_two_segments) {
  kit::Seen seen("example.org");
  seen.query.resize(65535, 'x');
  seen.observation.query_message = seen.query;
  const auto found = read_back({&seen.observation, &seen.observation});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].octets, as_text(seen.query));
}

TEST(PcapEncoder, an_end_that_is_not_known_is_unspecified_and_of_the_same_family) {
  kit::Seen seen("example.org");
  seen.observation.query_endpoint.reset();
  seen.observation.response_endpoint = Endpoint::parse("[2001:db8::53]:53");
  const auto found = read_back({&seen.observation});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].from.to_text(), "[::]:0");
  EXPECT_EQ(found[0].to.to_text(), "[2001:db8::53]:53");
}

}  // namespace
}  // namespace weir::flow
