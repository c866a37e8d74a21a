// Making a TlsServer: from files to OpenSSL's context.
#include <openssl/ssl.h>

#include <utility>

#include "io/tls.h"
#include "io/tls/context.h"

namespace weir::io {

Result<std::unique_ptr<TlsServer>> TlsServer::create(const TlsServerSettings& settings) {
  auto shared = make_tls_context(true);
  if (!shared) return Error{Fault::kResource, "cannot start TLS: " + last_tls_error()};
  SSL_CTX* context = shared->context.get();
  shared->expected = "a client";
  // Our clients connect once and stay: there is nothing to resume, and no secret to keep for it.
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  TRY_DONE(show_identity(context, settings.certificate_file, settings.key_file));
  if (!settings.client_ca_file.empty()) {
    TRY_DONE(trust_file(context, settings.client_ca_file));
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(settings.client_ca_file.c_str()));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(context, verify_certificate, shared.get());
  }
  auto native = std::make_unique<Native>();
  native->context = std::move(shared);
  return std::unique_ptr<TlsServer>(new TlsServer(std::move(native)));
}

TlsServer::TlsServer(std::unique_ptr<Native> native) : native_(std::move(native)) {}
TlsServer::~TlsServer() = default;

}  // namespace weir::io
