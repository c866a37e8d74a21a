// One session under the hand of a test: events in, and the actions that came out, as text.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/check.h"
#include "proto/bgp/session/session.h"

namespace weir::bgp {

/// AS 65000, 192.0.2.1; the neighbour is AS 65001 and its identifier is as the test says.
inline SessionSettings script_settings() {
  SessionSettings settings;
  settings.local_as = 65000;
  settings.peer_as = 65001;
  settings.identifier = 0xc0000201;
  return settings;
}

constexpr uint32_t kLower = 0xc0000200, kHigher = 0xc0000202;  // identifiers of a neighbour

/// The neighbour's OPEN.
inline Octets peer_open(uint32_t identifier, const SessionSettings* peer = nullptr) {
  SessionSettings settings = peer != nullptr ? *peer : SessionSettings{};
  settings.local_as = 65001;
  settings.peer_as = 65000;
  settings.identifier = identifier;
  return encode(our_open(settings));
}

class Script {
 public:
  explicit Script(const SessionSettings& settings = script_settings())
      : random_(7), session_(settings, random_) {}

  Session& session() { return session_; }
  Instant now() const { return now_; }

  /// Lets time pass; each timer is served when it is due.
  void pass(Duration by) {
    const Instant end = now_ + by;
    while (session_.next_deadline() <= end) {
      now_ = std::max(now_, session_.next_deadline());
      session_.tick(now_);
    }
    now_ = end;
  }
  /// Octets that arrive on a connection, all of them read.
  Incoming arrive(ConnectionId id, Bytes octets) {
    Incoming last;
    while (!octets.empty()) {
      Incoming incoming = session_.read(now_, id, octets);
      if (incoming.consumed == 0) break;
      octets = octets.subspan(incoming.consumed);
      last = std::move(incoming);
    }
    return last;
  }
  void arrive_keepalive(ConnectionId id) { arrive(id, kKeepalive); }
  void arrive_notification(ConnectionId id, const Notification& notification) {
    arrive(id, encode(notification));
  }

  /// All actions since the last call: `connect 1`, `1: OPEN`, `1: NOTIFICATION 6/7`, `close 1`,
  /// `up 1`, `ended 1 …`, `down 1 …` (with `, kept` where the neighbour keeps our routes).
  std::string actions() {
    std::string text;
    while (auto action = session_.next_action()) {
      if (!text.empty()) text += "; ";
      text += std::visit([&](auto& of) { return tell(of); }, *action);
    }
    return text;
  }
  const Ended& last_end() const { return last_end_; }

  /// A session that is up on connection 1, which the neighbour opened.
  void bring_up(const Octets& open = peer_open(kLower)) {
    session_.start(now_);
    actions();
    const ConnectionId id = session_.accepted(now_);
    CHECK(id == (session_.settings().dial ? 2u : 1u));
    arrive(id, open);
    arrive_keepalive(id);
    CHECK(session_.state() == State::kEstablished);
    session_.written(now_, id, 0);
    actions();
  }

 private:
  static std::string number(ConnectionId id) { return std::to_string(id); }
  static std::string tell(const Connect& action) { return "connect " + number(action.id); }
  static std::string tell(const Close& action) { return "close " + number(action.id); }
  static std::string tell(const Up& action) { return "up " + number(action.id); }
  static std::string tell(const Send& action) {
    const auto frame = next_frame(action.octets, kMaxMessage);
    CHECK(frame.ok() && frame->has_value());
    std::string text = number(action.id) + ": " + std::string(to_text((*frame)->type));
    if ((*frame)->type != MessageType::kNotification) return text;
    const Notification notification = decode_notification((*frame)->body());
    return text + " " + std::to_string(static_cast<int>(notification.code)) + "/" +
           std::to_string(notification.subcode);
  }
  std::string tell(const Ended& action) {
    last_end_ = action;
    return (action.was_up ? "down " : "ended ") + number(action.id) + " " +
           std::string(to_text(action.reason)) + (action.neighbour_keeps ? ", kept" : "");
  }

  SeededRandom random_;
  Session session_;
  Instant now_{1000s};
  Ended last_end_;
};

}  // namespace weir::bgp
