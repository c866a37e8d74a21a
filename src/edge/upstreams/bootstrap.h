// The addresses of an upstream that was given by name: asked in plain UDP from the bootstrap
// servers of the settings, never through weir itself nor the system's resolver, so there is no
// loop. Kept as long as their TTL says, refreshed before that, and the last good ones stay when a
// refresh fails.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "edge/catalogue.h"
#include "edge/upstreams/backoff.h"
#include "io/loop.h"
#include "metrics/metrics.h"
#include "proto/dns/name.h"

namespace weir::edge::upstreams {

/// Addresses in the order to try them, families in turn, IPv6 first (RFC 8305 §4).
std::vector<IpAddress> in_turn(const std::vector<IpAddress>& v6, const std::vector<IpAddress>& v4);

/// What an answer says about a name: addresses and how long they hold.
struct Resolved {
  std::vector<IpAddress> addresses;
  uint32_t ttl = 0;
};
/// Follows CNAMEs from `name` in the answer section only; at most eight addresses.
Resolved read_addresses(Bytes message, const dns::Name& name);

class Bootstrap final : UpstreamEvents {
 public:
  /// `changed` is called from the loop after each round: with addresses, or without any known.
  static Result<std::unique_ptr<Bootstrap>> create(const UpstreamContext& context,
                                                   const std::string& host,
                                                   std::function<void()> changed);
  /// The last good addresses; empty until the first round has succeeded.
  const std::vector<IpAddress>& addresses() const { return addresses_; }
  bool is_asking() const { return waiting_ > 0; }
  /// Asks again soon: for when none of the addresses works.
  void hurry();
  void drain();

 private:
  struct Server {
    std::unique_ptr<UpstreamState> state;
    std::unique_ptr<Upstream> upstream;
  };
  Bootstrap(const UpstreamContext& context, dns::Name name, std::function<void()> changed);
  Status open_servers();
  void start_round();
  void ask_server();
  void on_sent(AskToken, Bytes, const Endpoint&) override {}
  void on_reply(AskToken token, Bytes message, const Endpoint& server) override;
  void on_failure(AskToken token, AskFailure failure) override;
  void one_done();
  void finish(bool good);

  UpstreamContext context_;
  const dns::Name name_;
  const std::function<void()> changed_;
  metrics::Registry unexposed_;  // the bootstrap servers' own counters are nobody's business
  std::vector<Server> servers_;
  size_t server_ = 0;
  std::vector<IpAddress> addresses_;
  Resolved found_[2];  // IPv6, IPv4
  unsigned waiting_ = 0;
  AskToken next_token_ = 0;
  Backoff backoff_;
  io::Timer timer_;
  Instant next_round_;
  bool drained_ = false;
  bool failing_ = false;
};

}  // namespace weir::edge::upstreams
