// Making a TlsClient: from settings to OpenSSL's context, with an error for each setting that is
// wrong.
#include "io/tls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <optional>
#include <utility>

#include "io/tls/context.h"

namespace weir::io {
namespace {

constexpr size_t kLongestName = 253;

Error wrong(std::string what) { return {Fault::kConfig, std::move(what)}; }

std::optional<Pin> parse_pin(std::string text) {
  if (text.starts_with("sha256/")) text.erase(0, 7);
  Pin pin;
  if (const auto octets = from_hex(text); octets && octets->size() == pin.size()) {
    std::ranges::copy(*octets, pin.begin());
    return pin;
  }
  std::array<uint8_t, 33> decoded;  // 44 digits of base64 are 33 octets, the last one padding
  if (text.size() != 44 || text.back() != '=' || text[42] == '=') return std::nullopt;
  const auto* digits = reinterpret_cast<const uint8_t*>(text.data());
  if (EVP_DecodeBlock(decoded.data(), digits, 44) != 33) return std::nullopt;
  std::copy_n(decoded.begin(), pin.size(), pin.begin());
  return pin;
}

Result<std::vector<Pin>> parse_pins(const TlsClientSettings& settings) {
  std::vector<Pin> pins;
  for (const std::string& text : settings.pins) {
    const auto pin = parse_pin(text);
    if (!pin) {
      return wrong("pin \"" + text +
                   "\" is not a SHA-256: expected 64 hexadecimal digits or base64");
    }
    pins.push_back(*pin);
  }
  if (settings.pins_only && pins.empty())
    return wrong("only pins are to be trusted, but none is given");
  return pins;
}

// Directories hold certificates under the hash of their subject: 0123abcd.0.
bool holds_certificates(const std::string& directories) {
  for (size_t start = 0; start <= directories.size();) {
    const size_t end = std::min(directories.find(':', start), directories.size());
    std::error_code failed;
    const std::string directory = directories.substr(start, end - start);
    for (auto entry = std::filesystem::directory_iterator(directory, failed);
         !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
      const std::string name = entry->path().filename();
      if (name.size() > 9 && name[8] == '.' && name.find_first_not_of("0123456789abcdef") == 8) {
        return true;
      }
    }
    start = end + 1;
  }
  return false;
}

Status trust_system(SSL_CTX* context) {
  const auto setting = [](const char* variable, const char* usual) {
    const char* value = std::getenv(variable);
    return std::string(value ? value : usual);
  };
  SSL_CTX_set_default_verify_paths(context);
  ERR_clear_error();  // a missing file is no error to OpenSSL, but we look at what there is
  STACK_OF(X509_OBJECT)* loaded = X509_STORE_get0_objects(SSL_CTX_get_cert_store(context));
  if (sk_X509_OBJECT_num(loaded) > 0) return Done{};
  const std::string file = setting(X509_get_default_cert_file_env(), X509_get_default_cert_file());
  const std::string directory =
      setting(X509_get_default_cert_dir_env(), X509_get_default_cert_dir());
  if (holds_certificates(directory)) return Done{};
  return wrong("the system trusts no certificates: there are none in file " + file +
               " or directory " + directory + "; install ca-certificates or name a CA file");
}

Status set_trust(SSL_CTX* context, const TlsClientSettings& settings) {
  if (settings.pins_only) return Done{};
  if (settings.ca_file.empty()) return trust_system(context);
  return trust_file(context, settings.ca_file);
}

Status set_name(TlsContext& shared, const TlsClientSettings& settings) {
  X509_VERIFY_PARAM* parameters = SSL_CTX_get0_param(shared.context.get());
  std::string name = settings.server_name;
  if (name.ends_with('.')) name.pop_back();
  const auto given = name.empty() ? settings.address : IpAddress::parse(name);
  if (given) {
    const Bytes octets = given->octets();
    shared.expected = given->to_text();
    if (X509_VERIFY_PARAM_set1_ip(parameters, octets.data(), octets.size()) != 1) {
      return wrong("cannot verify the address " + shared.expected);
    }
    return Done{};
  }
  const auto unprintable = [](char c) { return c <= ' ' || c > '~'; };
  if (name.size() > kLongestName || std::ranges::any_of(name, unprintable)) {
    return wrong("\"" + settings.server_name + "\" is not a name a certificate can carry");
  }
  X509_VERIFY_PARAM_set_hostflags(
      parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  if (X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size()) != 1) {
    return wrong("cannot verify the name " + name);
  }
  shared.server_name = name;
  shared.expected = name;
  return Done{};
}

Status set_alpn(SSL_CTX* context, const std::vector<std::string>& protocols) {
  Octets wire;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) return wrong("ALPN names have 1 to 255 octets");
    wire.push_back(static_cast<uint8_t>(protocol.size()));
    wire.insert(wire.end(), protocol.begin(), protocol.end());
  }
  if (wire.empty()) return Done{};
  const auto failed =
      SSL_CTX_set_alpn_protos(context, wire.data(), static_cast<unsigned>(wire.size()));
  if (failed != 0) return wrong("cannot offer these ALPN names");
  return Done{};
}

int keep_session(SSL* connection, SSL_SESSION* session) {
  const auto* shared =
      static_cast<const TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
  shared->sessions.keep(TlsOwned<SSL_SESSION>(session));
  return 1;  // the session is ours now
}

void set_behaviour(TlsContext& shared) {
  SSL_CTX* context = shared.context.get();
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, verify_certificate, &shared);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(context, keep_session);
}

}  // namespace

void SessionCache::keep(TlsOwned<ssl_session_st> session) {
  const std::lock_guard lock(mutex_);
  sessions_.push_front(std::move(session));
  if (sessions_.size() > kCapacity) sessions_.pop_back();
}

TlsOwned<ssl_session_st> SessionCache::take() {
  const std::lock_guard lock(mutex_);
  while (!sessions_.empty()) {
    SSL_SESSION* newest = sessions_.front().get();
    const bool fresh =
        SSL_SESSION_is_resumable(newest) == 1 &&
        SSL_SESSION_get_time(newest) + SSL_SESSION_get_timeout(newest) > std::time(nullptr);
    if (fresh && SSL_SESSION_get_protocol_version(newest) < TLS1_3_VERSION) {
      SSL_SESSION_up_ref(newest);
      return TlsOwned<ssl_session_st>(newest);
    }
    TlsOwned<ssl_session_st> taken = std::move(sessions_.front());
    sessions_.pop_front();
    if (fresh) return taken;
  }
  return nullptr;
}

size_t SessionCache::size() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

Result<std::unique_ptr<TlsClient>> TlsClient::create(const TlsClientSettings& settings) {
  auto shared = make_tls_context(false);
  if (!shared) return Error{Fault::kResource, "cannot start TLS: " + last_tls_error()};
  set_behaviour(*shared);
  if (!settings.resume) SSL_CTX_set_session_cache_mode(shared->context.get(), SSL_SESS_CACHE_OFF);
  TRY(shared->pins, parse_pins(settings));
  shared->pins_only = settings.pins_only;
  TRY_DONE(set_trust(shared->context.get(), settings));
  TRY_DONE(set_name(*shared, settings));
  TRY_DONE(set_alpn(shared->context.get(), settings.alpn));
  if (!settings.certificate_file.empty() || !settings.key_file.empty())
    TRY_DONE(show_identity(shared->context.get(), settings.certificate_file, settings.key_file));
  auto native = std::make_unique<Native>();
  native->context = std::move(shared);
  return std::unique_ptr<TlsClient>(new TlsClient(std::move(native)));
}

TlsClient::TlsClient(std::unique_ptr<Native> native) : native_(std::move(native)) {}
TlsClient::~TlsClient() = default;

}  // namespace weir::io
