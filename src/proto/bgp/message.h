// BGP-4 without I/O: what this folder is, and how a stream of octets becomes messages.
//
//   octets ──▶ next_frame ──▶ decode_open, decode_update, decode_notification, … ──▶ views
//                  │                        │
//                  └── Notification ◀───────┘   what to tell the peer when its message is wrong
//
//   values ──▶ encode_open, AttributeSet + pack_announcement, … ──▶ octets
//
// - types.h has the numbers, message.h the header that all messages share.
// - One file a message: open.h (with capabilities.h), update.h, notification.h, route_refresh.h. A
//   KEEPALIVE is a header.
// - An UPDATE is read with prefixes.h (runs of prefixes), attributes.h and as_path.h (path
//   attributes), update_errors.h (what can be wrong with one, and what to do: RFC 7606).
// - An UPDATE is written from an attribute_set.h, encoded once for many prefixes, by pack.h.
// - session/ is the state machine of RFC 4271 §8: events in, actions out, time and chance passed
// in.
//
// Reading never copies and never allocates: views look into the octets they were read from, and a
// list is checked where it lies. Connections, policy and routes are the owner's.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "base/wire.h"
#include "proto/bgp/notification.h"
#include "proto/bgp/types.h"

namespace weir::bgp {

/// Sizes in octets (RFC 4271 §4.1, RFC 8654).
inline constexpr size_t kHeaderSize = 19;
inline constexpr size_t kMaxMessage = 4096;
inline constexpr size_t kMaxExtendedMessage = 65535;

/// A whole message whose header is right.
struct Frame {
  MessageType type{};
  Bytes octets;

  Bytes body() const { return octets.subspan(kHeaderSize); }
};

/// The message at the front of `window`, nothing when it is not whole yet, or the error to tell the
/// peer. A wrong header is an error as soon as its octets are here. `max_size` is kMaxMessage, or
/// kMaxExtendedMessage where both sides said so; OPEN and KEEPALIVE never exceed kMaxMessage.
Result<std::optional<Frame>, Notification> next_frame(Bytes window, size_t max_size);

/// Writes the header of a message whose length is not known yet.
void begin_message(WireWriter& writer, MessageType type);
/// Fills in the length of the message that stands alone in `writer`.
void end_message(WireWriter& writer);

inline constexpr std::array<uint8_t, kHeaderSize> kKeepalive = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0,    19,   4};

}  // namespace weir::bgp
