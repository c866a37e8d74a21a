// The life of one connection. Reading is bounded per turn so that no peer holds the loop;
// writing is collected until the turn's end; a close finishes what was begun.
#include "io/connection.h"

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/units.h"
#include "io/address.h"

namespace weir::io {
namespace {

constexpr size_t kMostReadOctets = 64 * 1024;
constexpr size_t kIgnoredOctets = 16 * 1024;  // of what comes after our goodbye, at a time
constexpr int kReadsPerTurn = 16;
constexpr size_t kKeptCapacity = 64 * 1024;  // an outgoing buffer above this is given back
constexpr Duration kFlushPatience = 5s;
constexpr Duration kLingerPatience = 1s;
// Probes of a silent peer: the first after a minute, four in another.
constexpr int kKeepaliveIdle = 60;  // seconds
constexpr int kKeepalivePause = 15;
constexpr int kKeepaliveProbes = 4;

void keep_alive(int fd) {
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, kKeepaliveIdle);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, kKeepalivePause);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, kKeepaliveProbes);
}

}  // namespace

Connection::Connection(Loop& loop, UniqueFd fd, const Endpoint& peer, const StreamOptions& options,
                       StreamEvents& events, std::unique_ptr<Channel> channel)
    : loop_(loop),
      fd_(std::move(fd)),
      peer_(peer),
      options_(options),
      events_(&events),
      channel_(std::move(channel)),
      timer_(loop) {}

void Connection::connect(const sockaddr& address, socklen_t length) {
  set_option(fd_.get(), IPPROTO_TCP, TCP_NODELAY, 1);  // a Unix socket has no such option
  if (options_.keepalive) keep_alive(fd_.get());
  if (::connect(fd_.get(), &address, length) != 0 && errno != EINPROGRESS) {
    fail_later(ended_by(errno));
    return;
  }
  watch_.emplace(loop_, fd_.get());
  timer_.start(options_.connect_timeout, [this] { on_connect_timeout(); });
  await_writable();
}

void Connection::accept(const Endpoint& local, Opening opening) {
  set_option(fd_.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  accepted_ = true;
  local_ = local;
  phase_ = opening == Opening::kAtOnce ? Phase::kOpen : Phase::kHandshaking;
  watch_.emplace(loop_, fd_.get());
  if (phase_ == Phase::kHandshaking)
    timer_.start(options_.connect_timeout, [this] { on_connect_timeout(); });
  watch_reading();
}

void Connection::fail_later(ChannelResult failure) {
  drop();
  loop_.post([weak = weak_from_this(), failure = std::move(failure)] {
    if (const auto self = weak.lock()) self->finish(failure);
  });
}

void Connection::on_connect_timeout() {
  const char* missing = phase_ == Phase::kConnecting ? "no connection to " : "no handshake with ";
  finish({ChannelResult::State::kEnded, 0, CloseCause::kTimeout,
          missing + peer_.to_text() + " within " + format_duration(options_.connect_timeout)});
}

void Connection::watch_reading() {
  watch_->on_readable([this] { on_readable(); });
}

void Connection::on_readable() {
  const auto self = shared_from_this();
  if (channel_) channel_->begin_turn();
  switch (phase_) {
    case Phase::kHandshaking: on_handshake(); break;
    case Phase::kOpen: read_turn(); break;
    case Phase::kLingering: linger_turn(); break;
    default: break;
  }
}

void Connection::await_writable() {
  if (std::exchange(awaiting_writable_, true)) return;
  watch_->once_writable([this] { on_writable(); });
}

void Connection::on_writable() {
  const auto self = shared_from_this();
  awaiting_writable_ = false;
  switch (phase_) {
    case Phase::kConnecting: on_connected(); break;
    case Phase::kHandshaking: on_handshake(); break;
    default: write_turn(); read_turn();  // TLS may have had to write before it could read
  }
}

void Connection::on_connected() {
  int failure = 0;
  socklen_t length = sizeof failure;
  ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &failure, &length);
  if (failure != 0) {
    finish(ended_by(failure));
    return;
  }
  local_ = local_endpoint(fd_.get());
  phase_ = Phase::kHandshaking;
  watch_reading();
  on_handshake();
}

void Connection::on_handshake() {
  const ChannelResult result = channel_->handshake();
  switch (result.state) {
    case ChannelResult::State::kDone: open(); break;
    case ChannelResult::State::kWantRead: break;
    case ChannelResult::State::kWantWrite: await_writable(); break;
    case ChannelResult::State::kEnded: finish(result); break;
  }
}

void Connection::open() {
  phase_ = Phase::kOpen;
  timer_.stop();
  resumed_ = channel_->resumed();
  if (paused_) watch_->on_readable(nullptr);
  events_->on_open();
  write_turn();
  if (phase_ == Phase::kOpen && channel_->has_buffered()) read_later();
}

void Connection::read_turn() {
  const auto self = shared_from_this();
  std::array<uint8_t, kMostReadOctets> buffer;
  const auto into = MutableBytes(buffer).first(std::min(options_.read_octets, buffer.size()));
  for (int reads = 0; reads < kReadsPerTurn; ++reads) {
    if (phase_ != Phase::kOpen || paused_) return;
    const ChannelResult result = channel_->read(into);
    switch (result.state) {
      case ChannelResult::State::kDone: events_->on_data({buffer.data(), result.octets}); continue;
      case ChannelResult::State::kWantWrite: await_writable(); return;
      case ChannelResult::State::kEnded:
        if (result.cause == CloseCause::kEndOfStream) {
          end_of_stream();
        } else {
          finish(result);
        }
        return;
      case ChannelResult::State::kWantRead:
        if (pending_octets() > 0) write_later();  // TLS may have had to read before it could write
        return;
    }
  }
  // The turn is over, not the data: the rest waits for its turn behind the other descriptors.
  if (phase_ == Phase::kOpen) read_later();
}

void Connection::read_later() {
  if (std::exchange(read_posted_, true)) return;
  loop_.post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->read_posted_ = false;
    if (self->channel_) self->channel_->begin_turn();
    self->read_turn();
  });
}

/// SIOCOUTQ, tcp(7): what is in the kernel's send queue, sent or not, until it is acknowledged.
size_t Connection::unacknowledged_octets() const {
  int queued = 0;
  if (fd_ && ::ioctl(fd_.get(), SIOCOUTQ, &queued) != 0) queued = 0;
  return pending_octets() + static_cast<size_t>(queued);
}

bool Connection::send(Bytes octets) {
  if (phase_ >= Phase::kFlushing || octets.size() > options_.limit_octets ||
      pending_octets() > options_.limit_octets - octets.size()) {
    return false;
  }
  if (written_ > 0 && outgoing_.size() + octets.size() > outgoing_.capacity()) {
    outgoing_.erase(outgoing_.begin(), outgoing_.begin() + static_cast<ptrdiff_t>(written_));
    written_ = 0;
  }
  outgoing_.insert(outgoing_.end(), octets.begin(), octets.end());
  write_later();
  return true;
}

void Connection::write_later() {
  if (write_posted_ || awaiting_writable_ || !writes()) return;
  write_posted_ = true;
  loop_.post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->write_posted_ = false;
    self->write_turn();
  });
}

void Connection::flush() {
  if (!writes() || awaiting_writable_) return;
  if (auto failure = write_waiting()) fail_later(*std::move(failure));
}

void Connection::write_turn() {
  if (!writes() || awaiting_writable_) return;
  const bool waited = pending_octets() > 0;
  if (const auto failure = write_waiting()) {
    finish(*failure);
  } else if (events_ != nullptr && waited && pending_octets() == 0) {
    events_->on_sent();
  } else if (phase_ == Phase::kFlushing && pending_octets() == 0) {
    shut_down();
  }
}

std::optional<ChannelResult> Connection::write_waiting() {
  while (pending_octets() > 0) {
    ChannelResult result = channel_->write({&outgoing_[written_], pending_octets()});
    switch (result.state) {
      case ChannelResult::State::kDone: written_ += result.octets; continue;
      case ChannelResult::State::kWantRead: return std::nullopt;
      case ChannelResult::State::kWantWrite: await_writable(); return std::nullopt;
      case ChannelResult::State::kEnded: return result;
    }
  }
  outgoing_.clear();
  written_ = 0;
  if (outgoing_.capacity() > kKeptCapacity) Octets().swap(outgoing_);
  return std::nullopt;
}

void Connection::pause_reading(bool paused) {
  if (std::exchange(paused_, paused) == paused || phase_ != Phase::kOpen) return;
  if (paused) {
    watch_->on_readable(nullptr);
  } else {
    watch_reading();
    if (channel_->has_buffered()) read_later();
  }
}

void Connection::end_of_stream() {
  if (!accepted_) {
    finish({ChannelResult::State::kEnded, 0, CloseCause::kEndOfStream, "closed by the peer"});
    return;
  }
  peer_ended_ = true;
  phase_ = Phase::kHalfClosed;
  watch_->on_readable(nullptr);  // the end stays readable for ever
  if (auto* events = std::exchange(events_, nullptr)) {
    events->on_close(CloseCause::kEndOfStream, "closed by the peer");
  }
}

void Connection::close() {
  events_ = nullptr;
  if (phase_ == Phase::kConnecting || phase_ == Phase::kHandshaking) drop();
  if (phase_ != Phase::kOpen && phase_ != Phase::kHalfClosed) return;
  phase_ = Phase::kFlushing;
  watch_->on_readable(nullptr);
  keep_for(kFlushPatience);
  write_turn();
}

void Connection::abandon() {
  events_ = nullptr;
  drop();
}

void Connection::shut_down() {
  channel_->say_goodbye();
  if (!accepted_ || peer_ended_) {
    drop();
    return;
  }
  // Closing now, with octets of the peer unread, would reset the connection and could take our last
  // answers with it (RFC 1122 §4.2.2.13).
  ::shutdown(fd_.get(), SHUT_WR);
  phase_ = Phase::kLingering;
  keep_for(kLingerPatience);
  watch_reading();
}

void Connection::linger_turn() {
  std::array<uint8_t, kIgnoredOctets> ignored;
  for (int reads = 0; reads < kReadsPerTurn; ++reads) {
    const ssize_t got = ::recv(fd_.get(), ignored.data(), ignored.size(), 0);
    if (got > 0) continue;
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) drop();
    return;
  }
}

// From here the timer owns the connection.
void Connection::keep_for(Duration patience) {
  timer_.start(patience, [self = shared_from_this()] { self->drop(); });
}

void Connection::drop() {
  phase_ = Phase::kEnded;
  timer_.stop();
  watch_.reset();
  channel_.reset();
  fd_.reset();
  lost_octets_ += outgoing_.size() - written_;
  outgoing_.clear();
  written_ = 0;
}

void Connection::finish(const ChannelResult& result) {
  const auto self = shared_from_this();
  drop();
  if (auto* events = std::exchange(events_, nullptr)) events->on_close(result.cause, result.detail);
}

}  // namespace weir::io
