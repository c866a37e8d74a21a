// One connection over TCP or a Unix socket and its life: connecting, handshake, open, and the
// orderly end. The owner holds a Stream (stream.cpp) which shares it; once closed, a timer keeps it
// until the end is over.
#pragma once

#include <sys/socket.h>

#include <memory>
#include <optional>
#include <string>

#include "io/channel.h"
#include "io/loop.h"
#include "io/stream.h"

namespace weir::io {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop& loop, UniqueFd fd, const Endpoint& peer, const StreamOptions& options,
             StreamEvents& events, std::unique_ptr<Channel> channel);

  /// Starts connecting out. Failures are told from the loop, never from here.
  void connect(const sockaddr& address, socklen_t length);
  /// Starts on a connection that was accepted: with reading, or with a handshake.
  enum class Opening : bool { kAtOnce, kHandshake };
  void accept(const Endpoint& local, Opening opening);
  /// Ends a connection that could not be begun, from the loop.
  void fail_later(ChannelResult failure);

  bool send(Bytes octets);
  void flush();
  void pause_reading(bool paused);
  void close();
  void abandon();
  size_t pending_octets() const { return outgoing_.size() - written_ + lost_octets_; }
  size_t unacknowledged_octets() const;
  const Endpoint& peer() const { return peer_; }
  const Endpoint& local() const { return local_; }
  bool resumed() const { return resumed_; }

 private:
  // kHalfClosed: the peer of an accepted connection ended its side. kFlushing: closed by us,
  // writing the rest. kLingering: our side is shut, the peer's end is awaited.
  enum class Phase : uint8_t {
    kConnecting,
    kHandshaking,
    kOpen,
    kHalfClosed,
    kFlushing,
    kLingering,
    kEnded,
  };

  void on_readable();
  void on_writable();
  void on_connected();
  void on_handshake();
  void on_connect_timeout();
  void open();
  void read_turn();
  void read_later();
  void write_turn();
  void write_later();
  std::optional<ChannelResult> write_waiting();
  void await_writable();
  void end_of_stream();
  void shut_down();
  void linger_turn();
  void keep_for(Duration patience);
  void drop();
  void finish(const ChannelResult& result);
  void watch_reading();
  bool writes() const {
    return phase_ == Phase::kOpen || phase_ == Phase::kHalfClosed || phase_ == Phase::kFlushing;
  }

  Loop& loop_;
  UniqueFd fd_;
  const Endpoint peer_;
  Endpoint local_;
  const StreamOptions options_;
  StreamEvents* events_;  // null once the owner has let go or was told of the end
  std::unique_ptr<Channel> channel_;
  Timer timer_;
  std::optional<Watch> watch_;  // declared after fd_, so gone before it is closed
  Octets outgoing_;
  size_t written_ = 0;      // of outgoing_
  size_t lost_octets_ = 0;  // of outgoing_, when the end came
  Phase phase_ = Phase::kConnecting;
  bool accepted_ = false;
  bool peer_ended_ = false;
  bool paused_ = false;
  bool resumed_ = false;
  bool write_posted_ = false;
  bool read_posted_ = false;
  bool awaiting_writable_ = false;
};

/// The owner's handle on a connection.
std::unique_ptr<Stream> own_stream(std::shared_ptr<Connection> connection);
/// A stream that could not be begun: it ends as unreachable, from the loop.
std::unique_ptr<Stream> failed_stream(Loop& loop, const Endpoint& peer, std::string why,
                                      const StreamOptions& options, StreamEvents& events);

}  // namespace weir::io
