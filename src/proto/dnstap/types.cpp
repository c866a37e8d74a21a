// The words of dnstap.proto.
#include "proto/dnstap/types.h"

#include <cstddef>

namespace weir::dnstap {
namespace {

/// The word of a number that counts from one.
template <typename Number, size_t kCount>
std::string_view word_of(Number number, const std::string_view (&words)[kCount]) {
  const size_t index = static_cast<size_t>(number) - 1;
  return index < kCount ? words[index] : std::string_view{};
}

constexpr std::string_view kMessageWords[kMessageTypes] = {
    "AUTH_QUERY",   "AUTH_RESPONSE",   "RESOLVER_QUERY",  "RESOLVER_RESPONSE",
    "CLIENT_QUERY", "CLIENT_RESPONSE", "FORWARDER_QUERY", "FORWARDER_RESPONSE",
    "STUB_QUERY",   "STUB_RESPONSE",   "TOOL_QUERY",      "TOOL_RESPONSE",
    "UPDATE_QUERY", "UPDATE_RESPONSE"};
constexpr std::string_view kFamilyWords[] = {"INET", "INET6"};
constexpr std::string_view kProtocolWords[kSocketProtocols] = {
    "UDP", "TCP", "DOT", "DOH", "DNSCryptUDP", "DNSCryptTCP", "DOQ"};
constexpr std::string_view kHttpWords[] = {"HTTP1", "HTTP2", "HTTP3"};
constexpr std::string_view kActionWords[] = {"NXDOMAIN", "NODATA",   "PASS",
                                             "DROP",     "TRUNCATE", "LOCAL_DATA"};
constexpr std::string_view kMatchWords[] = {"QNAME", "CLIENT_IP", "RESPONSE_IP", "NS_NAME",
                                            "NS_IP"};

}  // namespace

std::string_view to_text(MessageType type) { return word_of(type, kMessageWords); }
std::string_view to_text(SocketFamily family) { return word_of(family, kFamilyWords); }
std::string_view to_text(SocketProtocol protocol) { return word_of(protocol, kProtocolWords); }
std::string_view to_text(HttpProtocol protocol) { return word_of(protocol, kHttpWords); }
std::string_view to_text(PolicyAction action) { return word_of(action, kActionWords); }
std::string_view to_text(PolicyMatch match) { return word_of(match, kMatchWords); }

}  // namespace weir::dnstap
