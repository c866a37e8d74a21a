// Observations for tests, with octets of their own: a question, and its answer where one is wanted.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "model/observation.h"
#include "proto/dns/name.h"

namespace weir::kit {

/// Owns what its observation points to; neither copied nor moved.
class Seen {
 public:
  /// A client's question for `name`, of type A.
  explicit Seen(std::string_view name, int64_t time_ns = 1'700'000'000'000'000'000) {
    const auto parsed = dns::Name::parse(name);
    set_question(parsed ? parsed->wire() : Bytes(dns::Name().wire()));
    observation.type = model::MessageType::kClientQuery;
    observation.protocol = model::Protocol::kUdp;
    observation.query_endpoint = Endpoint::parse("192.0.2.7:5353");
    observation.response_endpoint = Endpoint::parse("192.0.2.53:53");
    observation.query_time = wall_time(time_ns);
    describe();
  }
  Seen(const Seen&) = delete;
  Seen& operator=(const Seen&) = delete;

  void set_question(Bytes wire_name) {
    std::string octets("\x12\x34\1\0\0\1\0\0\0\0\0\0", 12);
    octets += as_text(wire_name);
    octets += std::string_view("\0\1\0\1", 4);
    query.assign(octets.begin(), octets.end());
    observation.query_message = query;
  }
  /// Makes it the response, with one address record for the question's name, `latency` later.
  Seen& answer(Duration latency = 1500us) {
    response = query;
    response[2] = 0x81;
    response[3] = 0x80;
    response[7] = 1;
    response.insert(response.end(), {0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 203, 0, 113, 9});
    observation.type = model::MessageType::kClientResponse;
    observation.response_message = response;
    observation.response_time = *observation.query_time + latency;
    observation.answer_source = model::AnswerSource::kUpstream;
    observation.upstream = "quad9";
    describe();
    return *this;
  }
  void describe() { model::describe(observation, name_); }

  model::Observation observation;
  Octets query;
  Octets response;

 private:
  std::array<uint8_t, dns::kMaxName> name_;
};

}  // namespace weir::kit
