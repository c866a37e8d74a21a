// What both sides of TLS have in common: versions, manners, and files of certificates and keys.
#include "io/tls/context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace weir::io {
namespace {

Error unreadable(const std::string& what, const std::string& file) {
  return {Fault::kConfig, what + " " + file + ": " + last_tls_error()};
}

}  // namespace

void TlsDelete::operator()(bio_method_st* method) const { BIO_meth_free(method); }
void TlsDelete::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void TlsDelete::operator()(ssl_session_st* session) const { SSL_SESSION_free(session); }
void TlsDelete::operator()(ssl_st* connection) const { SSL_free(connection); }

std::string last_tls_error() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason ? reason : "unknown error";
}

std::shared_ptr<TlsContext> make_tls_context(bool is_server) {
  auto shared = std::make_shared<TlsContext>();
  shared->socket_method = make_socket_method();
  shared->context.reset(SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method()));
  SSL_CTX* context = shared->context.get();
  if (!shared->socket_method || context == nullptr) return nullptr;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_app_data(context, shared.get());
  return shared;
}

Status show_identity(SSL_CTX* context, const std::string& certificate_file,
                     const std::string& key_file) {
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1)
    return unreadable("no certificate can be read from", certificate_file);
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return unreadable("no key for the certificate can be read from", key_file);
  return Done{};
}

Status trust_file(SSL_CTX* context, const std::string& ca_file) {
  ERR_clear_error();
  if (SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1)
    return unreadable("no certificate can be read from CA file", ca_file);
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  return Done{};
}

}  // namespace weir::io
