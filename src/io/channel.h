// How the octets of a stream cross the socket: as they are, or inside TLS. A channel neither waits
// nor calls back; connection.cpp drives it when the descriptor is ready.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"
#include "io/stream.h"
#include "io/tls.h"

namespace weir::io {

/// What came of one step.
struct ChannelResult {
  enum class State : uint8_t { kDone, kWantRead, kWantWrite, kEnded };
  State state = State::kDone;
  size_t octets = 0;                            // read or written, when done
  CloseCause cause = CloseCause::kEndOfStream;  // when ended
  std::string detail;                           // when ended
};

class Channel {
 public:
  virtual ~Channel() = default;
  /// The descriptor is readable again. A channel asks the kernel for more only until it got less
  /// than it asked for, which saves the read that would find nothing.
  virtual void begin_turn() = 0;
  virtual ChannelResult handshake() = 0;
  virtual ChannelResult read(MutableBytes into) = 0;
  virtual ChannelResult write(Bytes octets) = 0;
  /// Octets that came off the socket already: readiness of the descriptor will not announce them.
  virtual bool has_buffered() const = 0;
  /// Tells the peer that nothing more comes, as far as that is possible without waiting.
  virtual void say_goodbye() = 0;
  virtual bool resumed() const = 0;
};

std::unique_ptr<Channel> make_plain_channel(int fd);
std::unique_ptr<Channel> make_tls_channel(int fd, TlsClient& client);
std::unique_ptr<Channel> make_tls_channel(int fd, TlsServer& server);

/// The cause and words for an errno of connect, read or write.
ChannelResult ended_by(int error_number);

}  // namespace weir::io
