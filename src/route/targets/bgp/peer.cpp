// Carrying events to the session and its actions to sockets.
#include "route/targets/bgp/peer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "route/targets/bgp/link.h"
#include "route/targets/bgp/session_settings.h"

namespace weir::route {
namespace {

constexpr size_t kMostUnread = bgp::kMaxExtendedMessage;  // of a connection that is not read
constexpr size_t kMostUnsent = 1 << 20;     // our own bound is far below; a session's words are few
constexpr size_t kChunk = 16 << 10;         // octets written at a time
constexpr size_t kEnoughUnsent = 32 << 10;  // more waits for the neighbour to take these
constexpr size_t kMostAtOnce = 256 << 10;   // then others have their turn

/// Texts of neighbours go to logs and pages.
std::string clean(std::string_view text) { return log::escape_text(text.substr(0, 256)); }

}  // namespace

Peer::Peer(PeerContext context)
    : context_(std::move(context)),
      address_(*PeerAddress::parse(context_.peer.address)),
      session_(session_settings(context_.settings, context_.peer), context_.random),
      announcer_(
          context_.feed, context_.exports, context_.groups,
          {context_.peer.next_hop_v4, context_.peer.next_hop_v6, context_.settings.router_id}),
      milestones_(context_.peer.settle),
      timer_(context_.loop),
      since_(context_.clock.now()),
      alive_(std::make_shared<Peer*>(this)) {}

Peer::~Peer() = default;

void Peer::start() {
  restarting_ = true;
  session_.set_restarting(true);
  announcer_.hold_end_of_rib(true);
  session_.start(context_.clock.now());
  serve();
}

bool Peer::is_at(const IpAddress& address) const {
  return address_.address ? *address_.address == address : found_ == address;
}

Peer::Link* Peer::find(bgp::ConnectionId id) {
  for (const auto& link : links_)
    if (link->id == id) return link.get();
  return nullptr;
}

/// The stream is closed: what was sent before goes out.
void Peer::drop(bgp::ConnectionId id) {
  std::erase_if(links_, [id](const auto& link) { return link->id == id; });
}

// Events.

void Peer::accept(UniqueFd fd, const Endpoint& from, const Endpoint& local) {
  if (const auto prepared = io::prepare_accepted(fd.get(), from.address, peering()); !prepared) {
    log::warning(fmt::format("bgp {}: {}", settings().name, prepared.error().what));
    return;
  }
  const bgp::ConnectionId id = session_.accepted(context_.clock.now());
  auto& link = links_.emplace_back(std::make_unique<Link>(*this, id));
  link->stream = io::accept_stream(context_.loop, std::move(fd), from, local,
                                   {.limit_octets = kMostUnsent}, *link);
  serve();
}

void Peer::on_opened(bgp::ConnectionId id) {
  session_.connected(context_.clock.now(), id);
  serve();
}

void Peer::on_data(bgp::ConnectionId id, Bytes octets) {
  Link* link = find(id);
  if (link == nullptr) return;
  link->unread.insert(link->unread.end(), octets.begin(), octets.end());
  link->again = true;
  serve();
}

void Peer::on_sent(bgp::ConnectionId id) {
  session_.written(context_.clock.now(), id, 0);
  if (up_ == id) pump();
  serve();
}

void Peer::on_closed(bgp::ConnectionId id, std::string_view why) {
  last_error_ = clean(why);
  drop(id);
  session_.closed(context_.clock.now(), id);
  serve();
}

/// What has arrived is read first: a busy loop is no silent neighbour.
void Peer::on_tick() {
  context_.loop.post([alive = std::weak_ptr(alive_)] {
    const auto peer = alive.lock();
    if (!peer) return;
    (*peer)->session_.tick((*peer)->context_.clock.now());
    (*peer)->serve();
  });
}

// Actions.

void Peer::serve() {
  if (serving_) return;
  serving_ = true;
  for (;;) {
    while (const auto action = session_.next_action()) act(*action);
    const auto ready = std::ranges::find_if(links_, [](const auto& link) { return link->again; });
    if (ready == links_.end()) break;
    read_one(**ready);
  }
  serving_ = false;
  arm();
}

void Peer::act(const bgp::Action& action) {
  std::visit([this](const auto& of) { take(of); }, action);
}

void Peer::take(const bgp::Connect& action) {
  links_.push_back(std::make_unique<Link>(*this, action.id));
  if (address_.address) return connect(action.id, *address_.address);
  lookup_ = std::make_unique<io::Lookup>(
      context_.loop, address_.host, [this, id = action.id](Result<std::vector<IpAddress>> found) {
        if (find(id) == nullptr) return;
        if (!found) return fail_later(id, found.error().what);
        found_ = found->front();
        connect(id, *found_);
      });
}

void Peer::connect(bgp::ConnectionId id, const IpAddress& address) {
  Link& link = *find(id);
  const io::StreamOptions options{.limit_octets = kMostUnsent,
                                  .connect_timeout = session_.settings().connect_timeout + 1s};
  auto stream = io::connect_peer(context_.loop, {address, address_.port}, peering(), options, link);
  if (!stream) return fail_later(id, stream.error().what);
  link.stream = *std::move(stream);
}

void Peer::fail_later(bgp::ConnectionId id, const std::string& why) {
  context_.loop.post([alive = std::weak_ptr(alive_), id, why] {
    if (const auto peer = alive.lock()) (*peer)->on_closed(id, why);
  });
}

void Peer::take(const bgp::Send& action) {
  Link* link = find(action.id);
  if (link == nullptr || !link->stream) return;
  if (link->stream->send(action.octets)) link->sent += action.octets.size();
  link->stream->flush();
  session_.written(context_.clock.now(), action.id, link->stream->pending_octets());
  link->again = !link->unread.empty();
}

void Peer::take(const bgp::Close& action) { drop(action.id); }

void Peer::take(const bgp::Up& action) {
  const bgp::Negotiated& agreed = *session_.negotiated();
  up_ = action.id;
  since_ = context_.clock.now();
  last_error_.clear();
  log::info(fmt::format("bgp {}: session with AS{} at {} is up{}", settings().name, agreed.peer_as,
                        address_.to_text(),
                        agreed.peer_software.empty() ? "" : ", " + clean(agreed.peer_software)));
  announcer_.begin(
      {agreed, session_.settings().local_as, find(action.id)->stream->local().address});
  milestones_.clear();
  context_.on_up();
  pump();
}

void Peer::take(const bgp::Ended& action) {
  last_error_ = clean(action.text);
  if (!action.was_up) {
    if (action.reason != bgp::Reason::kConnectionLost)
      log::debug(fmt::format("bgp {}: connection ended: {}", settings().name, last_error_));
    return;
  }
  up_.reset();
  since_ = context_.clock.now();
  announcer_.end();
  log::warning(fmt::format("bgp {}: session ended: {}{}", settings().name, last_error_,
                           action.neighbour_keeps ? "; the neighbour keeps our routes" : ""));
}

/// Takes one message; `unread` is the front of what has arrived.
void Peer::read_one(Link& link) {
  const bgp::ConnectionId id = link.id;
  const bgp::Incoming incoming = session_.read(context_.clock.now(), id, link.unread);
  use(incoming);
  link.again = incoming.consumed != 0 && incoming.consumed < link.unread.size();
  link.unread.erase(link.unread.begin(),
                    link.unread.begin() + static_cast<std::ptrdiff_t>(incoming.consumed));
  if (link.stream) link.stream->pause_reading(link.unread.size() >= kMostUnread);
}

/// We announce and take nothing: what comes is checked by the session, and left.
void Peer::use(const bgp::Incoming& incoming) {
  if (incoming.update) {
    uint64_t count = 0;
    bgp::for_each_announced(*incoming.update, [&](const Prefix&, const auto&) { ++count; });
    received_.add(count);
  }
  const auto& refresh = incoming.refresh;
  if (refresh && refresh->demarcation == bgp::Demarcation::kRequest) {
    announcer_.refresh(refresh->family);
    pump_later();
  }
}

io::PeeringOptions Peer::peering() const {
  constexpr uint8_t kLargest = 255;
  io::PeeringOptions options{.local = settings().local_address, .md5_key = context_.md5_key};
  options.interface = settings().interface;
  if (settings().gtsm_hops != 0) {
    options.ttl = kLargest;
    options.least_ttl = static_cast<uint8_t>(kLargest - settings().gtsm_hops + 1);
  } else if (settings().as != session_.settings().local_as) {
    options.ttl = static_cast<uint8_t>(settings().multihop);
  }
  return options;
}

// Routes.

void Peer::wake() {
  if (!up_) return;
  pump();
  serve();
}

void Peer::pump() {
  Link* link = up_ ? find(*up_) : nullptr;
  if (link == nullptr) return;
  const Instant now = context_.clock.now();
  size_t written = 0;
  while (link->stream->pending_octets() < kEnoughUnsent) {
    if (written >= kMostAtOnce) return pump_later();
    chunk_.clear();
    const bool more = announcer_.write(chunk_, kChunk);
    if (!chunk_.empty()) {
      written += chunk_.size();
      CHECK(link->stream->send(chunk_));
      link->sent += chunk_.size();
      link->stream->flush();
      session_.sent(now);
      session_.written(now, *up_, link->stream->pending_octets());
    }
    milestones_.written(announcer_.told(), link->sent);
    if (!more) break;
  }
  if (restarting_ && announcer_.told_end_of_rib()) {
    restarting_ = false;
    session_.set_restarting(false);
  }
}

/// Acknowledged is what the kernel at the other end has taken: it says nothing of the program
/// there.
uint64_t Peer::reached(Instant now) {
  const Link* link = up_ ? find(*up_) : nullptr;
  if (link == nullptr) return 0;
  const size_t outstanding = settings().barrier == BarrierLevel::kSent
                                 ? link->stream->pending_octets()
                                 : link->stream->unacknowledged_octets();
  milestones_.arrived(link->sent - std::min<uint64_t>(link->sent, outstanding), now);
  return milestones_.reached(now);
}

void Peer::pump_later() {
  if (std::exchange(pump_posted_, true)) return;
  context_.loop.post([alive = std::weak_ptr(alive_)] {
    const auto peer = alive.lock();
    if (!peer) return;
    (*peer)->pump_posted_ = false;
    (*peer)->wake();
  });
}

void Peer::finish_restart() {
  announcer_.hold_end_of_rib(false);
  wake();
}

void Peer::drain() {
  announcer_.drain();
  wake();
}

void Peer::stop(bool keep_routes) {
  timer_.stop();
  session_.stop(context_.clock.now(),
                {.reason = bgp::Cease::kShutdown, .text = {}, .keep_routes = keep_routes});
  serve();
}

void Peer::arm() {
  const Instant due = session_.next_deadline();
  if (due == bgp::kNever) return timer_.stop();
  timer_.start(std::max(Duration{}, due - context_.clock.now()), [this] { on_tick(); });
}

PeerReading Peer::read() const {
  PeerReading reading{.name = settings().name, .address = address_.to_text(), .as = settings().as};
  reading.state = bgp::to_text(session_.state());
  reading.up = up_.has_value();
  reading.since = context_.clock.now() - since_;
  reading.routes = announcer_.routes();
  reading.announced = announcer_.announced();
  reading.withdrawn = announcer_.withdrawn();
  reading.unexportable = announcer_.unexportable();
  reading.received = received();
  reading.established = counts().established;
  reading.collisions = counts().collisions;
  reading.errors_sent = counts().errors_sent;
  reading.errors_received = counts().errors_received;
  for (const auto& link : links_)
    if (up_ == link->id && link->stream) reading.waiting_octets = link->stream->pending_octets();
  if (const bgp::Negotiated* agreed = session_.negotiated())
    reading.software = clean(agreed->peer_software);
  reading.last_error = last_error_;
  return reading;
}

}  // namespace weir::route
