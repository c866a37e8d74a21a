// NOTIFICATION: the last message of a session, which says why it ends (RFC 4271 §4.5, 4486, 6608,
// 8203, 8538, 9003, 9687). Every check of this folder gives one when a session has to end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "proto/bgp/types.h"

namespace weir::bgp {

enum class ErrorCode : uint8_t {
  kMessageHeader = 1,
  kOpen = 2,
  kUpdate = 3,
  kHoldTimer = 4,
  kStateMachine = 5,
  kCease = 6,
  kRouteRefresh = 7,
  kSendHoldTimer = 8,
};

enum class HeaderError : uint8_t { kNotSynchronized = 1, kBadLength = 2, kBadType = 3 };
enum class OpenError : uint8_t {
  kUnspecific = 0,
  kVersion = 1,
  kPeerAs = 2,
  kIdentifier = 3,
  kOptionalParameter = 4,
  kHoldTime = 6,
  kCapability = 7,
  kRoleMismatch = 11,
};
enum class UpdateError : uint8_t {
  kAttributeList = 1,
  kUnrecognizedWellKnown = 2,
  kMissingWellKnown = 3,
  kAttributeFlags = 4,
  kAttributeLength = 5,
  kOrigin = 6,
  kNextHop = 8,
  kOptionalAttribute = 9,
  kNetworkField = 10,
  kAsPath = 11,
};
enum class StateError : uint8_t { kInOpenSent = 1, kInOpenConfirm = 2, kInEstablished = 3 };
enum class Cease : uint8_t {
  kMaximumPrefixes = 1,
  kShutdown = 2,
  kDeconfigured = 3,
  kReset = 4,
  kRejected = 5,
  kOtherChange = 6,
  kCollision = 7,
  kOutOfResources = 8,
  kHardReset = 9,
  kBfdDown = 10,
};
enum class RouteRefreshError : uint8_t { kBadLength = 1 };

/// Code, subcode and data. The data is a view of the message at fault, or of a constant.
struct Notification {
  ErrorCode code{};
  uint8_t subcode = 0;
  Bytes data;

  Notification() = default;
  Notification(ErrorCode error, uint8_t detail, Bytes more = {})
      : code(error), subcode(detail), data(more) {}
  explicit Notification(HeaderError error, Bytes more = {})
      : Notification(ErrorCode::kMessageHeader, static_cast<uint8_t>(error), more) {}
  explicit Notification(OpenError error, Bytes more = {})
      : Notification(ErrorCode::kOpen, static_cast<uint8_t>(error), more) {}
  explicit Notification(UpdateError error, Bytes more = {})
      : Notification(ErrorCode::kUpdate, static_cast<uint8_t>(error), more) {}
  explicit Notification(StateError error, Bytes more = {})
      : Notification(ErrorCode::kStateMachine, static_cast<uint8_t>(error), more) {}
  explicit Notification(RouteRefreshError error, Bytes more = {})
      : Notification(ErrorCode::kRouteRefresh, static_cast<uint8_t>(error), more) {}
  explicit Notification(Cease reason, Bytes more = {})
      : Notification(ErrorCode::kCease, static_cast<uint8_t>(reason), more) {}

  bool is(Cease reason) const {
    return code == ErrorCode::kCease && subcode == static_cast<uint8_t>(reason);
  }
};

/// The message; data that does not fit into 4096 octets is cut.
Octets encode(const Notification& notification);
/// From a body of at least two octets, which framing has seen to.
Notification decode_notification(Bytes body);

/// The data that tells people why: a length and UTF-8, cut at a character before 255 octets
/// (RFC 9003). Empty for no text.
Octets shutdown_data(std::string_view text);
/// What the peer's operator says in a shutdown or reset; empty when there is none, or no text.
/// Control characters and what is not UTF-8 are replaced by `?`: this goes to logs.
std::string shutdown_text(const Notification& notification);

/// The data of a hard reset, which wraps the true reason (RFC 8538 §3.1).
Octets hard_reset_data(const Notification& inner);
/// What a hard reset wraps; nothing for another notification, or one that wraps nothing.
std::optional<Notification> wrapped(const Notification& notification);

/// `UPDATE error: malformed AS_PATH`, `cease: peer de-configured`, `error 9/4`.
std::string to_text(const Notification& notification);

}  // namespace weir::bgp
