// One connection to an upstream over TCP or TLS: cuts the stream into messages (RFC 7766 §8: two
// octets of length before each), however the octets are split, and knows when it was last heard
// from.
#pragma once

#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "edge/upstreams/asks.h"
#include "io/stream.h"

namespace weir::edge::upstreams {

class Connection final : io::StreamEvents, public std::enable_shared_from_this<Connection> {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void on_open(Connection& connection) = 0;
    virtual void on_message(Connection& connection, Bytes message, Instant now) = 0;
    /// The last call; not after `close`.
    virtual void on_end(Connection& connection, io::CloseCause cause, std::string_view detail) = 0;
  };

  Connection(Lane place, const Endpoint& server, Owner& owner, const Clock& clock)
      : lane(place), peer(server), owner_(owner), clock_(clock) {}

  void connect(io::Loop& loop, io::TlsClient* tls, const io::StreamOptions& options);
  /// A message with its length in front, also before the connection is open; false when too much
  /// waits unsent.
  bool send(Bytes frame) { return stream_->send(frame); }
  bool resumed() const { return stream_->resumed(); }
  bool is_open() const { return open_; }
  /// No event follows. What waits is still written if the connection is open.
  void close();

  const Lane lane;
  const Endpoint peer;
  Instant heard_at = Instant::min();  // when octets last arrived
  // What the pool keeps about it.
  size_t outstanding = 0;
  Instant idle_since;  // while nothing is outstanding
  Duration idle_timeout{};
  bool retiring = false;  // takes no more questions

 private:
  void on_open() override;
  void on_data(Bytes octets) override;
  void on_close(io::CloseCause cause, std::string_view detail) override;
  size_t cut(Bytes octets, Instant now);

  Owner& owner_;
  const Clock& clock_;
  std::unique_ptr<io::Stream> stream_;
  Octets partial_;  // a message that has not wholly arrived, with its length
  bool open_ = false;
  bool ended_ = false;
};

}  // namespace weir::edge::upstreams
