// Crypto-PAn: bit i of the result is bit i of the address, turned over if so says a block cipher
// that has seen the i bits before it, filled up with a secret pad.
#include <algorithm>
#include <array>

#include "base/check.h"
#include "flow/transforms/anonymise/address_cipher.h"
#include "io/crypto/cipher.h"

namespace weir::flow {
namespace {

using io::Aes128;

constexpr size_t kBlock = Aes128::kBlock;
constexpr size_t kMostBits = 128;

class CryptoPan final : public AddressCipher {
 public:
  explicit CryptoPan(Bytes key) : aes_(key.first(kBlock)) {
    aes_.encrypt(key.subspan(kBlock, kBlock), pad_.data());
  }

  IpAddress apply(const IpAddress& address) override {
    const Bytes plain = address.octets();
    const size_t bits = plain.size() * 8;
    // No block depends on another: all of them go through the cipher at once.
    for (size_t i = 0; i < bits; ++i) fill(plain, i, &blocks_[i * kBlock]);
    aes_.encrypt(Bytes(blocks_.data(), bits * kBlock), blocks_.data());
    std::array<uint8_t, kBlock> hidden{};
    std::copy(plain.begin(), plain.end(), hidden.begin());
    for (size_t i = 0; i < bits; ++i)
      hidden[i / 8] ^= static_cast<uint8_t>((blocks_[i * kBlock] >> 7) << (7 - i % 8));
    return *IpAddress::from_octets(Bytes(hidden.data(), plain.size()));
  }

 private:
  /// The first `bits` bits of `plain`, then the pad.
  void fill(Bytes plain, size_t bits, uint8_t* block) const {
    std::copy(pad_.begin(), pad_.end(), block);
    std::copy_n(plain.begin(), bits / 8, block);
    if (bits % 8 == 0) return;
    const auto mask = static_cast<uint8_t>(0xff00 >> (bits % 8));
    block[bits / 8] = static_cast<uint8_t>((plain[bits / 8] & mask) | (pad_[bits / 8] & ~mask));
  }

  Aes128 aes_;
  std::array<uint8_t, kBlock> pad_{};
  std::array<uint8_t, kMostBits * kBlock> blocks_{};
};

}  // namespace

std::unique_ptr<AddressCipher> make_crypto_pan(Bytes key) {
  CHECK(key.size() == 2 * kBlock);
  return std::make_unique<CryptoPan>(key);
}

}  // namespace weir::flow
