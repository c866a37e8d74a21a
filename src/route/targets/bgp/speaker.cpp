// Making neighbours, finding whose a connection is, and taking leave of all.
#include "route/targets/bgp/speaker.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "names/files/collection.h"
#include "route/targets/bgp/peer_series.h"

namespace weir::route {
namespace {

/// For the last octets to leave, and for those of neighbours to be read: a connection closed with
/// unread octets is reset, and takes our last word with it.
constexpr Duration kFarewellWait = 200ms;
constexpr Duration kPublishInterval = 500ms;

Result<std::string> read_key(const std::string& file) {
  TRY(std::string key, names::read_text(file));
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r')) key.pop_back();
  if (key.empty() || key.size() > io::kMostMd5Key)
    return Error{Fault::kConfig, file + " holds no key of 1 to 80 octets"};
  return key;
}

}  // namespace

Result<std::unique_ptr<Speaker>> Speaker::create(const RouteSettings& settings,
                                                 const Exports& exports, io::Loop& loop,
                                                 const Clock& clock, Feed& feed,
                                                 metrics::Registry& registry) {
  std::unique_ptr<Speaker> speaker(new Speaker(settings, loop, clock));
  TRY_DONE(speaker->build(exports, feed));
  expose_peers(registry, speaker->readings_);
  speaker->strangers_ = &registry.counter(
      "weir_bgp_strangers_total", "Connections from addresses of no neighbour, closed at once.");
  return speaker;
}

Speaker::Speaker(const RouteSettings& settings, io::Loop& loop, const Clock& clock)
    : settings_(settings), loop_(loop), clock_(clock), timer_(loop), publishing_(loop) {}

Status Speaker::build(const Exports& exports, Feed& feed) {
  std::vector<io::SignedPeer> signed_peers;
  for (size_t number = 0; number < settings_.peers.size(); ++number) {
    const PeerSettings& peer = settings_.peers[number];
    PeerContext context{.settings = settings_,
                        .peer = peer,
                        .exports = exports,
                        .groups = exports.groups_of_peer[number],
                        .md5_key = {},
                        .loop = loop_,
                        .clock = clock_,
                        .random = random_,
                        .feed = feed,
                        .on_up = [this] { restarted(); }};
    if (!peer.md5_key_file.empty()) {
      TRY(context.md5_key, read_key(peer.md5_key_file));
    }
    const std::string key = context.md5_key;
    peers_.push_back(std::make_unique<Peer>(std::move(context)));
    if (const auto& address = peers_.back()->address().address; address && !key.empty())
      signed_peers.push_back({*address, key});
  }
  for (const Endpoint& local : settings_.listen) {
    auto listener = io::listen_for_peers(loop_, local, signed_peers,
                                         [this](UniqueFd fd, Endpoint from, Endpoint at) {
                                           on_connection(std::move(fd), from, at);
                                         });
    if (!listener) return Error{Fault::kConfig, "route.listen: " + listener.error().what};
    listeners_.push_back(*std::move(listener));
  }
  return Done{};
}

void Speaker::on_connection(UniqueFd fd, const Endpoint& from, const Endpoint& local) {
  const auto peer = std::ranges::find_if(
      peers_, [&](const auto& each) { return each->is_at(from.address.unmapped()); });
  if (peer == peers_.end()) return strangers_->add();
  (*peer)->accept(std::move(fd), from, local);
}

void Speaker::start() {
  for (const auto& peer : peers_) peer->start();
  publish();
}

/// Also while no answer waits it is noticed how far neighbours are: what has arrived long ago has
/// settled.
void Speaker::publish() {
  for (const auto& peer : peers_) peer->reached(clock_.now());
  auto readings = std::make_shared<std::vector<PeerReading>>();
  read(*readings);
  readings_.publish(std::move(readings));
  publishing_.start(kPublishInterval, [this] { publish(); });
}

void Speaker::wake() {
  for (const auto& peer : peers_) peer->wake();
}

/// End-of-RIB makes neighbours forget what they kept of us: it waits until answers had time to
/// bring it back.
void Speaker::restored() {
  const auto finish = [this] {
    for (const auto& peer : peers_) peer->finish_restart();
  };
  if (settings_.end_of_rib_wait == Duration{}) return finish();
  timer_.start(settings_.end_of_rib_wait, finish);
}

void Speaker::stop(std::function<void()> done) {
  listeners_.clear();
  if (settings_.on_stop != OnStop::kDrain) return leave(settings_.on_stop == OnStop::kKeep, done);
  for (const auto& peer : peers_) peer->drain();
  timer_.start(settings_.drain_time, [this, done = std::move(done)] { leave(false, done); });
}

void Speaker::leave(bool keep_routes, const std::function<void()>& done) {
  for (const auto& peer : peers_) peer->stop(keep_routes);
  timer_.start(kFarewellWait, done);
}

void Speaker::read(std::vector<PeerReading>& into) const {
  for (const auto& peer : peers_) into.push_back(peer->read());
}

std::vector<Receiver*> Speaker::receivers() {
  std::vector<Receiver*> all;
  for (const auto& peer : peers_)
    if (peer->settings().barrier != BarrierLevel::kNone) all.push_back(peer.get());
  return all;
}

std::vector<IpAddress> Speaker::addresses() const {
  std::vector<IpAddress> all;
  for (const auto& peer : peers_) {
    if (peer->address().address) all.push_back(*peer->address().address);
    if (peer->settings().local_address) all.push_back(*peer->settings().local_address);
  }
  return all;
}

}  // namespace weir::route
