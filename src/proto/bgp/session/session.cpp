// The state machine's connections: how they begin, which of two survives, and how they end. What
// their messages do is in session_messages.cpp.
#include "proto/bgp/session/session.h"

#include <utility>

#include "base/check.h"

namespace weir::bgp {

Session::Session(SessionSettings settings, Random& random)
    : settings_(std::move(settings)),
      random_(random),
      retries_(settings_.connect_retry, settings_.connect_retry_most, kQuickRetries),
      errors_(settings_.idle_hold, settings_.idle_hold_most, 1) {
  CHECK(settings_.local_as != 0);
  CHECK(settings_.identifier != 0);
}

void Session::start(Instant now) {
  if (std::exchange(started_, true)) return;
  dial_at_ = settings_.dial ? now : kNever;
  tick(now);
}

void Session::stop(Instant now, const Farewell& farewell) {
  end_all(now, farewell);
  started_ = false;
  dial_at_ = idle_until_ = kNever;
}

void Session::reset(Instant now, const Farewell& farewell) {
  if (!started_) return;
  end_all(now, farewell);
  dial_at_ = kNever;
  idle_until_ = now + errors_.next(random_);
}

void Session::set_restarting(bool restarting) {
  if (settings_.graceful_restart) settings_.graceful_restart->restarting = restarting;
}

// Finding connections.

Connection* Session::find(ConnectionId id) {
  for (Connection& connection : connections_)
    if (connection.stage != Stage::kNone && connection.id == id) return &connection;
  return nullptr;
}

Connection* Session::other_than(const Connection& connection) {
  Connection& other = connections_[&connection == &connections_[0] ? 1 : 0];
  return other.stage == Stage::kNone ? nullptr : &other;
}

Connection* Session::in_stage(Stage stage) {
  for (Connection& connection : connections_)
    if (connection.stage == stage) return &connection;
  return nullptr;
}

const Connection* Session::in_stage(Stage stage) const {
  for (const Connection& connection : connections_)
    if (connection.stage == stage) return &connection;
  return nullptr;
}

Connection* Session::from_neighbour() {
  for (Connection& connection : connections_)
    if (connection.stage != Stage::kNone && !connection.outgoing) return &connection;
  return nullptr;
}

Connection& Session::take_slot(ConnectionId id, Stage stage, bool outgoing) {
  Connection* slot = in_stage(Stage::kNone);
  CHECK(slot != nullptr);
  *slot = Connection{.id = id, .stage = stage, .outgoing = outgoing};
  return *slot;
}

// Beginnings.

/// Only where there is no connection at all: another one would only collide.
void Session::dial(Instant now) {
  dial_at_ = kNever;
  ++counts_.dialled;
  Connection& connection = take_slot(++last_id_, Stage::kConnecting, true);
  connection.silent_until = now + settings_.connect_timeout;
  actions_.emplace_back(Connect{connection.id});
}

void Session::connected(Instant now, ConnectionId id) {
  Connection* connection = find(id);
  if (connection != nullptr && connection->stage == Stage::kConnecting) open(now, *connection);
}

ConnectionId Session::accepted(Instant now) {
  const ConnectionId id = ++last_id_;
  if (!started_ || !settings_.listen || idle_until_ != kNever) {
    ++counts_.refused;
    actions_.emplace_back(Send{id, encode(Notification(Cease::kRejected))});
    actions_.emplace_back(Close{id});
    return id;
  }
  ++counts_.accepted;
  if (Connection* established = in_stage(Stage::kEstablished)) {
    park(now, id, *established);
    return id;
  }
  if (Connection* old = from_neighbour()) replace(*old, Reason::kReplaced);
  dial_at_ = kNever;
  open(now, take_slot(id, Stage::kOpenSent, false));
  return id;
}

void Session::park(Instant now, ConnectionId id, Connection& established) {
  if (Connection* old = other_than(established)) replace(*old, Reason::kReplaced);
  take_slot(id, Stage::kParked, false).decide_at = now + kDecisionWait;
  send_keepalive(now, established);
}

void Session::open(Instant now, Connection& connection) {
  connection.stage = Stage::kOpenSent;
  connection.silent_until = now + settings_.open_hold;
  connection.decide_at = kNever;
  send(now, connection, encode(our_open(settings_)));
}

void Session::establish(Instant now, Connection& connection) {
  if (Connection* other = other_than(connection)) yield_to_other(now, *other);
  connection.stage = Stage::kEstablished;
  connection.confirmed = false;
  connection.decide_at = kNever;
  up_since_ = now;
  retries_.reset();
  ++counts_.established;
  actions_.emplace_back(Up{connection.id});
}

// Two connections.

bool Session::wins(const Connection& connection, const Negotiated& negotiated) const {
  return connection.outgoing == ours_survives(settings_, negotiated);
}

/// The neighbour's OPEN has just come on `connection`; nothing is settled before both have theirs.
void Session::settle_collision(Instant now, Connection& connection) {
  Connection* other = other_than(connection);
  if (other == nullptr || other->stage != Stage::kOpenConfirm) return;
  const bool wins_here = wins(connection, connection.negotiated);
  Connection& winner = wins_here ? connection : *other;
  yield_to_other(now, wins_here ? *other : connection);
  if (winner.confirmed) establish(now, winner);
}

/// Neither its octets nor its end matter any more.
void Session::replace(Connection& connection, Reason reason) {
  ++counts_.collisions;
  actions_.emplace_back(Close{connection.id});
  finish(connection, {.id = connection.id, .reason = reason});
}

void Session::yield_to_other(Instant now, Connection& connection) {
  if (connection.stage != Stage::kConnecting)
    send(now, connection, encode(Notification(Cease::kCollision)));
  replace(connection, Reason::kCollision);
}

// Ends.

void Session::send(Instant now, Connection& connection, Octets octets) {
  actions_.emplace_back(Send{connection.id, std::move(octets)});
  if (connection.stage == Stage::kEstablished && !connection.unsent) wait_for_tcp(now, connection);
}

void Session::send_keepalive(Instant now, Connection& connection) {
  send(now, connection, Octets(kKeepalive.begin(), kKeepalive.end()));
  connection.spoke(now, random_);
}

/// Tells the owner, and gives the place free. Graceful restart outlives a lost connection, and a
/// NOTIFICATION where both sides said so and it is not a hard reset.
void Session::finish(Connection& connection, Ended ended) {
  ended.was_up = connection.stage == Stage::kEstablished;
  const Negotiated& agreed = connection.negotiated;
  const bool restarts =
      agreed.we_restart && agreed.peer_restart && !agreed.peer_restart->families.empty();
  const bool notified = ended.code != ErrorCode{};
  const bool hard =
      ended.code == ErrorCode::kCease && ended.subcode == static_cast<uint8_t>(Cease::kHardReset);
  ended.neighbour_keeps =
      ended.was_up && restarts && (!notified || (agreed.soft_notification && !hard));
  if (ended.text.empty()) ended.text = to_text(ended.reason);
  connection = Connection{};
  actions_.emplace_back(std::move(ended));
}

void Session::lose(Instant now, Connection& connection, Reason reason) {
  const bool was_up = connection.stage == Stage::kEstablished;
  finish(connection, {.id = connection.id, .reason = reason});
  after(now, Loss::kConnection, was_up);
}

void Session::fail(Instant now, Connection& connection, const Notification& notification,
                   Reason reason) {
  ++counts_.errors_sent;
  const bool was_up = connection.stage == Stage::kEstablished;
  send(now, connection, encode(notification));
  actions_.emplace_back(Close{connection.id});
  finish(connection, {.id = connection.id,
                      .reason = reason,
                      .code = notification.code,
                      .subcode = notification.subcode,
                      .text = to_text(notification)});
  after(now, Loss::kError, was_up);
}

/// What a lost connection means: the other one goes on, or it is tried again later.
void Session::after(Instant now, Loss loss, bool was_up) {
  if (was_up && now - up_since_ > settings_.idle_hold_most) errors_.reset();
  for (Connection& other : connections_) {
    if (other.stage == Stage::kNone) continue;
    if (other.stage == Stage::kParked && loss == Loss::kError) {
      replace(other, Reason::kReplaced);
      continue;
    }
    if (other.stage == Stage::kParked) open(now, other);
    if (other.confirmed) establish(now, other);
    return;
  }
  if (!started_) return;
  if (loss == Loss::kError)
    idle_until_ = now + errors_.next(random_);
  else if (settings_.dial)
    dial_at_ = now + retries_.next(random_);
}

void Session::closed(Instant now, ConnectionId id) {
  if (Connection* connection = find(id)) lose(now, *connection, Reason::kConnectionLost);
}

/// Plain, as a hard reset, or without a word, so that the neighbour does with our routes what the
/// farewell says (RFC 8538 §4; RFC 4724 knows only silence).
void Session::end_all(Instant now, const Farewell& farewell) {
  for (Connection& connection : connections_) {
    if (connection.stage == Stage::kNone) continue;
    const Negotiated& agreed = connection.negotiated;
    const Octets text = shutdown_data(farewell.text);
    Notification notification(farewell.reason, text);
    const Octets inner = hard_reset_data(notification);
    const bool hard = agreed.soft_notification && !farewell.keep_routes;
    if (hard) notification = Notification(Cease::kHardReset, inner);
    const bool silent = connection.stage <= Stage::kParked ||
                        (farewell.keep_routes && agreed.we_restart && !agreed.soft_notification);
    if (!silent) send(now, connection, encode(notification));
    actions_.emplace_back(Close{connection.id});
    Ended ended{.id = connection.id, .reason = Reason::kStopped};
    if (!silent) {
      ended.code = notification.code;
      ended.subcode = notification.subcode;
    }
    finish(connection, std::move(ended));
  }
}

std::optional<Action> Session::next_action() {
  if (actions_.empty()) return std::nullopt;
  Action action = std::move(actions_.front());
  actions_.pop_front();
  return action;
}

}  // namespace weir::bgp
