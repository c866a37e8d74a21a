// DNS over UDP. Each question leaves from one of a few connected sockets, chosen at random, whose
// random ports are given up after some hundred questions, with a random ID (RFC 5452 §4). What does
// not match is counted and the wait goes on. Repeated once at half its time; repeated over TCP when
// truncated.
#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "edge/upstreams/asks.h"
#include "edge/upstreams/factories.h"
#include "io/udp_socket.h"

namespace weir::edge::upstreams {
namespace {

constexpr size_t kSockets = 16;      // that questions are spread over
constexpr size_t kMostSockets = 64;  // with those given up that still wait for answers
constexpr size_t kQuestionsPerSocket = 256;
constexpr size_t kMostPerSocket = 4096;  // in flight; 1/16 of the IDs
constexpr io::UdpSocket::Options kOptions = {
    .batch = 8, .buffer_octets = 4096, .kernel_buffer_octets = 1 << 18};

/// One socket and what is asked through it.
struct Port {
  Port(io::Loop& loop, io::UdpSocket opened) : udp(std::move(opened)), watch(loop, udp.fd()) {}
  io::UdpSocket udp;
  io::Watch watch;  // declared after the socket, so gone before it is closed
  size_t asked = 0;
  size_t outstanding = 0;
};

class DatagramUpstream final : public Upstream, Asks::Owner {
 public:
  DatagramUpstream(const UpstreamContext& context, const Endpoint& server,
                   std::unique_ptr<Upstream> over_tcp)
      : context_(context),
        state_(context.state),
        server_(server),
        asks_(context, *this),
        ports_(kMostSockets),
        over_tcp_(std::move(over_tcp)) {
    active_.fill(kNoLane);
  }

  void ask(AskToken token, Bytes query, Instant deadline) override;
  void cancel(AskToken token) override {
    if (!asks_.cancel(token)) over_tcp_->cancel(token);
  }
  void drain() override {
    draining_ = true;
    over_tcp_->drain();
  }

 private:
  void on_due(Slot slot, Instant now) override;
  void on_left(Lane lane) override;

  Lane choose();
  Lane open_port();
  bool send(Slot slot, Instant now);
  void on_readable(Lane lane);
  void on_datagram(Lane lane, const io::Datagram& datagram);
  void repeat_over_tcp(Slot slot);
  void close_if_done(Lane lane);
  bool is_active(Lane lane) const { return std::ranges::find(active_, lane) != active_.end(); }

  const UpstreamContext context_;
  UpstreamState& state_;
  const Endpoint server_;
  Asks asks_;
  std::vector<std::unique_ptr<Port>> ports_;  // by lane; null where there is none
  std::array<Lane, kSockets> active_;
  std::vector<Slot> refused_;
  Lane reading_ = kNoLane;  // whose datagrams are being handled
  const std::unique_ptr<Upstream> over_tcp_;
  bool draining_ = false;
};

void DatagramUpstream::ask(AskToken token, Bytes query, Instant deadline) {
  const Slot slot = asks_.begin(token, query, deadline);
  const Lane lane = draining_ ? kNoLane : choose();
  if (lane == kNoLane) {
    asks_.fail(slot, AskFailure::kUnreachable);
    return;
  }
  if (ports_[lane]->outstanding >= kMostPerSocket || !asks_.place(slot, lane)) {
    asks_.fail(slot, AskFailure::kOverload);
    return;
  }
  ++ports_[lane]->outstanding;
  ++ports_[lane]->asked;
  const Instant now = context_.clock.now();
  if (!send(slot, now)) {
    asks_.fail(slot, AskFailure::kUnreachable);
    return;
  }
  if (deadline > now) asks_.wake_at(slot, now + (deadline - now) / 2);
}

// A random one of the active places; a port that was used enough is replaced, and closed as soon as
// nothing waits on it.
Lane DatagramUpstream::choose() {
  Lane& place = active_[context_.random.below(kSockets)];
  const bool used_up = place != kNoLane && ports_[place]->asked >= kQuestionsPerSocket;
  if (place != kNoLane && !used_up) return place;
  const Lane fresh = open_port();
  if (fresh != kNoLane) {
    const Lane old = std::exchange(place, fresh);
    if (old != kNoLane) close_if_done(old);
    return fresh;
  }
  if (place != kNoLane) return place;
  const auto other = std::ranges::find_if(active_, [](Lane lane) { return lane != kNoLane; });
  return other == active_.end() ? kNoLane : *other;
}

Lane DatagramUpstream::open_port() {
  const auto free =
      std::ranges::find_if(ports_, [](const std::unique_ptr<Port>& port) { return !port; });
  if (free == ports_.end()) return kNoLane;
  auto socket = io::UdpSocket::connect(server_, kOptions);
  if (!socket) {
    if (state_.trouble.exchange(static_cast<uint8_t>(AskFailure::kUnreachable)) ==
        UpstreamState::kConnects) {
      log::warning("upstream " + log::escape_text(state_.name) + ": " + socket.error().what);
    }
    return kNoLane;
  }
  state_.trouble = UpstreamState::kConnects;
  const auto lane = static_cast<Lane>(free - ports_.begin());
  *free = std::make_unique<Port>(context_.loop, *std::move(socket));
  (*free)->watch.on_readable([this, lane] { on_readable(lane); });
  return lane;
}

bool DatagramUpstream::send(Slot slot, Instant now) {
  const Ask& ask = asks_[slot];
  if (!ports_[ask.lane]->udp.send(ask.message())) return false;
  asks_.sent(slot, server_, now);
  return true;
}

void DatagramUpstream::on_left(Lane lane) {
  --ports_[lane]->outstanding;
  close_if_done(lane);
}

// Not while its datagrams are being handled: `on_readable` looks again at the end.
void DatagramUpstream::close_if_done(Lane lane) {
  if (ports_[lane]->outstanding > 0 || reading_ == lane || is_active(lane)) return;
  ports_[lane].reset();
}

// Half of the time is over: the question or its answer may have been lost, so it is sent once more.
void DatagramUpstream::on_due(Slot slot, Instant now) {
  Ask& ask = asks_[slot];
  if (ask.deadline <= now) {
    asks_.fail(slot, AskFailure::kTimeout);
    return;
  }
  send(slot, now);
  asks_.wake_at(slot, ask.deadline);
}

void DatagramUpstream::on_readable(Lane lane) {
  reading_ = lane;
  Port& port = *ports_[lane];
  for (auto batch = port.udp.receive(); !batch.empty(); batch = port.udp.receive()) {
    for (const io::Datagram& datagram : batch) on_datagram(lane, datagram);
  }
  // The kernel compared addresses and ports of the ICMP error with the socket's: the server's port
  // is closed for everything that was asked from here.
  if (port.udp.take_refused()) {
    refused_.clear();
    asks_.collect(lane, refused_);
    for (const Slot slot : refused_) asks_.fail(slot, AskFailure::kRefused);
  }
  reading_ = kNoLane;
  close_if_done(lane);
}

void DatagramUpstream::on_datagram(Lane lane, const io::Datagram& datagram) {
  const auto match = asks_.match(lane, datagram.octets);
  if (!match) return;
  if (match->truncated) {
    repeat_over_tcp(match->slot);
  } else {
    asks_.answer(match->slot, datagram.octets, server_, context_.clock.now());
  }
}

void DatagramUpstream::repeat_over_tcp(Slot slot) {
  const Ask& ask = asks_[slot];
  const AskToken token = ask.token;
  const Instant deadline = ask.deadline;
  const Octets query(ask.frame.begin() + 2, ask.frame.end());
  asks_.cancel(token);
  over_tcp_->ask(token, query, deadline);
}

}  // namespace
}  // namespace weir::edge::upstreams

namespace weir::edge {

Result<std::unique_ptr<Upstream>> make_datagram_upstream(const UpstreamContext& context,
                                                         const UpstreamAddress& address) {
  CHECK(address.address);
  UpstreamAddress stream = address;
  stream.protocol = UpstreamProtocol::kTcp;
  TRY(auto over_tcp, make_stream_upstream(context, stream));
  return std::unique_ptr<Upstream>(std::make_unique<upstreams::DatagramUpstream>(
      context, Endpoint{*address.address, address.port}, std::move(over_tcp)));
}

}  // namespace weir::edge
