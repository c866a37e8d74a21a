// A TLS server on loopback for tests: real OpenSSL, one thread a connection, and counts of what it
// saw.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.h"
#include "kit/certificates.h"

namespace weir::kit {

/// One connection after its handshake, in its own thread; calls wait.
class TlsSession {
 public:
  virtual ~TlsSession() = default;
  /// What came, at most 64 KiB; empty at the end of the stream.
  virtual std::string read() = 0;
  /// Exactly `octets`; empty when the stream ended before.
  virtual std::string read_exactly(size_t octets) = 0;
  /// False when the peer is gone.
  virtual bool write(std::string_view octets) = 0;
  virtual std::string server_name() const = 0;  // SNI, empty without
  virtual std::string alpn() const = 0;         // chosen, empty without
  virtual bool resumed() const = 0;
};

struct TlsServerOptions {
  Identity identity;
  bool only_tls12 = false;
  std::vector<std::string> alpn;  // chosen from, empty: none
  bool handshakes = true;         // false: accepts and stays silent
  std::string listen = "127.0.0.1:0";
};

class TlsServer {
 public:
  using Handler = std::function<void(TlsSession&)>;
  /// Writes back whatever comes.
  static void echo(TlsSession& session);

  explicit TlsServer(TlsServerOptions options, Handler handler = echo);
  /// Ends every connection and waits for the threads.
  ~TlsServer();

  Endpoint local() const;
  uint64_t connections() const;  // accepted on TCP
  uint64_t handshakes() const;   // finished
  uint64_t failures() const;     // handshakes that failed
  uint64_t resumptions() const;
  uint64_t octets() const;  // of the application, received
  /// Ends the connections there are; new ones are welcome.
  void drop_connections();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::kit
