// TCP sockets between two parties that know each other, as routing protocols want them: from an
// address of one's choice, signed (RFC 2385), and with a TTL that strangers cannot have (RFC 5082).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "io/stream.h"

namespace weir::io {

inline constexpr size_t kMostMd5Key = 80;  // octets, the kernel's bound

struct PeeringOptions {
  std::optional<IpAddress> local;  // where connections come from
  std::string md5_key;             // empty: segments are not signed
  uint8_t ttl = 0;                 // of what is sent; 0: the system's
  uint8_t least_ttl = 0;           // of what is taken; 0: any
  std::string interface;           // also a VRF; empty: as routes have it
  int unsent_octets = 16 << 10;    // more than this is not kept in the kernel
};

/// Connects to `peer`, as `connect_stream` does without TLS.
Result<std::unique_ptr<Stream>> connect_peer(Loop& loop, const Endpoint& peer,
                                             const PeeringOptions& peering,
                                             const StreamOptions& options, StreamEvents& events);

/// Sets what `peering` says of TTLs and what is kept unsent on a connection that was accepted.
Status prepare_accepted(int fd, const IpAddress& peer, const PeeringOptions& peering);

/// Whose segments have to be signed, on a listening socket.
struct SignedPeer {
  IpAddress address;
  std::string md5_key;
};
/// Listens for those parties. What is sent has the largest TTL, also while connecting.
Result<std::unique_ptr<Listener>> listen_for_peers(Loop& loop, const Endpoint& local,
                                                   const std::vector<SignedPeer>& peers,
                                                   Listener::OnConnection on_connection);

}  // namespace weir::io
