// The numbers of dnstap.proto and their names. A number without a name is a future one and is kept
// as it came.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::dnstap {

/// Dnstap.Type.
enum class EnvelopeType : int32_t { kMessage = 1 };

/// Message.Type.
enum class MessageType : int32_t {
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
inline constexpr int kMessageTypes = 14;

enum class SocketFamily : int32_t { kInet = 1, kInet6 = 2 };

enum class SocketProtocol : int32_t {
  kUdp = 1,
  kTcp,
  kDot,
  kDoh,
  kDnscryptUdp,
  kDnscryptTcp,
  kDoq,
};
inline constexpr int kSocketProtocols = 7;

enum class HttpProtocol : int32_t { kHttp1 = 1, kHttp2, kHttp3 };

/// Policy.Action.
enum class PolicyAction : int32_t {
  kNxdomain = 1,
  kNodata,
  kPass,
  kDrop,
  kTruncate,
  kLocalData,
};
/// Policy.Match: what the policy looked at.
enum class PolicyMatch : int32_t { kQname = 1, kClientIp, kResponseIp, kNsName, kNsIp };

/// The names of dnstap.proto (`CLIENT_QUERY`, `INET`, `DNSCryptUDP`, `HTTP2`, `LOCAL_DATA`); empty
/// for a number without one.
std::string_view to_text(MessageType type);
std::string_view to_text(SocketFamily family);
std::string_view to_text(SocketProtocol protocol);
std::string_view to_text(HttpProtocol protocol);
std::string_view to_text(PolicyAction action);
std::string_view to_text(PolicyMatch match);

}  // namespace weir::dnstap
