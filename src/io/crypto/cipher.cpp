// Ciphers and hashes by OpenSSL.
#include "io/crypto/cipher.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"

namespace weir::io {

struct Aes128::State {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  ~State() { EVP_CIPHER_CTX_free(context); }
};

Aes128::Aes128(Bytes key) : state_(std::make_unique<State>()) {
  CHECK(key.size() == kBlock);
  CHECK(EVP_EncryptInit_ex(state_->context, EVP_aes_128_ecb(), nullptr, key.data(), nullptr) == 1);
  EVP_CIPHER_CTX_set_padding(state_->context, 0);
}

Aes128::~Aes128() = default;

void Aes128::encrypt(Bytes in, uint8_t* out) {
  int written = 0;
  CHECK(EVP_EncryptUpdate(state_->context, out, &written, in.data(), static_cast<int>(in.size())));
  CHECK(static_cast<size_t>(written) == in.size());
}

std::array<uint8_t, 32> hmac_sha256(Bytes key, Bytes text) {
  std::array<uint8_t, 32> mac;
  unsigned size = 0;
  CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), text.data(), text.size(),
             mac.data(), &size) != nullptr);
  CHECK(size == mac.size());
  return mac;
}

}  // namespace weir::io
