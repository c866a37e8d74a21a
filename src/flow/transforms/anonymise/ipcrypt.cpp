// ipcrypt, a cipher of four octets with the structure of SipHash: the key is added four octets at a
// time, and between two of these all octets are mixed.
#include <algorithm>
#include <array>
#include <bit>

#include "base/check.h"
#include "flow/transforms/anonymise/address_cipher.h"
#include "io/crypto/cipher.h"

namespace weir::flow {
namespace {

using io::Aes128;

using Quad = std::array<uint8_t, 4>;

uint8_t sum(uint8_t a, uint8_t b) { return static_cast<uint8_t>(a + b); }

void mix(Quad& q) {
  q[0] = sum(q[0], q[1]);
  q[2] = sum(q[2], q[3]);
  q[1] = std::rotl(q[1], 2) ^ q[0];
  q[3] = std::rotl(q[3], 5) ^ q[2];
  q[0] = std::rotl(q[0], 4);
  q[0] = sum(q[0], q[3]);
  q[2] = sum(q[2], q[1]);
  q[1] = std::rotl(q[1], 3) ^ q[2];
  q[3] = std::rotl(q[3], 7) ^ q[0];
  q[2] = std::rotl(q[2], 4);
}

class Ipcrypt final : public AddressCipher {
 public:
  explicit Ipcrypt(Bytes key) : aes_(key) { std::copy(key.begin(), key.end(), key_.begin()); }

  IpAddress apply(const IpAddress& address) override {
    if (address.is_v4()) return apply_v4(address.octets());
    std::array<uint8_t, Aes128::kBlock> hidden;
    aes_.encrypt(address.octets(), hidden.data());
    return IpAddress::v6(hidden.data());
  }

 private:
  IpAddress apply_v4(Bytes octets) const {
    Quad state{};
    for (size_t round = 0; round < 4; ++round) {
      for (size_t i = 0; i < 4; ++i)
        state[i] ^= static_cast<uint8_t>((round == 0 ? octets[i] : 0) ^ key_[round * 4 + i]);
      if (round < 3) mix(state);
    }
    return IpAddress::v4(state.data());
  }

  std::array<uint8_t, Aes128::kBlock> key_{};
  Aes128 aes_;
};

}  // namespace

std::unique_ptr<AddressCipher> make_ipcrypt(Bytes key) {
  CHECK(key.size() == Aes128::kBlock);
  return std::make_unique<Ipcrypt>(key);
}

}  // namespace weir::flow
