// Octets as they are, over TCP; and what the kernel's errors mean for a stream.
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#include "io/channel.h"

namespace weir::io {
namespace {

class PlainChannel final : public Channel {
 public:
  explicit PlainChannel(int fd) : fd_(fd) {}

  void begin_turn() override { drained_ = false; }
  ChannelResult handshake() override { return {}; }

  ChannelResult read(MutableBytes into) override {
    if (drained_) return {ChannelResult::State::kWantRead};
    ssize_t got;
    do got = ::recv(fd_, into.data(), into.size(), 0);
    while (got < 0 && errno == EINTR);
    if (got < 0 && errno == EAGAIN) return {ChannelResult::State::kWantRead};
    if (got < 0) return ended_by(errno);
    if (got == 0) return {ChannelResult::State::kEnded, 0, CloseCause::kEndOfStream, {}};
    drained_ = static_cast<size_t>(got) < into.size();
    return {ChannelResult::State::kDone, static_cast<size_t>(got)};
  }

  ChannelResult write(Bytes octets) override {
    ssize_t sent;
    do sent = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && errno == EAGAIN) return {ChannelResult::State::kWantWrite};
    if (sent < 0) return ended_by(errno);
    return {ChannelResult::State::kDone, static_cast<size_t>(sent)};
  }

  bool has_buffered() const override { return false; }
  void say_goodbye() override {}
  bool resumed() const override { return false; }

 private:
  const int fd_;
  bool drained_ = false;
};

}  // namespace

std::unique_ptr<Channel> make_plain_channel(int fd) { return std::make_unique<PlainChannel>(fd); }

ChannelResult ended_by(int error_number) {
  CloseCause cause = CloseCause::kReset;
  switch (error_number) {
    case ECONNREFUSED: cause = CloseCause::kRefused; break;
    case ETIMEDOUT: cause = CloseCause::kTimeout; break;
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE: cause = CloseCause::kReset; break;
    default: cause = CloseCause::kUnreachable;
  }
  return {ChannelResult::State::kEnded, 0, cause, std::generic_category().message(error_number)};
}

}  // namespace weir::io
