// The state machine's messages and timers, and what it says of itself.
#include <algorithm>

#include "proto/bgp/session/session.h"

namespace weir::bgp {

Incoming Session::read(Instant now, ConnectionId id, Bytes window) {
  Incoming incoming;
  Connection* connection = find(id);
  if (connection == nullptr) {  // it is over, and so are its octets
    incoming.consumed = window.size();
    return incoming;
  }
  if (!connection->is_open()) return incoming;
  const size_t most =
      connection->stage == Stage::kOpenSent ? kMaxMessage : connection->negotiated.max_message();
  const auto frame = next_frame(window, most);
  if (frame && !*frame) return incoming;
  if (frame)
    on_message(now, *connection, **frame, incoming);
  else
    fail(now, *connection, frame.error());
  incoming.consumed = find(id) == nullptr ? window.size() : (*frame)->octets.size();
  return incoming;
}

void Session::on_message(Instant now, Connection& connection, const Frame& frame,
                         Incoming& incoming) {
  ++counts_.messages[static_cast<size_t>(frame.type)];
  if (frame.type == MessageType::kNotification) return on_notification(now, connection, frame);
  if (connection.stage == Stage::kOpenSent) {
    if (frame.type == MessageType::kOpen) return on_open(now, connection, frame);
    return fail(now, connection, Notification(StateError::kInOpenSent));
  }
  if (frame.type == MessageType::kKeepalive) return on_keepalive(now, connection);
  if (frame.type == MessageType::kOpen ||
      (connection.stage == Stage::kOpenConfirm && !connection.confirmed))
    return fail(now, connection,
                Notification(connection.stage == Stage::kOpenConfirm ? StateError::kInOpenConfirm
                                                                     : StateError::kInEstablished));
  // Routes on a connection that waits for another one: the neighbour has decided.
  if (connection.stage == Stage::kOpenConfirm) establish(now, connection);
  connection.heard(now);
  on_routes(now, connection, frame, incoming);
}

void Session::on_open(Instant now, Connection& connection, const Frame& frame) {
  const auto peer = decode_open(frame.body());
  if (!peer) return fail(now, connection, peer.error());
  auto agreed = negotiate(settings_, *peer);
  if (!agreed) return fail(now, connection, agreed.error());
  connection.negotiated = *std::move(agreed);
  connection.stage = Stage::kOpenConfirm;
  connection.heard(now);
  const ConnectionId id = connection.id;
  settle_collision(now, connection);
  if (find(id) != nullptr) send_keepalive(now, connection);
}

void Session::on_keepalive(Instant now, Connection& connection) {
  connection.heard(now);
  if (connection.stage != Stage::kOpenConfirm || connection.confirmed) return;
  const Connection* other = other_than(connection);
  if (other == nullptr || !other->is_open() || !wins(*other, connection.negotiated))
    return establish(now, connection);
  connection.confirmed = true;
  connection.decide_at = now + kDecisionWait;
}

void Session::on_notification(Instant now, Connection& connection, const Frame& frame) {
  const Notification notification = decode_notification(frame.body());
  ++counts_.errors_received;
  const bool was_up = connection.stage == Stage::kEstablished;
  std::string text = to_text(notification);
  if (const auto inner = wrapped(notification)) text += ", " + to_text(*inner);
  if (const std::string words = shutdown_text(notification); !words.empty())
    text += ": \"" + words + '"';
  // Refused, or given way to another connection: nothing is wrong with the session.
  const bool harmless = notification.is(Cease::kCollision) || notification.is(Cease::kRejected);
  actions_.emplace_back(Close{connection.id});
  finish(connection, {.id = connection.id,
                      .reason = Reason::kErrorReceived,
                      .code = notification.code,
                      .subcode = notification.subcode,
                      .text = std::move(text)});
  after(now, harmless ? Loss::kConnection : Loss::kError, was_up);
}

void Session::on_routes(Instant now, Connection& connection, const Frame& frame,
                        Incoming& incoming) {
  const Negotiated& agreed = connection.negotiated;
  if (frame.type == MessageType::kRouteRefresh) {
    const auto refresh = decode_route_refresh(frame, agreed.enhanced_route_refresh);
    if (!refresh) return fail(now, connection, refresh.error());
    if (*refresh && agreed.families.has((*refresh)->family)) incoming.refresh = *refresh;
    return;
  }
  incoming.update = decode_update(frame, agreed.update_context());
  if (incoming.update->approach == Approach::kSessionReset)
    fail(now, connection, incoming.update->reset);
}

// Timers.

/// From now on TCP has to take something (RFC 9687 §4: not where there is no hold timer).
void Session::wait_for_tcp(Instant now, Connection& connection) {
  const std::chrono::seconds hold = connection.negotiated.hold;
  const Duration patience =
      settings_.send_hold.value_or(std::max<Duration>(kLeastSendHold, 2 * hold));
  connection.unsent = true;
  connection.unsent_until = hold == 0s || patience == 0s ? kNever : now + patience;
}

void Session::sent(Instant now) {
  Connection* connection = in_stage(Stage::kEstablished);
  if (connection == nullptr) return;
  connection->spoke(now, random_);
  if (!connection->unsent) wait_for_tcp(now, *connection);
}

void Session::written(Instant now, ConnectionId id, size_t left) {
  Connection* connection = find(id);
  if (connection == nullptr || connection->stage != Stage::kEstablished) return;
  connection->unsent = false;
  connection->unsent_until = kNever;
  if (left != 0) wait_for_tcp(now, *connection);
}

void Session::on_decision(Instant now, Connection& connection) {
  if (connection.stage != Stage::kParked) return establish(now, connection);
  Connection* established = other_than(connection);
  const auto& restart = established->negotiated.peer_restart;
  if (!restart || restart->families.empty()) return yield_to_other(now, connection);
  actions_.emplace_back(Close{established->id});
  lose(now, *established, Reason::kReplaced);
}

void Session::on_deadline(Instant now, Connection& connection) {
  if (now >= connection.silent_until) {
    if (connection.stage != Stage::kConnecting)
      return fail(now, connection, Notification(ErrorCode::kHoldTimer, 0), Reason::kHoldTimer);
    actions_.emplace_back(Close{connection.id});
    return lose(now, connection, Reason::kTimeout);
  }
  if (now >= connection.unsent_until)
    return fail(now, connection, Notification(ErrorCode::kSendHoldTimer, 0),
                Reason::kSendHoldTimer);
  if (now >= connection.decide_at) return on_decision(now, connection);
  if (now >= connection.keepalive_at) send_keepalive(now, connection);
}

void Session::tick(Instant now) {
  for (Connection& connection : connections_)
    while (now >= connection.deadline()) on_deadline(now, connection);
  if (now >= idle_until_) {
    idle_until_ = kNever;
    if (settings_.dial) dial_at_ = now;
  }
  if (now >= dial_at_) dial(now);
}

Instant Session::next_deadline() const {
  return std::min({connections_[0].deadline(), connections_[1].deadline(), idle_until_, dial_at_});
}

// What it says of itself.

State Session::state() const {
  if (!started_ || idle_until_ != kNever) return State::kIdle;
  Stage most = Stage::kNone;
  for (const Connection& connection : connections_) most = std::max(most, connection.stage);
  switch (most) {
    case Stage::kEstablished: return State::kEstablished;
    case Stage::kOpenConfirm: return State::kOpenConfirm;
    case Stage::kOpenSent: return State::kOpenSent;
    case Stage::kConnecting: return State::kConnect;
    default: return State::kActive;
  }
}

const Negotiated* Session::negotiated() const {
  const Connection* connection = in_stage(Stage::kEstablished);
  return connection == nullptr ? nullptr : &connection->negotiated;
}

std::string_view to_text(State state) {
  switch (state) {
    case State::kIdle: return "Idle";
    case State::kConnect: return "Connect";
    case State::kActive: return "Active";
    case State::kOpenSent: return "OpenSent";
    case State::kOpenConfirm: return "OpenConfirm";
    case State::kEstablished: return "Established";
  }
  return "?";
}

std::string_view to_text(Reason reason) {
  switch (reason) {
    case Reason::kStopped: return "stopped";
    case Reason::kConnectionLost: return "connection lost";
    case Reason::kTimeout: return "connecting took too long";
    case Reason::kErrorSent: return "error sent";
    case Reason::kErrorReceived: return "error received";
    case Reason::kHoldTimer: return "hold timer expired";
    case Reason::kSendHoldTimer: return "send hold timer expired";
    case Reason::kCollision: return "another connection was kept";
    case Reason::kReplaced: return "replaced by a newer connection";
  }
  return "?";
}

}  // namespace weir::bgp
