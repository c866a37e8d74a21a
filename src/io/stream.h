// Octet streams, plain or TLS behind one face, client or server side. Callbacks come on the
// loop's thread; what is sent is collected and leaves in one write when the loop's turn ends or
// `flush` is called.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "io/loop.h"
#include "io/tls.h"

namespace weir::io {

/// Why a stream ended. The certificate causes come before any octet of the application was sent.
/// The stream itself never ends with `kOverflow` or `kLocal`: those are for owners that close and
/// count.
enum class CloseCause : uint8_t {
  kEndOfStream,
  kReset,
  kRefused,
  kUnreachable,
  kTimeout,
  kOverflow,
  kLocal,
  kTlsProtocol,
  kCertificateName,
  kCertificateExpired,
  kCertificateSelfSigned,
  kCertificateUntrusted,
  kCertificatePin,
  kCertificateMissing,  // clients only: they must have one
};
/// `certificate_name`, `refused` …: the label of a counter.
std::string_view to_text(CloseCause cause);
inline bool is_certificate(CloseCause cause) { return cause >= CloseCause::kCertificateName; }

class StreamEvents {
 public:
  virtual ~StreamEvents() = default;
  /// Connected, and the TLS handshake and verification are done. Plain accepted streams are open
  /// from the start and do not call it.
  virtual void on_open() {}
  /// What arrived, at most `read_octets`; valid during the call. The handler may send on the
  /// stream, close it or destroy it.
  virtual void on_data(Bytes octets) = 0;
  /// The kernel has taken all that was sent, on the loop's turn. The handler may send, close the
  /// stream or destroy it.
  virtual void on_sent() {}
  /// The last call, once; not after the stream's owner destroyed it or called `close`. The handler
  /// may destroy the stream. After `kEndOfStream` on an accepted stream the peer may still be
  /// reading: what was sent leaves, and more may be sent until the owner closes or destroys the
  /// stream.
  virtual void on_close(CloseCause cause, std::string_view detail) = 0;
};

/// Belongs to the loop's thread. Destroying it is closing it: an open stream still writes what
/// waits, a connecting one is dropped. No event comes from inside a call of the owner's.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Appends to what will be written, also before the stream is open. False (and nothing kept) when
  /// more than `limit_octets` would wait, or the stream has ended.
  virtual bool send(Bytes octets) = 0;
  /// Writes now what the socket takes, instead of when the loop's turn ends.
  virtual void flush() = 0;
  /// What was sent and the kernel has not taken; once the stream has ended, what it never took.
  virtual size_t pending_octets() const = 0;
  /// What was sent and the peer's end has not acknowledged, pending octets included; those are all
  /// that is known of where the kernel does not tell.
  virtual size_t unacknowledged_octets() const { return pending_octets(); }
  /// Stops and resumes reading: for a peer that asks faster than it takes answers.
  virtual void pause_reading(bool paused) = 0;
  /// Ends after what waits has been written (orderly, at most 5 s), with no further events.
  virtual void close() = 0;
  /// Ends now, with no further events; what waits is not written.
  virtual void abandon() = 0;
  virtual Endpoint peer() const = 0;
  /// Known once connected.
  virtual Endpoint local() const = 0;
  /// TLS only: the session was resumed. False for plain TCP.
  virtual bool resumed() const { return false; }
};

struct StreamOptions {
  size_t limit_octets = 1 << 20;                      // unsent octets kept
  Duration connect_timeout{std::chrono::seconds(2)};  // TCP and TLS handshakes together
  size_t read_octets = 16 << 10;                      // taken at a time; 64 KiB at most
  /// Connecting out over TCP: a peer that has vanished is noticed within two minutes, also while
  /// nothing is sent.
  bool keepalive = false;
};

/// Connects out. With `tls` the stream opens only after verification. TCP_NODELAY is set. `tls` is
/// used during this call only: the stream keeps what it needs of it. `events` must live until the
/// stream is closed or destroyed, or `on_close` was called.
std::unique_ptr<Stream> connect_stream(Loop& loop, const Endpoint& peer, TlsClient* tls,
                                       const StreamOptions& options, StreamEvents& events);

/// A stream on a connection that was accepted, of either kind of socket. With `tls` it opens once
/// the handshake is done; as above, `tls` is used during this call only.
std::unique_ptr<Stream> accept_stream(Loop& loop, UniqueFd fd, const Endpoint& peer,
                                      const Endpoint& local, const StreamOptions& options,
                                      StreamEvents& events, TlsServer* tls = nullptr);

/// Accepts connections and gives each to `on_connection`, which may destroy the listener. When the
/// process runs out of descriptors or memory it pauses 100 ms at a time, with one line in the log.
class Listener {
 public:
  using OnConnection = std::function<void(UniqueFd fd, Endpoint peer, Endpoint local)>;
  virtual ~Listener() = default;
  virtual Endpoint local() const = 0;
  /// How often accepting paused for want of descriptors or memory.
  virtual uint64_t pauses() const = 0;
};
Result<std::unique_ptr<Listener>> listen_stream(Loop& loop, const Endpoint& local, bool reuse_port,
                                                Listener::OnConnection on_connection);

}  // namespace weir::io
