// A BGP session with one neighbour: the state machine of RFC 4271 §8 without sockets and clocks.
//
//   owner ── start, connected, accepted, read, closed, tick ──▶ Session
//   owner ◀── Connect, Send, Close, Up, Ended ───────────────── next_action()
//
// A session has at most two connections: one that each side opened, or an established one and a
// newcomer. Which survives is settled so that both sides come to the same end:
//
// - The connection of the side with the higher identifier wins, once both have brought an OPEN: a
//   connection that has brought nothing may be dead, and wins nothing (RFC 4271 §6.8).
// - The other one does not become established while the would-be winner still may: it waits for the
//   winner's OPEN or end, at most kDecisionWait.
// - Beside an established connection a newcomer is parked, and a KEEPALIVE probes the established
//   one: if the neighbour has restarted, its kernel resets it and the newcomer goes on. If not, the
//   newcomer gets a Cease, unless the neighbour restarts gracefully (RFC 4724 §5): then it is
//   believed.
//
// After each event the owner takes all actions. What it sends and closes itself it tells.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "base/random.h"
#include "proto/bgp/route_refresh.h"
#include "proto/bgp/session/backoff.h"
#include "proto/bgp/session/connection.h"
#include "proto/bgp/session/negotiation.h"
#include "proto/bgp/session/settings.h"
#include "proto/bgp/update.h"

namespace weir::bgp {

/// How long two connections may stay undecided.
inline constexpr Duration kDecisionWait = 5s;
/// Connections that fail in a row at the shortest delay: a minute, in which a neighbour restarts.
inline constexpr unsigned kQuickRetries = 12;
/// RFC 9687 §4.
inline constexpr Duration kLeastSendHold = 480s;

enum class State : uint8_t { kIdle, kConnect, kActive, kOpenSent, kOpenConfirm, kEstablished };
std::string_view to_text(State state);

/// Why a connection ended.
enum class Reason : uint8_t {
  kStopped,
  kConnectionLost,  // refused, reset or closed
  kTimeout,         // TCP did not connect
  kErrorSent,       // we sent a NOTIFICATION
  kErrorReceived,
  kHoldTimer,
  kSendHoldTimer,
  kCollision,  // another connection is the session
  kReplaced,   // the neighbour opened a new one
};
std::string_view to_text(Reason reason);

/// Actions. Octets of one connection go out in order.
struct Connect {
  ConnectionId id = 0;
};
struct Send {
  ConnectionId id = 0;
  Octets octets;
};
/// Nothing more is said of this connection. What was sent before goes out if TCP takes it.
struct Close {
  ConnectionId id = 0;
};
/// The session is up; Session::negotiated() says how.
struct Up {
  ConnectionId id = 0;
};
/// A connection ended, and with `was_up` the session.
struct Ended {
  ConnectionId id = 0;
  bool was_up = false;
  Reason reason{};
  ErrorCode code{};  // of the NOTIFICATION, if there was one
  uint8_t subcode = 0;
  std::string text;              // in words, with what the neighbour's operator wrote
  bool neighbour_keeps = false;  // with was_up: it keeps our routes for a while (RFC 4724, 8538)
};
using Action = std::variant<Connect, Send, Close, Up, Ended>;

/// What Session::read took off the front of a connection's octets. The update looks into them.
struct Incoming {
  size_t consumed = 0;
  std::optional<Update> update;
  std::optional<RouteRefresh> refresh;
};

/// How a session is ended from our side.
struct Farewell {
  Cease reason = Cease::kShutdown;
  std::string text;
  bool keep_routes = false;  // let the neighbour keep our routes, where it can
};

struct SessionCounts {
  uint64_t dialled = 0;
  uint64_t accepted = 0;
  uint64_t refused = 0;     // connections not taken: stopped, idle after an error, or not listening
  uint64_t collisions = 0;  // connections that gave way to another one
  uint64_t established = 0;
  uint64_t errors_sent = 0;
  uint64_t errors_received = 0;
  std::array<uint64_t, 6> messages{};  // received, by MessageType
};

class Session {
 public:
  Session(SessionSettings settings, Random& random);

  void start(Instant now);
  /// Ends the session and stays idle.
  void stop(Instant now, const Farewell& farewell);
  /// Ends the session and begins anew, after the idle hold time.
  void reset(Instant now, const Farewell& farewell);
  /// What the next OPEN says of our restart: after the start of the process with routes to come,
  /// and when these have been sent.
  void set_restarting(bool restarting);

  /// The connection of a `Connect` is there.
  void connected(Instant now, ConnectionId id);
  /// The neighbour connected to us; the result names the connection from now on. If it is refused,
  /// the actions say so: socket options such as the TTL (RFC 5082) must be set before.
  ConnectionId accepted(Instant now);
  /// The connection failed or was closed, by anyone but us.
  void closed(Instant now, ConnectionId id);
  /// Takes one message off the front of what has arrived. Call it until nothing is consumed, then
  /// again when there is more, or a Send on this connection: a parked one is not read before. What
  /// an owner has to hold is less than a message of the largest size.
  Incoming read(Instant now, ConnectionId id, Bytes window);
  /// The owner has sent UPDATEs or ROUTE-REFRESHes on the established connection.
  void sent(Instant now);
  /// TCP has taken octets; `left` are still waiting.
  void written(Instant now, ConnectionId id, size_t left);

  /// Timers: call tick at next_deadline(), or later. Read what has arrived first.
  void tick(Instant now);
  Instant next_deadline() const;

  std::optional<Action> next_action();

  State state() const;
  /// Of the session that is up.
  const Negotiated* negotiated() const;
  const SessionSettings& settings() const { return settings_; }
  const SessionCounts& counts() const { return counts_; }

 private:
  enum class Loss : uint8_t { kConnection, kError };

  Connection* find(ConnectionId id);
  Connection* other_than(const Connection& connection);
  Connection* in_stage(Stage stage);
  const Connection* in_stage(Stage stage) const;
  Connection* from_neighbour();
  Connection& take_slot(ConnectionId id, Stage stage, bool outgoing);

  void dial(Instant now);
  void open(Instant now, Connection& connection);
  void park(Instant now, ConnectionId id, Connection& established);
  void establish(Instant now, Connection& connection);
  void settle_collision(Instant now, Connection& connection);
  bool wins(const Connection& connection, const Negotiated& negotiated) const;

  void send(Instant now, Connection& connection, Octets octets);
  void send_keepalive(Instant now, Connection& connection);
  /// Each ends a connection; what follows from that for the session is `after`'s.
  void finish(Connection& connection, Ended ended);
  void yield_to_other(Instant now, Connection& connection);
  void replace(Connection& connection, Reason reason);
  void fail(Instant now, Connection& connection, const Notification& notification,
            Reason reason = Reason::kErrorSent);
  void lose(Instant now, Connection& connection, Reason reason);
  void after(Instant now, Loss loss, bool was_up);
  void end_all(Instant now, const Farewell& farewell);

  void on_message(Instant now, Connection& connection, const Frame& frame, Incoming& incoming);
  void on_open(Instant now, Connection& connection, const Frame& frame);
  void on_keepalive(Instant now, Connection& connection);
  void on_notification(Instant now, Connection& connection, const Frame& frame);
  void on_routes(Instant now, Connection& connection, const Frame& frame, Incoming& incoming);

  void on_deadline(Instant now, Connection& connection);
  void on_decision(Instant now, Connection& connection);
  void wait_for_tcp(Instant now, Connection& connection);

  SessionSettings settings_;
  Random& random_;
  std::array<Connection, 2> connections_;
  std::deque<Action> actions_;  // an event adds no more than a few
  ConnectionId last_id_ = 0;
  bool started_ = false;
  Instant idle_until_ = kNever;  // not kNever: idle after an error
  Instant dial_at_ = kNever;
  Instant up_since_;
  Backoff retries_;
  Backoff errors_;
  SessionCounts counts_;
};

}  // namespace weir::bgp
