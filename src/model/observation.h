// One DNS message seen from anywhere, in the vocabulary of dnstap, with weir's own marks. What
// sources see becomes this at once; everything downstream reads only this.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "proto/dns/message.h"

namespace weir::model {

/// dnstap.proto, Message.Type. `kUnknown` is a future one.
enum class MessageType : uint8_t {
  kUnknown = 0,
  kAuthQuery = 1,
  kAuthResponse,
  kResolverQuery,
  kResolverResponse,
  kClientQuery,
  kClientResponse,
  kForwarderQuery,
  kForwarderResponse,
  kStubQuery,
  kStubResponse,
  kToolQuery,
  kToolResponse,
  kUpdateQuery,
  kUpdateResponse,
};
inline bool is_response(MessageType type) {
  return type != MessageType::kUnknown && static_cast<uint8_t>(type) % 2 == 0;
}
/// `CLIENT_QUERY`.
std::string_view to_text(MessageType type);
std::optional<MessageType> message_type_from_text(std::string_view text);

/// dnstap.proto, SocketProtocol.
enum class Protocol : uint8_t {
  kUnknown = 0,
  kUdp = 1,
  kTcp,
  kDot,
  kDoh,
  kDnscryptUdp,
  kDnscryptTcp,
  kDoq,
};
/// `UDP`, `DOT`.
std::string_view to_text(Protocol protocol);
std::optional<Protocol> protocol_from_text(std::string_view text);

/// What kind of source an observation came from.
enum class SourceKind : uint8_t { kEdge, kCapture, kDnstap, kFile, kJson };
std::string_view to_text(SourceKind kind);

/// Where an answer came from.
enum class AnswerSource : uint8_t { kNone, kCache, kUpstream, kLocal, kPolicy, kStale };
std::string_view to_text(AnswerSource source);

/// What dnstap knows and weir's own edge does not need: kept through the pipeline untouched.
struct DnstapExtras {
  Bytes identity;
  Bytes version;
  Bytes extra;
  Bytes query_zone;  // wire form
  Bytes policy;      // the Policy submessage as it came
  uint8_t http_protocol = 0;
  /// The whole dnstap frame as it came; the spans above and the observation's own may lie in it,
  /// and then are kept only once. Empty when there was none, or when it no longer is the truth (a
  /// part of it was changed on the way). A sink that writes dnstap writes this.
  Bytes frame;
};

/// A value of spans: the octets belong to a Batch (downstream) or to the source (while it records).
struct Observation {
  MessageType type = MessageType::kUnknown;
  Protocol protocol = Protocol::kUnknown;
  SourceKind source = SourceKind::kEdge;
  AnswerSource answer_source = AnswerSource::kNone;
  bool defragmented = false;  // put together from IP fragments
  bool reassembled = false;   // put together from TCP segments
  dns::Malformed malformed;   // of what `message()` gives; kNone when it parses

  /// The side that asks and the side that answers; absent addresses are unknown.
  std::optional<Endpoint> query_endpoint;
  std::optional<Endpoint> response_endpoint;
  /// Absent is unknown (dnstap leaves either out).
  std::optional<WallTime> query_time;
  std::optional<WallTime> response_time;

  Bytes query_message;
  Bytes response_message;

  /// Of `message()`, parsed once. The name is uncompressed wire in its own case; empty without one.
  dns::Header header;
  Bytes qname;
  dns::Type qtype{};
  dns::Class qclass{};
  dns::Rcode rcode{};

  std::string_view upstream;  // its name in the settings; empty unless forwarded
  const DnstapExtras* dnstap = nullptr;
  uint64_t sequence = 0;       // per source, from 1; set when recorded
  uint32_t sample_weight = 1;  // of how many it was chosen to stand for, by a lane that samples

  /// The message this observation is about.
  Bytes message() const {
    return is_response(type) || query_message.empty() ? response_message : query_message;
  }
  /// When it happened.
  WallTime time() const {
    if (is_response(type) && response_time) return *response_time;
    return query_time.value_or(response_time.value_or(WallTime{}));
  }
  /// From query to response, where both are known.
  std::optional<Duration> latency() const {
    if (!query_time || !response_time || !is_response(type)) return std::nullopt;
    return *response_time - *query_time;
  }
};

/// Fills header, question, rcode and `malformed` from `message()`; the name goes to `qname_buffer`.
/// For sources that have octets only (the edge knows these already).
void describe(Observation& observation, std::array<uint8_t, dns::kMaxName>& qname_buffer);

}  // namespace weir::model
