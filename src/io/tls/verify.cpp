// Whether a server's certificate is accepted, and if not, why: what was expected and what was
// found.
#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "base/log.h"
#include "io/tls/context.h"

namespace weir::io {
namespace {

constexpr size_t kNamesShown = 8;
constexpr size_t kLongestShown = 128;

// Text from a certificate comes from a stranger: bounded and escaped.
std::string shown(std::string_view text) {
  std::string safe = log::escape_text(text.substr(0, kLongestShown));
  if (text.size() > kLongestShown) safe += "...";
  return safe;
}

struct FreeMemory {
  void operator()(BIO* memory) const { BIO_free(memory); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

// What `print` writes to a memory BIO.
template <typename Print>
std::string printed(Print print) {
  const std::unique_ptr<BIO, FreeMemory> memory(BIO_new(BIO_s_mem()));
  if (!memory || !print(memory.get())) return "?";
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &text);
  return shown({text, static_cast<size_t>(length)});
}

std::string name_text(const X509_NAME* name) {
  const std::string text =
      printed([&](BIO* to) { return X509_NAME_print_ex(to, name, 0, XN_FLAG_ONELINE) >= 0; });
  return text.empty() ? "(no name)" : text;
}

std::string time_text(const ASN1_TIME* time) {
  return printed([&](BIO* to) { return ASN1_TIME_print(to, time) == 1; });
}

std::string alternative_names(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, FreeMemory> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string text;
  size_t count = 0;
  for (int i = 0; i < (names ? sk_GENERAL_NAME_num(names.get()) : 0); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS && name->type != GEN_IPADD) continue;
    const ASN1_STRING* value = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
    const Bytes octets{ASN1_STRING_get0_data(value),
                       static_cast<size_t>(ASN1_STRING_length(value))};
    if (++count > kNamesShown) return text + " and more";
    if (!text.empty()) text += ", ";
    const auto address = IpAddress::from_octets(octets);
    text += name->type == GEN_IPADD && address ? address->to_text() : shown(as_text(octets));
  }
  return text.empty() ? "no name" : text;
}

CloseCause cause_of(int error) {
  switch (error) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return CloseCause::kCertificateName;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID: return CloseCause::kCertificateExpired;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return CloseCause::kCertificateSelfSigned;
    default: return CloseCause::kCertificateUntrusted;
  }
}

VerifyFailure describe(X509_STORE_CTX* store, const TlsContext& context) {
  const int error = X509_STORE_CTX_get_error(store);
  const X509* leaf = X509_STORE_CTX_get0_cert(store);
  const X509* current = X509_STORE_CTX_get_current_cert(store);
  if (current == nullptr) current = leaf;
  VerifyFailure failure{true, cause_of(error), X509_verify_cert_error_string(error)};
  if (failure.cause == CloseCause::kCertificateName) {
    failure.detail = "expected a certificate for " + context.expected + "; this one is for " +
                     alternative_names(leaf);
  } else if (failure.cause == CloseCause::kCertificateExpired) {
    failure.detail += ": " + name_text(X509_get_subject_name(current)) + " is valid from " +
                      time_text(X509_get0_notBefore(current)) + " until " +
                      time_text(X509_get0_notAfter(current));
  } else {
    failure.detail += ": expected a certificate for " + context.expected +
                      " from a trusted authority; found " +
                      name_text(X509_get_subject_name(current)) + " issued by " +
                      name_text(X509_get_issuer_name(current));
  }
  return failure;
}

Pin key_hash(const X509* certificate) {
  Pin hash{};
  uint8_t* encoded = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded);
  if (length > 0) {
    EVP_Digest(encoded, static_cast<size_t>(length), hash.data(), nullptr, EVP_sha256(), nullptr);
  }
  OPENSSL_free(encoded);
  return hash;
}

}  // namespace

int verify_certificate(X509_STORE_CTX* store, void* argument) {
  const auto& context = *static_cast<const TlsContext*>(argument);
  const auto* connection = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& failure = *static_cast<VerifyFailure*>(SSL_get_app_data(connection));
  if (!context.pins_only && X509_verify_cert(store) != 1) {
    failure = describe(store, context);
    return 0;
  }
  if (!context.pins.empty()) {
    const Pin found = key_hash(X509_STORE_CTX_get0_cert(store));
    if (std::ranges::find(context.pins, found) == context.pins.end()) {
      X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
      failure = {
          true, CloseCause::kCertificatePin,
          "no pin of " + context.expected + " matches the key; its SHA-256 is " + to_hex(found)};
      return 0;
    }
  }
  X509_STORE_CTX_set_error(store, X509_V_OK);
  return 1;
}

}  // namespace weir::io
