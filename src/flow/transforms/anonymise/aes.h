// AES-128 on single blocks, as building block of address ciphers.
#pragma once

#include <memory>

#include "base/bytes.h"

namespace weir::flow {

class Aes128 {
 public:
  static constexpr size_t kBlock = 16;

  /// `key` is 16 octets.
  explicit Aes128(Bytes key);
  ~Aes128();
  /// Each block of `in` by itself; `out` has as much room.
  void encrypt(Bytes in, uint8_t* out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::flow
