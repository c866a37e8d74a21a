// A client's question on its way through the edge: who asked, when, what, and how the answer goes
// back.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"
#include "base/endpoint.h"
#include "model/observation.h"
#include "proto/dns/message.h"

namespace weir::edge {

class Transport;

/// How an answer finds its client again. The transport alone knows what `handle` means.
struct ReturnPath {
  Transport* transport = nullptr;
  uint64_t handle = 0;
  uint32_t interface_index = 0;
};

/// Octets from a client, before anything was read in them.
struct Arrival {
  Bytes octets;
  Endpoint client;
  Endpoint server;
  model::Protocol protocol{};
  ReturnPath way_back;
};

struct Query {
  Endpoint client;
  Endpoint server;
  ReturnPath way_back;
  Instant received;
  WallTime received_wall;
  model::Protocol protocol{};

  uint16_t id = 0;
  uint16_t flags = 0;  // of the header, as it came
  dns::Type type{};
  dns::Class klass{};
  bool edns = false;
  bool dnssec_ok = false;
  bool keepalive = false;  // asked for edns-tcp-keepalive (RFC 7828)
  uint16_t payload = 512;  // octets the client takes in one datagram

  uint16_t question_size = 0;  // of `question`; 0 when the message had none that could be read
  std::array<uint8_t, 259>
      question;  // name in its own case, type, class: as the answer repeats them

  Bytes name() const { return {question.data(), question_size - size_t{4}}; }
  Bytes question_octets() const { return {question.data(), question_size}; }
  bool is_datagram() const { return protocol == model::Protocol::kUdp; }
};

}  // namespace weir::edge
