// DNS over TCP (RFC 7766): many queries on a connection, answered in the order their answers come,
// each behind its length in two octets. Connections are bounded in number, in all and per client,
// and closed when nothing comes.
#include "base/containers/slab.h"
#include "edge/transports/factories.h"
#include "io/stream.h"

namespace weir::edge {
namespace {

constexpr size_t kLengthOctets = 2;
constexpr size_t kUnsentOctets = 1 << 20;     // answers a client did not take yet; more end it
constexpr size_t kBacklogOctets = 64 * 1024;  // so much of that, and its queries are not read
constexpr Duration kSweep = 250ms;            // how often idle connections are looked for

class TcpTransport;

/// One client's connection.
class Connection final : public io::StreamEvents {
 public:
  Connection(TcpTransport& owner, uint64_t handle, const Endpoint& peer, const Endpoint& local)
      : owner_(owner), handle_(handle), peer_(peer), local_(local) {}

  void attach(std::unique_ptr<io::Stream> stream) { stream_ = std::move(stream); }
  void on_data(Bytes octets) override;
  void on_close(io::CloseCause cause, std::string_view detail) override;

  bool answer(Bytes message);
  void forget_one();
  /// Queries that were read, or may be read later, are answered no more.
  void close() { stream_->close(); }
  void flush() { stream_->flush(); }
  bool overdue(Instant now) const;
  /// Reads again when the client has taken what it was sent.
  void look_at_backlog();
  /// True when nothing is owed to the client.
  bool idle() const { return in_flight_ == 0; }
  const Endpoint& peer() const { return peer_; }

 private:
  /// Hands on the whole messages at the front of `octets`; gives how many octets they took.
  size_t take_messages(Bytes octets);
  void resume();
  void resume_later();
  bool may_take();
  void lose();
  bool backlogged() const { return stream_->pending_octets() > kBacklogOctets; }
  /// Ends a connection whose client asks no more, once it has all its answers.
  void leave_if_done();

  TcpTransport& owner_;
  uint64_t handle_;
  Endpoint peer_;
  Endpoint local_;
  std::unique_ptr<io::Stream> stream_;
  Octets partial_;  // what came of a message that is not whole, or must wait
  size_t in_flight_ = 0;
  bool paused_ = false;
  bool taking_ = false;
  bool asked_ = false;  // at least one whole message came
  bool ended_ = false;  // nothing more comes; answers may still be wanted
  bool lost_ = false;   // its client did not take its answers: it is over
  Instant last_;        // when something whole came or went

  friend class TcpTransport;
};

class TcpTransport final : public Transport {
 public:
  explicit TcpTransport(const TransportContext& context)
      : context_(context),
        limits_(context.settings.tcp),
        connections_(limits_.max_connections),
        sweeper_(context.loop) {
    sweep();
  }

  Status listen(const Endpoint& endpoint) {
    TRY(listener_, io::listen_stream(context_.loop, endpoint, context_.shards > 1,
                                     [this](UniqueFd fd, Endpoint peer, Endpoint local) {
                                       accept(std::move(fd), peer, local);
                                     }));
    local_ = listener_->local();
    return Done{};
  }

  bool answer(const Query& query, Bytes message) override {
    auto* connection = find(query.way_back.handle);
    return connection != nullptr && connection->answer(message);
  }
  void abandon(const ReturnPath& way_back) override {
    if (auto* connection = find(way_back.handle)) connection->forget_one();
  }
  void flush() override {}  // streams write when the loop's turn ends
  Endpoint local() const override { return local_; }
  void drain() override {
    listener_.reset();
    draining_ = true;
  }

 private:
  friend class Connection;

  Connection* find(uint64_t handle) {
    auto* cell = connections_.find(handle);
    return cell == nullptr ? nullptr : cell->get();
  }

  void accept(UniqueFd fd, const Endpoint& peer, const Endpoint& local) {
    if (!context_.intake.admits(peer) || !context_.client_limits.enter(peer.address))
      return context_.statistics.tcp_refused.add();
    const auto handle = connections_.take();
    CHECK(handle);  // there is a cell for every client that is let in
    auto connection = std::make_unique<Connection>(*this, *handle, peer, local);
    context_.intake.on_wake();
    connection->last_ = context_.clock.now();
    connection->attach(io::accept_stream(context_.loop, std::move(fd), peer, local,
                                         {kUnsentOctets, limits_.idle_timeout}, *connection));
    *connections_.find(*handle) = std::move(connection);
    handles_.push_back(*handle);
    context_.statistics.tcp_connections.add();
    context_.statistics.tcp_open.add();
  }

  void remove(uint64_t handle) {
    auto& cell = *connections_.find(handle);
    // The connection may be on the stack: it goes when the loop's turn is over.
    if (gone_.empty()) context_.loop.post([this] { gone_.clear(); });
    context_.client_limits.leave(cell->peer().address);
    gone_.push_back(std::move(cell));
    connections_.release(handle);
    context_.statistics.tcp_open.add(~uint64_t{0});
  }

  void sweep() {
    context_.intake.on_wake();
    const Instant now = context_.clock.now();
    std::erase_if(handles_, [&](uint64_t handle) {
      auto* connection = find(handle);
      if (connection == nullptr) return true;
      const bool over = connection->overdue(now) || (draining_ && connection->idle());
      if (!over) {
        connection->look_at_backlog();
        return false;
      }
      if (!draining_) context_.statistics.tcp_timeouts.add();
      connection->close();
      remove(handle);
      return true;
    });
    sweeper_.start(kSweep, [this] { sweep(); });
  }

  TransportContext context_;
  TcpSettings limits_;
  Slab<std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>> gone_;  // closed in this turn of the loop
  std::vector<uint64_t> handles_;                  // of open connections, for the sweep
  std::unique_ptr<io::Listener> listener_;
  Endpoint local_;
  io::Timer sweeper_;
  bool draining_ = false;
};

void Connection::on_data(Bytes octets) {
  owner_.context_.intake.on_wake();
  if (partial_.empty()) {
    const size_t taken = take_messages(octets);
    if (taken < octets.size())
      partial_.assign(octets.begin() + static_cast<std::ptrdiff_t>(taken), octets.end());
    return;
  }
  partial_.insert(partial_.end(), octets.begin(), octets.end());
  resume();
}

void Connection::resume() {
  const size_t taken = take_messages(partial_);
  partial_.erase(partial_.begin(), partial_.begin() + static_cast<std::ptrdiff_t>(taken));
}

size_t Connection::take_messages(Bytes octets) {
  size_t at = 0;
  taking_ = true;
  while (octets.size() - at >= kLengthOctets) {
    const size_t size = load_u16(&octets[at]);
    if (octets.size() - at - kLengthOctets < size) break;
    if (!may_take()) {
      stream_->pause_reading(paused_ = true);
      break;
    }
    const Bytes message = octets.subspan(at + kLengthOctets, size);
    at += kLengthOctets + size;
    ++in_flight_;
    asked_ = true;
    last_ = owner_.context_.clock.now();
    owner_.context_.intake.on_arrival(
        {message, peer_, local_, model::Protocol::kTcp, {&owner_, handle_, 0}});
    if (lost_) at = octets.size();
  }
  taking_ = false;
  return at;
}

// A client that does not read its answers is not asked for more queries: neither its memory nor the
// work is ours to spend.
bool Connection::may_take() {
  if (in_flight_ >= owner_.limits_.max_in_flight) return false;
  if (backlogged()) stream_->flush();
  return !backlogged();
}

bool Connection::answer(Bytes message) {
  uint8_t length[kLengthOctets];
  store_u16(length, static_cast<uint16_t>(message.size()));
  if (!stream_->send(length) || !stream_->send(message)) {
    lose();
    return false;
  }
  last_ = owner_.context_.clock.now();
  forget_one();
  return true;
}

// An answer that finds no room would leave a hole, or half a frame: nothing can follow it.
void Connection::lose() {
  if (stream_->pending_octets() > 0) owner_.context_.statistics.tcp_overflows.add();
  lost_ = true;
  stream_->close();
  owner_.remove(handle_);
}

void Connection::forget_one() {
  --in_flight_;
  if (!paused_)
    leave_if_done();
  else if (!taking_ && in_flight_ <= owner_.limits_.max_in_flight / 2)
    resume_later();
}

// What waits is read in a turn of its own: this may be deep inside another query's answer.
void Connection::resume_later() {
  paused_ = false;
  owner_.context_.loop.post([&owner = owner_, handle = handle_] {
    auto* connection = owner.find(handle);
    if (connection == nullptr) return;
    owner.context_.intake.on_wake();
    connection->resume();
    if (connection->paused_) return;
    if (!connection->ended_) connection->stream_->pause_reading(false);
    connection->leave_if_done();
  });
}

void Connection::look_at_backlog() {
  if (paused_ && in_flight_ == 0 && !backlogged()) resume_later();
}

void Connection::leave_if_done() {
  if (ended_ && in_flight_ == 0 && !taking_) owner_.remove(handle_);
}

// Who has asked everything may say so (TCP's half-close) and still wait for the answers.
void Connection::on_close(io::CloseCause cause, std::string_view) {
  ended_ = cause == io::CloseCause::kEndOfStream && in_flight_ > 0;
  if (!ended_) owner_.remove(handle_);
}

bool Connection::overdue(Instant now) const {
  if (in_flight_ > 0) return false;
  return now - last_ > (asked_ ? owner_.limits_.idle_timeout : owner_.limits_.first_octet_timeout);
}

}  // namespace

Result<std::unique_ptr<Transport>> make_tcp_transport(const TransportContext& context,
                                                      const Endpoint& endpoint) {
  auto transport = std::make_unique<TcpTransport>(context);
  TRY_DONE(transport->listen(endpoint));
  return std::unique_ptr<Transport>(std::move(transport));
}

}  // namespace weir::edge
