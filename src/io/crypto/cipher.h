// What is built of ciphers and hashes stands on these: AES-128 on single blocks, HMAC-SHA256.
#pragma once

#include <array>
#include <memory>

#include "base/bytes.h"

namespace weir::io {

/// FIPS 197, without any mode.
class Aes128 {
 public:
  static constexpr size_t kBlock = 16;

  /// `key` is 16 octets.
  explicit Aes128(Bytes key);
  ~Aes128();
  /// Each block of `in` by itself; `out` has as much room, and may be where `in` is.
  void encrypt(Bytes in, uint8_t* out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// RFC 2104, with SHA-256.
std::array<uint8_t, 32> hmac_sha256(Bytes key, Bytes text);

}  // namespace weir::io
