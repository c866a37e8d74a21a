// The pool of connections: which one a question takes, what happens to questions when one breaks,
// and when connections are opened again.
#include "edge/upstreams/stream.h"

#include <algorithm>

#include "base/log.h"
#include "edge/upstreams/factories.h"

namespace weir::edge::upstreams {
namespace {

constexpr size_t kBusy = 32;             // outstanding on every connection before another is opened
constexpr size_t kMostInFlight = 32768;  // half of the IDs, so that a free one is found quickly
constexpr unsigned kBarrenInARow = 2;    // connections that broke without one answer
constexpr Duration kConnectPatience = 2s;
constexpr Duration kHastyPatience = 500ms;  // while there is another address to try
constexpr Duration kLeastSilence = 200ms;   // before a connection can be called dead
constexpr Duration kRestAfterFailure = 100ms;
constexpr Duration kFirstBackoff = 100ms;
constexpr Duration kMostBackoff = 2s;

AskFailure failure_of(io::CloseCause cause) {
  switch (cause) {
    case io::CloseCause::kRefused: return AskFailure::kRefused;
    case io::CloseCause::kUnreachable: return AskFailure::kUnreachable;
    case io::CloseCause::kTimeout: return AskFailure::kTimeout;
    case io::CloseCause::kTlsProtocol:
    case io::CloseCause::kCertificateMissing: return AskFailure::kTlsProtocol;
    case io::CloseCause::kCertificateName: return AskFailure::kCertificateName;
    case io::CloseCause::kCertificateExpired: return AskFailure::kCertificateExpired;
    case io::CloseCause::kCertificateSelfSigned: return AskFailure::kCertificateSelfSigned;
    case io::CloseCause::kCertificateUntrusted: return AskFailure::kCertificateUntrusted;
    case io::CloseCause::kCertificatePin: return AskFailure::kCertificatePin;
    case io::CloseCause::kEndOfStream:
    case io::CloseCause::kReset:
    case io::CloseCause::kOverflow:
    case io::CloseCause::kLocal: return AskFailure::kReset;
  }
  return AskFailure::kReset;
}

size_t share_of(size_t connections, unsigned shards) {
  const size_t among = std::max(1u, shards);
  return std::max<size_t>(1, (connections + among - 1) / among);
}

}  // namespace

StreamUpstream::StreamUpstream(const UpstreamContext& context, const UpstreamAddress& address)
    : context_(context),
      state_(context.state),
      port_(address.port),
      max_connections_(share_of(state_.settings.max_connections, context.shards)),
      asks_(context, *this),
      lanes_(max_connections_),
      backoff_(kFirstBackoff, kMostBackoff),
      reopening_(context.loop),
      idling_(context.loop) {
  if (address.address) addresses_.push_back({*address.address, address.port});
}

StreamUpstream::~StreamUpstream() {
  for (const Held& held : lanes_) {
    if (!held) continue;
    if (held->is_open()) state_.connections->add(-1);
    held->close();
  }
}

Status StreamUpstream::look_up(const std::string& host) {
  TRY(bootstrap_, Bootstrap::create(context_, host, [this] { on_addresses(); }));
  return Done{};
}

void StreamUpstream::ask(AskToken token, Bytes query, Instant deadline) {
  const Slot slot = asks_.begin(token, query, deadline);
  if (addresses_.empty()) {
    // The first lookup is under way: the question waits for it, unless too many do already.
    const bool waits = bootstrap_ && bootstrap_->is_asking() && !draining_;
    if (!waits)
      asks_.fail(slot, AskFailure::kNoAddress);
    else if (asks_.size() > state_.settings.max_in_flight)
      asks_.fail(slot, AskFailure::kOverload);
    return;
  }
  send(slot);
}

void StreamUpstream::cancel(AskToken token) { asks_.cancel(token); }

void StreamUpstream::prewarm() {
  keep_warm_ = true;
  if (!addresses_.empty() && !least_outstanding(true) && !least_outstanding(false) && !draining_) {
    open_connection();
  }
}

// Gives a parked question to a connection, or fails it.
void StreamUpstream::send(Slot slot) {
  const Instant now = context_.clock.now();
  Connection* connection = choose(now);
  if (connection == nullptr) {
    const bool full = least_outstanding(true) != nullptr || least_outstanding(false) != nullptr;
    asks_.fail(slot, full ? AskFailure::kOverload : refusal(now).value_or(AskFailure::kOverload));
    return;
  }
  if (!asks_.place(slot, connection->lane)) {
    asks_.fail(slot, AskFailure::kOverload);
    return;
  }
  ++connection->outstanding;
  asks_[slot].sent_at = now;
  if (!connection->send(asks_[slot].frame)) {
    asks_.fail(slot, AskFailure::kOverload);
  } else if (connection->is_open()) {
    asks_.sent(slot, connection->peer, now);
  }
}

Connection* StreamUpstream::least_outstanding(bool open) const {
  Connection* best = nullptr;
  for (const Held& held : lanes_) {
    if (!held || held->retiring || held->is_open() != open) continue;
    if (best == nullptr || held->outstanding < best->outstanding) best = held.get();
  }
  return best;
}

// An open connection is preferred as long as it has room; another is opened ahead of need, one at a
// time, and takes questions once it is open. Questions wait in a connecting one only when they
// must.
Connection* StreamUpstream::choose(Instant now) {
  const size_t limit = std::clamp<size_t>(state_.settings.max_in_flight, 1, kMostInFlight);
  const bool may_open = !refusal(now);
  Connection* open = least_outstanding(true);
  Connection* connecting = least_outstanding(false);
  if (open != nullptr && open->outstanding >= kBusy && connecting == nullptr && may_open) {
    connecting = open_connection();
  }
  if (open != nullptr && open->outstanding < limit) return open;
  if (connecting != nullptr && connecting->outstanding < limit) return connecting;
  return may_open ? open_connection() : nullptr;
}

// Why no connection may be opened now; nothing when one may (and there is room for it).
std::optional<AskFailure> StreamUpstream::refusal(Instant now) const {
  if (draining_) return AskFailure::kUnreachable;
  if (addresses_.empty()) return AskFailure::kNoAddress;
  if (failed_at_ && now - *failed_at_ < kRestAfterFailure) return last_failure_;
  return std::nullopt;
}

Connection* StreamUpstream::open_connection() {
  const auto free = std::ranges::find_if(lanes_, [](const Held& held) { return !held; });
  if (free == lanes_.end()) return nullptr;
  const auto lane = static_cast<Lane>(free - lanes_.begin());
  Connection::Owner& owner = *this;
  *free = std::make_shared<Connection>(lane, addresses_[address_], owner, context_.clock);
  io::StreamOptions options;
  const bool has_more = failed_addresses_ + 1 < addresses_.size();
  options.connect_timeout = has_more ? kHastyPatience : kConnectPatience;
  (*free)->idle_timeout = state_.settings.idle_timeout;
  (*free)->connect(context_.loop, state_.tls.get(), options);
  return free->get();
}

void StreamUpstream::on_open(Connection& connection) {
  state_.connections->add(1);
  state_.connections_new->add();
  if (connection.resumed()) state_.tls_resumptions->add();
  failed_addresses_ = 0;
  backoff_.reset();
  reopening_.stop();
  if (state_.trouble.exchange(UpstreamState::kConnects) != UpstreamState::kConnects) {
    log::info("upstream " + log::escape_text(state_.name) + ": connected to " +
              connection.peer.to_text() + " again");
  }
  if (connection.outstanding == 0) {
    on_left(connection.lane);
    return;
  }
  std::vector<Slot> waiting;
  asks_.collect(connection.lane, waiting);
  const Instant now = context_.clock.now();
  for (const Slot slot : waiting) asks_.sent(slot, connection.peer, now);
}

void StreamUpstream::on_message(Connection& connection, Bytes message, Instant now) {
  const auto match = asks_.match(connection.lane, message);
  if (!match) return;
  barren_ = 0;
  if (match->keepalive) {
    // The server may shorten our patience, never lengthen it; zero asks us to leave (RFC 7828
    // §3.4).
    connection.idle_timeout = std::min(state_.settings.idle_timeout, *match->keepalive);
    if (*match->keepalive == Duration(0)) connection.retiring = true;
  }
  asks_.answer(match->slot, message, connection.peer, now);
}

// A question left the lane: the connection may have become idle.
void StreamUpstream::on_left(Lane lane) {
  Connection* connection = lanes_[lane].get();
  if (connection == nullptr) return;  // it was taken out, and its questions with it
  if (connection->outstanding > 0) --connection->outstanding;
  if (connection->outstanding > 0 || !connection->is_open()) return;
  if (connection->retiring || draining_) {
    end_orderly(*connection);
    return;
  }
  connection->idle_since = context_.clock.now();
  look_at_idle(connection->idle_since + connection->idle_timeout);
}

// One timer for all connections: at the earliest time that was asked for and not yet reached.
void StreamUpstream::look_at_idle(Instant when) {
  if (idle_look_ && *idle_look_ <= when) return;
  idle_look_ = when;
  idling_.start(std::max(when - context_.clock.now(), Duration(0)), [this] { close_idle(); });
}

void StreamUpstream::close_idle() {
  idle_look_.reset();
  const Instant now = context_.clock.now();
  for (size_t lane = 0; lane < lanes_.size(); ++lane) {
    Connection* connection = lanes_[lane].get();
    if (connection == nullptr || !connection->is_open() || connection->outstanding > 0) continue;
    const Instant end = connection->idle_since + connection->idle_timeout;
    if (end <= now) {
      end_orderly(*connection);
    } else {
      look_at_idle(end);
    }
  }
}

void StreamUpstream::take_out(Connection& connection) {
  if (connection.is_open()) state_.connections->add(-1);
  lanes_[connection.lane].reset();
}

void StreamUpstream::end_orderly(Connection& connection) {
  const Held held = lanes_[connection.lane];
  take_out(connection);
  held->close();
}

// A missed deadline during which nothing at all was heard since the question was sent: the
// connection is dead, and waiting for the kernel to find out would take minutes. A question that
// had hardly any time proves nothing.
void StreamUpstream::on_due(Slot slot, Instant now) {
  Ask& ask = asks_[slot];
  const Held held = ask.lane == kNoLane ? nullptr : lanes_[ask.lane];
  const bool silent = held && held->heard_at <= ask.sent_at && now - ask.sent_at >= kLeastSilence;
  if (!silent || !held->is_open()) {
    asks_.fail(slot, ask.lane == kNoLane && addresses_.empty() ? AskFailure::kNoAddress
                                                               : AskFailure::kTimeout);
    return;
  }
  state_.connection_failures[static_cast<size_t>(AskFailure::kTimeout)]->add();
  if (addresses_.size() > 1) address_ = (address_ + 1) % addresses_.size();
  broke(held, AskFailure::kTimeout);
  held->close();
}

void StreamUpstream::on_end(Connection& connection, io::CloseCause cause, std::string_view detail) {
  const Held held = lanes_[connection.lane];
  if (connection.is_open()) {
    note_barren(connection);
    broke(held, AskFailure::kReset);
  } else {
    connecting_failed(held, failure_of(cause), detail);
  }
}

// A server that accepts and then always hangs up must not make us knock once a question.
void StreamUpstream::note_barren(const Connection& connection) {
  if (connection.outstanding == 0 || ++barren_ < kBarrenInARow) return;
  failed_at_ = context_.clock.now();
  last_failure_ = AskFailure::kReset;
}

// An open connection ended. Its questions get one more chance on another, if there is time left.
void StreamUpstream::broke(const Held& held, AskFailure cause) {
  std::vector<Slot> left;
  asks_.collect(held->lane, left);
  take_out(*held);
  for (const Slot slot : left) asks_.park(slot);  // all, before the lane is used again
  const Instant now = context_.clock.now();
  for (const Slot slot : left) {
    Ask& ask = asks_[slot];
    if (ask.deadline <= now) {
      asks_.fail(slot, AskFailure::kTimeout);
    } else if (std::exchange(ask.moved, true)) {
      asks_.fail(slot, cause);
    } else {
      send(slot);
    }
  }
}

// The next address is tried at once, with the questions that waited; after the last one they fail.
void StreamUpstream::connecting_failed(const Held& held, AskFailure cause,
                                       std::string_view detail) {
  state_.connection_failures[static_cast<size_t>(cause)]->add();
  std::vector<Slot> left;
  asks_.collect(held->lane, left);
  take_out(*held);
  for (const Slot slot : left) asks_.park(slot);
  if (++failed_addresses_ < addresses_.size() && !draining_) {
    address_ = (address_ + 1) % addresses_.size();
    if (left.empty()) open_connection();
    for (const Slot slot : left) send(slot);
    return;
  }
  failed_addresses_ = 0;
  if (!addresses_.empty()) address_ = (address_ + 1) % addresses_.size();
  failed_at_ = context_.clock.now();
  last_failure_ = cause;
  note_trouble(cause, detail);
  for (const Slot slot : left) asks_.fail(slot, cause);
  if (bootstrap_) bootstrap_->hurry();
  reopen_later();
}

void StreamUpstream::reopen_later() {
  if (!keep_warm_ || draining_ || least_outstanding(true)) return;
  reopening_.start(backoff_.next(context_.random), [this] { prewarm(); });
}

void StreamUpstream::on_addresses() {
  const auto current = addresses_.empty() ? std::nullopt : std::optional(addresses_[address_]);
  addresses_.clear();
  for (const IpAddress& address : bootstrap_->addresses()) addresses_.push_back({address, port_});
  const auto kept = std::ranges::find(addresses_, current);
  address_ = kept == addresses_.end() ? 0 : static_cast<size_t>(kept - addresses_.begin());
  failed_addresses_ = 0;
  std::vector<Slot> waiting;
  asks_.collect_parked(waiting);
  for (const Slot slot : waiting) {
    if (addresses_.empty())
      asks_.fail(slot, AskFailure::kNoAddress);
    else
      send(slot);
  }
  if (keep_warm_) prewarm();
}

// One line a change of cause, however many shards and attempts there are.
void StreamUpstream::note_trouble(AskFailure cause, std::string_view detail) {
  const auto now_wrong = static_cast<uint8_t>(cause);
  if (state_.trouble.exchange(now_wrong) == now_wrong) return;
  log::warning("upstream " + log::escape_text(state_.name) + ": cannot connect: " +
               std::string(to_text(cause)) + ": " + log::escape_text(detail));
}

void StreamUpstream::drain() {
  draining_ = true;
  reopening_.stop();
  if (bootstrap_) bootstrap_->drain();
  for (size_t lane = 0; lane < lanes_.size(); ++lane) {
    if (lanes_[lane] && lanes_[lane]->outstanding == 0) end_orderly(*lanes_[lane]);
  }
}

}  // namespace weir::edge::upstreams

namespace weir::edge {

Result<std::unique_ptr<Upstream>> make_stream_upstream(const UpstreamContext& context,
                                                       const UpstreamAddress& address) {
  auto upstream = std::make_unique<upstreams::StreamUpstream>(context, address);
  if (!address.address) {
    if (auto begun = upstream->look_up(address.host); !begun) return std::move(begun).error();
  }
  return std::unique_ptr<Upstream>(std::move(upstream));
}

}  // namespace weir::edge
