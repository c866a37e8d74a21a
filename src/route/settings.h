// What operators may set about routes: sets of names, how their leases live, where their routes go,
// and the neighbours that are told. Plain values; the table of keys stands in the configuration.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/endpoint.h"
#include "io/netlink/nftables.h"
#include "model/observation.h"
#include "names/guard.h"
#include "proto/bgp/attributes.h"
#include "route/policy.h"

namespace weir::route {

/// What routes of a set say of themselves.
struct ExportSettings {
  std::optional<IpAddress> next_hop_v4;
  std::optional<IpAddress> next_hop_v6;
  std::vector<uint32_t> communities;
  std::vector<bgp::LargeCommunity> large_communities;
  std::optional<uint32_t> local_pref;
  std::optional<uint32_t> med;
  bool operator==(const ExportSettings&) const = default;
};

/// The group is the plane's to fill.
struct SetSettings : SetPolicy, ExportSettings {
  std::vector<std::string> lists;  // files
  std::vector<std::string> names;  // lines as lists have them

  const ExportSettings& exports() const { return *this; }
};

/// What has to be known of a target before an answer leaves.
enum class BarrierLevel : uint8_t {
  kNone,   // nothing: answers do not wait for it
  kSent,   // the kernel has taken what it is told
  kAcked,  // its end of the connection has acknowledged that
};

struct PeerSettings {
  std::string name;
  std::string address;  // ADDRESS[:PORT], [V6]:PORT or HOST[:PORT]
  uint32_t as = 0;
  std::optional<uint32_t> local_as;
  std::vector<std::string> sets;  // "*" is all
  std::optional<IpAddress> local_address;
  std::string interface;
  std::string md5_key_file;
  bool active = true;
  bool passive = true;
  bool ipv4 = true;
  bool ipv6 = true;
  bool ipv4_over_ipv6 = false;
  unsigned gtsm_hops = 0;  // 0: off
  unsigned multihop = 1;   // TTL towards external neighbours
  std::optional<IpAddress> next_hop_v4;
  std::optional<IpAddress> next_hop_v6;
  Duration hold = 90s;  // whole seconds, as the next
  Duration connect_retry = 5s;
  Duration graceful_restart = 120s;  // 0: off
  BarrierLevel barrier = BarrierLevel::kAcked;
  Duration settle{0};  // on top of that
};

/// Sets of the kernel's packet filter that hold the addresses of routes.
struct NftablesSettings {
  std::string name;
  io::NftFamily family = io::NftFamily::kInet;
  std::string table;
  std::string set_v4;  // empty: none
  std::string set_v6;
  std::optional<uint32_t> mark;   // they are maps, from addresses to this
  std::vector<std::string> sets;  // "*" is all, and so is none
  Duration reconcile = 10min;
  bool barrier = true;  // answers wait for it
};

/// What becomes of routes at neighbours when the program ends.
enum class OnStop : uint8_t {
  kKeep,      // neighbours keep them for a while, where they can (RFC 4724)
  kWithdraw,  // they go at once
  kDrain,     // they are marked (RFC 8326), and go a little later
};

struct RouteSettings {
  uint32_t as = 0;
  std::optional<IpAddress> router_id;  // IPv4
  std::vector<Endpoint> listen;        // for neighbours
  std::vector<SetSettings> sets;
  std::vector<PeerSettings> peers;
  std::vector<NftablesSettings> nftables;
  std::vector<Prefix> never;
  std::vector<Prefix> nat64;
  std::vector<model::MessageType> messages = {model::MessageType::kClientResponse};
  bool hints = true;
  size_t most_leases = 1'000'000;
  size_t most_waiting = 10'000;  // answers that wait for their routes
  names::GuardLimits guard;
  bool keep_state = true;  // leases for the next start
  std::string state_file;
  Duration state_commit = 50ms;
  OnStop on_stop = OnStop::kKeep;
  Duration drain_time = 5s;
  Duration end_of_rib_wait{0};  // after the start
  double log_rate = 100;        // changes told a second
  size_t recent_changes = 10'000;

  bool enabled() const { return !sets.empty(); }
};

}  // namespace weir::route
