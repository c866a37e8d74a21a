// Making certificates with OpenSSL.
#include "kit/certificates.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/bytes.h"
#include "base/check.h"

namespace weir::kit {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using Memory = std::unique_ptr<BIO, Free>;

std::string content(BIO* memory) {
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory, &text);
  return {text, static_cast<size_t>(length)};
}

std::string to_pem(X509* certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  CHECK(PEM_write_bio_X509(memory.get(), certificate) == 1);
  return content(memory.get());
}

std::string to_pem(EVP_PKEY* key) {
  const Memory memory(BIO_new(BIO_s_mem()));
  CHECK(PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return content(memory.get());
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  CHECK(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void name_it(X509_NAME* name, const std::string& common_name) {
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
}

// Signed by `issuer`, or by itself where that is null; `authority` says whether it may sign others.
Certificate make(EVP_PKEY* key, const LeafOptions& options, bool authority, X509* issuer,
                 EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  uint64_t serial = 0;
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), options.valid_from_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), options.valid_until_seconds);
  X509_set_pubkey(certificate.get(), key);
  name_it(X509_get_subject_name(certificate.get()), options.common_name);
  X509* signer = issuer ? issuer : certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  extend(certificate.get(), signer, NID_basic_constraints,
         authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  extend(certificate.get(), signer, NID_subject_key_identifier, "hash");
  if (authority) extend(certificate.get(), signer, NID_key_usage, "critical,keyCertSign,cRLSign");
  std::string names;
  for (const std::string& name : options.dns) names += (names.empty() ? "DNS:" : ",DNS:") + name;
  for (const std::string& address : options.ip) names += (names.empty() ? "IP:" : ",IP:") + address;
  if (!names.empty()) extend(certificate.get(), signer, NID_subject_alt_name, names);
  CHECK(X509_sign(certificate.get(), issuer_key ? issuer_key : key, EVP_sha256()) > 0);
  return certificate;
}

std::array<unsigned char, 32> key_hash(const std::string& certificate) {
  const Memory memory(BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size())));
  const Certificate parsed(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
  CHECK(parsed != nullptr);
  unsigned char* encoded = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(parsed.get()), &encoded);
  std::array<unsigned char, 32> hash{};
  EVP_Digest(encoded, static_cast<size_t>(length), hash.data(), nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(encoded);
  return hash;
}

}  // namespace

struct Authority::State {
  Key key;
  Certificate certificate;
};

Authority::Authority(const std::string& name) : state_(std::make_unique<State>()) {
  state_->key.reset(EVP_EC_gen("P-256"));
  LeafOptions options;
  options.common_name = name;
  state_->certificate = make(state_->key.get(), options, true, nullptr, nullptr);
}
Authority::~Authority() = default;

std::string Authority::certificate() const { return to_pem(state_->certificate.get()); }

Identity Authority::issue(const LeafOptions& options) const {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate leaf =
      make(key.get(), options, false, state_->certificate.get(), state_->key.get());
  return {to_pem(leaf.get()), to_pem(key.get())};
}

Identity self_signed(const LeafOptions& options) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate leaf = make(key.get(), options, false, nullptr, nullptr);
  return {to_pem(leaf.get()), to_pem(key.get())};
}

std::string pin_hex(const std::string& certificate) { return to_hex(key_hash(certificate)); }

std::string pin_base64(const std::string& certificate) {
  const auto hash = key_hash(certificate);
  std::array<unsigned char, 45> text{};
  EVP_EncodeBlock(text.data(), hash.data(), static_cast<int>(hash.size()));
  return reinterpret_cast<const char*>(text.data());
}

TemporaryFile::TemporaryFile(const std::string& content) : path_("/tmp/weir-test-XXXXXX") {
  const int fd = ::mkstemp(path_.data());
  CHECK(fd >= 0);
  CHECK(::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
  ::close(fd);
}

TemporaryFile::~TemporaryFile() { ::unlink(path_.c_str()); }

}  // namespace weir::kit
