// The published vectors of AES-128 and HMAC-SHA256.
#include "io/crypto/cipher.h"

#include <gtest/gtest.h>

#include <numeric>

namespace weir::io {
namespace {

TEST(Aes128, fips_197_appendix_c1_block_by_block) {
  std::array<uint8_t, 16> key;
  std::iota(key.begin(), key.end(), uint8_t{0});
  Octets blocks;
  for (int block = 0; block < 2; ++block)
    for (unsigned i = 0; i < 16; ++i) blocks.push_back(static_cast<uint8_t>(i * 0x11));
  Aes128(key).encrypt(blocks, blocks.data());
  const Octets expected = {0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
                           0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a};
  EXPECT_EQ(Octets(blocks.begin(), blocks.begin() + 16), expected);
  EXPECT_EQ(Octets(blocks.begin() + 16, blocks.end()), expected);
}

TEST(HmacSha256, rfc_4231_case_2) {
  const auto mac = hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"));
  const Octets begins = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e};
  EXPECT_EQ(Octets(mac.begin(), mac.begin() + 8), begins);
}

}  // namespace
}  // namespace weir::io
