// One neighbour: its session, the connections of it, and what is sent there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "io/lookup.h"
#include "io/loop.h"
#include "io/peers/peering.h"
#include "proto/bgp/session/session.h"
#include "route/barrier/milestones.h"
#include "route/barrier/receiver.h"
#include "route/engine/peer_address.h"
#include "route/readings.h"
#include "route/settings.h"
#include "route/targets/bgp/announcer.h"

namespace weir::route {

/// What a neighbour is made of. The references outlive it.
struct PeerContext {
  const RouteSettings& settings;
  const PeerSettings& peer;
  const Exports& exports;
  GroupMask groups = 0;
  std::string md5_key;
  io::Loop& loop;
  const Clock& clock;
  Random& random;
  Feed& feed;
  std::function<void()> on_up;  // routes will be told from the beginning
};

class Peer final : public Receiver {
 public:
  explicit Peer(PeerContext context);
  ~Peer() override;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void start();
  /// A connection it opened to us.
  void accept(UniqueFd fd, const Endpoint& from, const Endpoint& local);
  /// Whether connections from there are its own.
  bool is_at(const IpAddress& address) const;
  /// The feed has changes.
  void wake();
  /// Nothing known from before is missing any more: End-of-RIB may be told.
  void finish_restart();
  void drain();
  void stop(bool keep_routes);

  const PeerSettings& settings() const { return context_.peer; }
  const PeerAddress& address() const { return address_; }
  PeerReading read() const;

  // Receiver
  std::string_view name() const override { return settings().name; }
  GroupMask groups() const override { return context_.groups; }
  bool is_up() const override { return up_.has_value(); }
  uint64_t reached(Instant now) override;

  const bgp::SessionCounts& counts() const { return session_.counts(); }
  const Announcer& announcer() const { return announcer_; }
  /// 1 while the session is up; from any thread.
  uint64_t received() const { return received_.value(); }

 private:
  class Link;
  Link* find(bgp::ConnectionId id);
  void drop(bgp::ConnectionId id);

  void on_opened(bgp::ConnectionId id);
  void on_data(bgp::ConnectionId id, Bytes octets);
  void on_sent(bgp::ConnectionId id);
  void on_closed(bgp::ConnectionId id, std::string_view why);
  void on_tick();

  /// Does what the session asks for, and reads what that lets through, until it asks no more.
  void serve();
  void act(const bgp::Action& action);
  void take(const bgp::Connect& action);
  void take(const bgp::Send& action);
  void take(const bgp::Close& action);
  void take(const bgp::Up& action);
  void take(const bgp::Ended& action);
  void read_one(Link& link);
  void use(const bgp::Incoming& incoming);
  void connect(bgp::ConnectionId id, const IpAddress& address);
  void fail_later(bgp::ConnectionId id, const std::string& why);
  io::PeeringOptions peering() const;

  /// Writes to the neighbour what it does not know yet, as long as it takes it.
  void pump();
  void pump_later();
  void arm();

  PeerContext context_;
  PeerAddress address_;
  std::optional<IpAddress> found_;  // of a name, as it was last looked up
  bgp::Session session_;
  Announcer announcer_;
  Milestones milestones_;                     // of what the session carries
  std::vector<std::unique_ptr<Link>> links_;  // at most two, and one that is refused
  std::unique_ptr<io::Lookup> lookup_;
  io::Timer timer_;
  std::optional<bgp::ConnectionId> up_;
  Instant since_;
  std::string last_error_;
  Octets chunk_;
  bool serving_ = false;
  bool pump_posted_ = false;
  bool restarting_ = false;
  metrics::LocalCounter received_;
  std::shared_ptr<Peer*> alive_;  // what was posted finds nobody after the end
};

}  // namespace weir::route
