// TLS towards servers (what is trusted, what is verified, the sessions kept for resumption), and
// towards clients (who we are, and who they must be).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/endpoint.h"
#include "base/result.h"

namespace weir::io {

struct TlsClientSettings {
  /// The name the certificate must carry in its subjectAltName (a textual address is taken as one);
  /// empty: the address itself must stand in it.
  std::string server_name;
  IpAddress address;
  /// A PEM file to trust instead of the system's certificates; empty: the system's. Whatever stands
  /// in it is trusted, also an intermediate authority or the server's own certificate.
  std::string ca_file;
  /// SHA-256 of the SubjectPublicKeyInfo in 64 hexadecimal digits or base64 (RFC 7858 §4.2). With
  /// pins, a matching key in the peer's certificate is required besides the chain unless
  /// `pins_only`.
  std::vector<std::string> pins;
  bool pins_only = false;         // then neither chain, name nor dates are looked at
  std::vector<std::string> alpn;  // offered; "dot" for DNS over TLS
  /// Whether sessions are resumed. Servers that ask for certificates may refuse those who come back
  /// with a session (OpenSSL, where no session ID context was set).
  bool resume = true;
  /// PEM files to show servers that want to know who we are; both or none.
  std::string certificate_file;
  std::string key_file;
};

/// Shared by all connections to one server, on any thread: context, trust and up to eight resumable
/// sessions. TLS 1.2 at least, no renegotiation, no early data. Connections keep what they need of
/// it, so it may be destroyed before them.
class TlsClient {
 public:
  /// Errors name the setting that is wrong; they are the configuration's fault.
  static Result<std::unique_ptr<TlsClient>> create(const TlsClientSettings& settings);
  ~TlsClient();
  struct Native;
  Native& native() { return *native_; }

 private:
  explicit TlsClient(std::unique_ptr<Native> native);
  std::unique_ptr<Native> native_;
};

struct TlsServerSettings {
  std::string certificate_file;  // PEM: ours first, then those between it and the authority
  std::string key_file;          // PEM
  /// A PEM file of authorities: clients must show a certificate of theirs. Empty: none is asked
  /// for.
  std::string client_ca_file;
};

/// Shared by all connections of a listener, on any thread. TLS 1.2 at least, no renegotiation, no
/// resumption. Connections keep what they need of it, so it may be destroyed before them.
class TlsServer {
 public:
  /// Errors name the file that is wrong; they are the configuration's fault.
  static Result<std::unique_ptr<TlsServer>> create(const TlsServerSettings& settings);
  ~TlsServer();
  struct Native;
  Native& native() { return *native_; }

 private:
  explicit TlsServer(std::unique_ptr<Native> native);
  std::unique_ptr<Native> native_;
};

}  // namespace weir::io
