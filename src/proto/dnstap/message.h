// What a data frame of dnstap holds, as dnstap.proto has it: views of the frame, and back again.
// A frame of any producer that writes fields in the order of their numbers (they all do) comes out
// of `decode` and `encode` octet for octet.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "proto/dnstap/decode_fault.h"
#include "proto/dnstap/types.h"

namespace weir::dnstap {

/// dnstap.proto, Message. What is absent was absent, or is left out. Where a field comes twice, the
/// last one counts; a second Message inside an envelope adds to the first.
struct Message {
  Message() {}  // NOLINT: a defaulted one would clear every absent field first
  MessageType type{};
  std::optional<SocketFamily> socket_family;
  std::optional<SocketProtocol> socket_protocol;
  /// 4 or 16 octets. Their number says which IP version it is, whatever `socket_family` says.
  std::optional<Bytes> query_address;
  std::optional<Bytes> response_address;
  std::optional<uint16_t> query_port;
  std::optional<uint16_t> response_port;
  std::optional<uint64_t> query_time_sec;
  std::optional<uint32_t> query_time_nsec;
  std::optional<Bytes> query_message;
  std::optional<Bytes> query_zone;  // a name in wire form
  std::optional<uint64_t> response_time_sec;
  std::optional<uint32_t> response_time_nsec;
  std::optional<Bytes> response_message;
  std::optional<Bytes> policy;  // decode_policy (policy.h) has succeeded for it
  std::optional<HttpProtocol> http_protocol;
  /// A stretch of the frame that begins and ends with fields that are not known. `encode` writes
  /// these after the others and leaves out what is known between them.
  Bytes unknown_fields;

  /// When query and response were seen: absent without seconds, and if no time can mean that.
  std::optional<WallTime> query_time() const;
  std::optional<WallTime> response_time() const;
  void set_query_time(WallTime time);
  void set_response_time(WallTime time);
  /// False if an address has the size of another family than `socket_family`. That is for those who
  /// want to count it: the frame stands, and the addresses are what they are.
  bool family_agrees() const;
};

/// dnstap.proto, Dnstap: one data frame.
struct Envelope {
  Envelope() {}  // NOLINT: as Message's
  EnvelopeType type = EnvelopeType::kMessage;
  std::optional<Bytes> identity;
  std::optional<Bytes> version;
  std::optional<Bytes> extra;
  std::optional<Message> message;  // present if the type is kMessage
  Bytes unknown_fields;            // as Message's
};

/// The views last as long as `payload`.
Result<Envelope, DecodeFault> decode(Bytes payload);

/// Appends the payload of a data frame, fields in the order of their numbers. Between
/// begin_data_frame and end_data_frame (frames.h) it makes the frame in place. The views are not of
/// `out`.
void encode(const Envelope& envelope, Octets& out);

/// The same for those who have the room already: what a payload takes at most, and the payload
/// written there; gives its size in octets.
size_t most_octets(const Envelope& envelope);
/// How much of `most_octets` is not for values: that many are too many at most.
inline constexpr size_t kMostOverhead = 400;
size_t encode_at(const Envelope& envelope, uint8_t* at);

}  // namespace weir::dnstap
