// What operators may set about keeping a resolver's cache warm.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/endpoint.h"
#include "proto/dnstap/stream_address.h"

namespace weir::universe {

/// Which records are refreshed, when, and how many. `cycle`, `ahead`, `jitter_percent`, `batch`,
/// `rate` and `least_asked` may change while it runs.
struct WarmthSettings {
  Duration cycle = 1s;           // between batches
  Duration ahead = 30s;          // of expiry, and never more than half of the life
  unsigned jitter_percent = 10;  // of `ahead`, earlier, by chance
  size_t batch = 100;            // records of one cycle
  uint32_t rate = 100;           // records a second
  uint32_t least_asked = 2;      // by clients, since the last refresh; 0: nobody need ask
  size_t records = 100'000;      // that wait for their turn
};

/// Asking a resolver as a client would.
struct RequerySettings {
  Endpoint resolver;
  bool over_tcp = false;
  bool recursion_desired = true;
  bool checking_disabled = false;
  Duration timeout = 2s;
};

/// The control channel of unbound, as unbound-control speaks it: over TLS with its keys, or bare
/// over TCP or a Unix socket.
struct UnboundControlSettings {
  dnstap::StreamAddress address;
  std::string server_certificate;  // PEM files, of TLS
  std::string control_key;
  std::string control_certificate;
  unsigned connections = 4;  // at once: unbound takes ten
  Duration timeout = 5s;     // of one command
};

/// How a record is refreshed: by asking alone, after it was taken out of unbound's cache, or, in
/// weir's own cache, by having the edge fetch its answer anew.
enum class WarmthDriver : uint8_t { kRequery, kUnbound, kEdge };

struct KeepWarmSettings {
  bool enabled = false;
  WarmthDriver driver = WarmthDriver::kRequery;
  WarmthSettings warmth;
  RequerySettings requery;
  UnboundControlSettings unbound;

  /// Whose cache it is, for people.
  std::string cache() const {
    return driver == WarmthDriver::kEdge ? "the edge's cache" : requery.resolver.to_text();
  }
};

}  // namespace weir::universe
