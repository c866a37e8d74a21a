// What the connections of one TlsClient or TlsServer share: OpenSSL's context, the pins and the
// sessions. OpenSSL's types are declared here and defined in this room's .cpp files only.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "io/stream.h"
#include "io/tls.h"

struct bio_method_st;
struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;
struct x509_store_ctx_st;

namespace weir::io {

struct TlsDelete {
  void operator()(bio_method_st* method) const;
  void operator()(ssl_ctx_st* context) const;
  void operator()(ssl_session_st* session) const;
  void operator()(ssl_st* connection) const;
};
template <typename T>
using TlsOwned = std::unique_ptr<T, TlsDelete>;

using Pin = std::array<uint8_t, 32>;

/// Sessions that may be resumed, newest first. A TLS 1.3 ticket is given away once, so that an
/// observer cannot link connections by it (RFC 8446 §C.4); a TLS 1.2 session serves many times.
class SessionCache {
 public:
  static constexpr size_t kCapacity = 8;
  void keep(TlsOwned<ssl_session_st> session);
  TlsOwned<ssl_session_st> take();
  size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::deque<TlsOwned<ssl_session_st>> sessions_;
};

struct TlsContext {
  TlsOwned<bio_method_st> socket_method;
  TlsOwned<ssl_ctx_st> context;
  std::string server_name;  // for SNI; empty when the server is known by address
  std::string expected;     // name or address, for messages
  std::vector<Pin> pins;
  bool pins_only = false;
  mutable SessionCache sessions;
};

struct TlsClient::Native {
  std::shared_ptr<const TlsContext> context;
};
struct TlsServer::Native {
  std::shared_ptr<const TlsContext> context;
};

/// A context of either side with what both sides have in common; nothing if there is no memory.
std::shared_ptr<TlsContext> make_tls_context(bool is_server);
/// The words of OpenSSL's oldest error, and no errors afterwards.
std::string last_tls_error();
/// Makes `certificate_file` and `key_file` what this side shows of itself.
Status show_identity(ssl_ctx_st* context, const std::string& certificate_file,
                     const std::string& key_file);
/// Trusts the certificates of `ca_file`, whatever stands in it.
Status trust_file(ssl_ctx_st* context, const std::string& ca_file);

/// Why a certificate was not accepted; each connection has one, set during its handshake.
struct VerifyFailure {
  bool happened = false;
  CloseCause cause = CloseCause::kCertificateUntrusted;
  std::string detail;
};

/// OpenSSL's verification callback: the chain and the name unless `pins_only`, then the pins.
/// `context` is the TlsContext; the connection's application data is its VerifyFailure.
int verify_certificate(x509_store_ctx_st* store, void* context);

/// How the channel reads and writes the socket under OpenSSL (channel.cpp).
TlsOwned<bio_method_st> make_socket_method();

}  // namespace weir::io
