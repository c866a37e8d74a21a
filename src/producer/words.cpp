// The words of the public header, and addresses from what programs have.
#include <netinet/in.h>

#include "base/endpoint.h"
#include "weir/dnstap.h"

namespace weir::tap {

std::string_view to_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAccepted: return "accepted";
    case Outcome::kQueueFull: return "queue_full";
    case Outcome::kTooLarge: return "too_large";
    case Outcome::kInvalid: return "invalid";
    case Outcome::kTooManyThreads: return "too_many_threads";
    case Outcome::kExhausted: return "exhausted";
    case Outcome::kClosed: return "closed";
    case Outcome::kForked: return "forked";
  }
  return "unknown";
}

std::string_view to_text(State state) {
  switch (state) {
    case State::kOff: return "off";
    case State::kConnecting: return "connecting";
    case State::kOpen: return "open";
    case State::kWaiting: return "waiting";
    case State::kExhausted: return "exhausted";
    case State::kClosed: return "closed";
  }
  return "unknown";
}

Endpoint Endpoint::of(const ::sockaddr* address) {
  if (address == nullptr) return {};
  if (address->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, address, sizeof v4);
    return {{reinterpret_cast<const uint8_t*>(&v4.sin_addr), 4}, ntohs(v4.sin_port)};
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, address, sizeof v6);
    return {{v6.sin6_addr.s6_addr, 16}, ntohs(v6.sin6_port)};
  }
  return {};
}

Endpoint Endpoint::parse(std::string_view address, std::uint16_t port) {
  const auto parsed = IpAddress::parse(address);
  return parsed ? Endpoint(parsed->octets(), port) : Endpoint();
}

}  // namespace weir::tap
