// Two sessions and the network between them, simulated for tests: connections with delays, sockets
// that outlive processes, octets that are lost, and processes that crash and come back.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "proto/bgp/pack.h"
#include "proto/bgp/session/session.h"

namespace weir::bgp {

class Network {
 public:
  Network(const SessionSettings& left, const SessionSettings& right, Duration delay,
          SeededRandom& random)
      : random_(random), delay_(delay) {
    sides_[0].settings = left;
    sides_[1].settings = right;
  }

  Instant now() const { return now_; }
  SeededRandom& random() { return random_; }

  /// A process begins, with nothing it knew before.
  void begin(int side) {
    Side& here = sides_[side];
    if (here.session) return;
    here.session = std::make_unique<Session>(here.settings, random_);
    here.session->start(now_);
    serve(side);
  }
  /// A process ends without a word. Its kernel resets the connections, if `heard`; else the other
  /// side learns of it when it sends something.
  void crash(int side, bool heard) {
    sides_[side].session.reset();
    sides_[side].up = false;
    for (Link& link : links_)
      if (std::exchange(link.open[side], false) && heard) carry(link, Event::kClose, 1 - side);
  }
  void stop(int side) {
    if (!sides_[side].session) return;
    sides_[side].session->stop(now_, {});
    serve(side);
  }
  void start(int side) {
    if (!sides_[side].session) return begin(side);
    sides_[side].session->start(now_);
    serve(side);
  }
  /// All connections there are: nothing passes any more, and nobody is told.
  void black_out() {
    for (Link& link : links_) link.dead = true;
  }
  /// All connections there are: both ends are told.
  void reset_links() {
    for (Link& link : links_)
      for (const int side : {0, 1}) carry(link, Event::kClose, side);
  }
  /// Connections that are opened from now on get lost with this probability, in percent.
  void lose_connects(unsigned percent) { lost_percent_ = percent; }

  /// Runs until `end`.
  void run(Instant end) {
    for (;;) {
      const Instant next = next_time();
      if (next > end) break;
      now_ = std::max(now_, next);
      if (!events_.empty() && events_.front().at <= now_)
        take_event();
      else
        tick();
    }
    now_ = end;
  }

  /// Both have a session, on one connection that is there.
  bool is_up() const {
    if (!sides_[0].up || !sides_[1].up || sides_[0].up_link != sides_[1].up_link) return false;
    const Link& link = links_[sides_[0].up_link];
    return link.open[0] && link.open[1] && !link.dead;
  }
  /// Sessions that came up, on both sides.
  size_t ups() const { return ups_; }
  std::string state() const {
    std::string text;
    for (const Side& side : sides_)
      text += side.session ? std::string(to_text(side.session->state())) + " " : "dead ";
    return text;
  }

 private:
  struct Side {
    SessionSettings settings;
    std::unique_ptr<Session> session;
    bool up = false;
    size_t up_link = 0;
  };
  struct Link {
    bool dead = false;
    bool open[2] = {};
    ConnectionId ids[2] = {};
    Instant last[2] = {};  // arrivals at each side are in order
    Octets unread[2];
  };
  struct Event {
    enum Kind : uint8_t { kSyn, kSynAck, kData, kClose };
    Instant at;
    uint64_t order = 0;
    Kind kind{};
    int to = 0;
    size_t link = 0;
    Octets octets;
    bool operator<(const Event& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };

  Duration some_delay() {
    return Duration(static_cast<int64_t>(random_.below(static_cast<uint64_t>(delay_.count()))));
  }

  void carry(Link& link, Event::Kind kind, int to, Octets octets = {}) {
    if (link.dead) return;
    link.last[to] = std::max(link.last[to], now_ + some_delay());
    events_.push_back({link.last[to], ++order_, kind, to,
                       static_cast<size_t>(&link - links_.data()), std::move(octets)});
    std::push_heap(events_.begin(), events_.end());
  }

  Instant next_time() const {
    Instant next = events_.empty() ? kNever : events_.front().at;
    for (const Side& side : sides_)
      if (side.session) next = std::min(next, side.session->next_deadline());
    return next;
  }

  void tick() {
    for (const int side : {0, 1}) {
      Session* session = sides_[side].session.get();
      if (session == nullptr || session->next_deadline() > now_) continue;
      session->tick(now_);
      CHECK(session->next_deadline() > now_);
      serve(side);
    }
  }

  void take_event() {
    std::pop_heap(events_.begin(), events_.end());
    Event event = std::move(events_.back());
    events_.pop_back();
    Link& link = links_[event.link];
    Session* session = sides_[event.to].session.get();
    switch (event.kind) {
      case Event::kSyn:
        if (session == nullptr) return carry(link, Event::kClose, 1 - event.to);
        link.open[event.to] = true;
        carry(link, Event::kSynAck, 1 - event.to);
        link.ids[event.to] = session->accepted(now_);
        break;
      case Event::kSynAck:
        if (!link.open[event.to]) return;
        session->connected(now_, link.ids[event.to]);
        break;
      case Event::kData:
        if (!link.open[event.to]) return carry(link, Event::kClose, 1 - event.to);
        link.unread[event.to].insert(link.unread[event.to].end(), event.octets.begin(),
                                     event.octets.end());
        read(link, event.to);
        break;
      case Event::kClose:
        if (!std::exchange(link.open[event.to], false)) return;
        session->closed(now_, link.ids[event.to]);
        break;
    }
    serve(event.to);
  }

  void read(Link& link, int side) {
    Octets& unread = link.unread[side];
    while (link.open[side] && !unread.empty()) {
      const auto incoming = sides_[side].session->read(now_, link.ids[side], unread);
      if (incoming.consumed == 0) return;
      unread.erase(unread.begin(), unread.begin() + static_cast<std::ptrdiff_t>(incoming.consumed));
    }
  }

  size_t link_of(int side, ConnectionId id) const {
    for (size_t i = links_.size(); i-- > 0;)
      if (links_[i].open[side] && links_[i].ids[side] == id) return i;
    CHECK(false);
    return 0;
  }

  void serve(int side) {
    while (const auto action = sides_[side].session->next_action())
      std::visit([&](const auto& of) { take(side, of); }, *action);
  }

  void take(int side, const Connect& action) {
    Link& link = links_.emplace_back();
    link.open[side] = true;
    link.ids[side] = action.id;
    if (random_.below(100) >= lost_percent_) carry(link, Event::kSyn, 1 - side);
  }
  void take(int side, const Send& action) {
    Link& link = links_[link_of(side, action.id)];
    carry(link, Event::kData, 1 - side, action.octets);
    sides_[side].session->written(now_, action.id, 0);
    read(link, side);  // what a parked connection has not read
  }
  void take(int side, const Close& action) {
    Link& link = links_[link_of(side, action.id)];
    link.open[side] = false;
    carry(link, Event::kClose, 1 - side);
  }
  void take(int side, const Up& action) {
    Side& here = sides_[side];
    CHECK(!here.up);  // never two sessions
    here.up = true;
    here.up_link = link_of(side, action.id);
    ++ups_;
    carry(links_[here.up_link], Event::kData, 1 - side, end_of_rib(Family::kIpv4Unicast));
    here.session->sent(now_);
    here.session->written(now_, action.id, 0);
  }
  void take(int side, const Ended& action) {
    CHECK(!action.was_up || sides_[side].up);
    if (action.was_up) sides_[side].up = false;
  }

  SeededRandom& random_;
  Duration delay_;
  unsigned lost_percent_ = 0;
  Instant now_{};
  Side sides_[2];
  std::vector<Link> links_;
  std::vector<Event> events_;  // a heap, the next one first
  uint64_t order_ = 0;
  size_t ups_ = 0;
};

}  // namespace weir::bgp
