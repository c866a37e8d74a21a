// Who answers clients, as seen in captured packets: dnstap says whose answer a message is, a packet
// does not. Where a resolver or forwarder is watched, one lookup passes twice, first to it, then to
// its client; what it is told itself is told apart by this.
#pragma once

#include <array>
#include <cstdint>

#include "base/endpoint.h"
#include "model/observation.h"

namespace weir::universe {

/// One thread's. Bounded: a place each for kPlaces addresses, of which the latest has it.
class Answerers {
 public:
  static constexpr size_t kPlaces = 1024;

  /// `seed` keeps strangers from choosing addresses that meet.
  explicit Answerers(uint64_t seed) : seed_(seed) {}

  /// To be shown every captured message, queries too.
  void see(const model::Observation& observation);
  /// Whether a captured response went to a resolver: it was asked without RD, as resolvers ask
  /// authorities (RFC 1034 §4.3.1), or by somebody who answers clients. On loopback everybody has
  /// the same address, so there only RD tells.
  bool went_to_resolver(const model::Observation& response) const;

 private:
  IpAddress& place(const IpAddress& address);
  const IpAddress& place(const IpAddress& address) const;

  uint64_t seed_;
  std::array<IpAddress, kPlaces> addresses_{};
};

}  // namespace weir::universe
