// The published vectors of Crypto-PAn and ipcipher, and what is promised of every cipher.
#include "flow/transforms/anonymise/address_cipher.h"

#include <gtest/gtest.h>

#include <bit>

namespace weir::flow {
namespace {

// The sample key of the Crypto-PAn distribution.
constexpr uint8_t kPanKey[] = {21,  34, 23,  141, 51, 164, 207, 128, 19,  10,  91,
                               22,  73, 144, 125, 16, 216, 152, 143, 131, 121, 121,
                               101, 39, 98,  87,  76, 45,  42,  132, 34,  2};
constexpr std::string_view kIpcryptKey = "some 16-byte key";

struct Vector {
  std::string_view plain, hidden;
};

void expect_all(AddressCipher& cipher, std::span<const Vector> vectors) {
  for (const auto& [plain, hidden] : vectors)
    EXPECT_EQ(cipher.apply(*IpAddress::parse(plain)), *IpAddress::parse(hidden)) << plain;
}

// sample_trace_raw.dat and sample_trace_sanitized.dat of the distribution, and of Yawning's
// cryptopan for IPv6.
TEST(CryptoPan, N18_published_vectors) {
  const auto cipher = make_crypto_pan(kPanKey);
  expect_all(*cipher, std::array<Vector, 20>{{
                          {"128.11.68.132", "135.242.180.132"},
                          {"129.118.74.4", "134.136.186.123"},
                          {"130.132.252.244", "133.68.164.234"},
                          {"141.223.7.43", "141.167.8.160"},
                          {"141.233.145.108", "141.129.237.235"},
                          {"152.163.225.39", "151.140.114.167"},
                          {"156.29.3.236", "147.225.12.42"},
                          {"165.247.96.84", "162.9.99.234"},
                          {"166.107.77.190", "160.132.178.185"},
                          {"192.102.249.13", "252.138.62.131"},
                          {"192.215.32.125", "252.43.47.189"},
                          {"192.233.80.103", "252.25.108.8"},
                          {"192.41.57.43", "252.222.221.184"},
                          {"193.150.244.223", "253.169.52.216"},
                          {"195.205.63.100", "255.186.223.5"},
                          {"::1", "78ff:f001:9fc0:20df:8380:b1f1:704:ed"},
                          {"::2", "78ff:f001:9fc0:20df:8380:b1f1:704:ef"},
                          {"::ffff", "78ff:f001:9fc0:20df:8380:b1f1:704:f838"},
                          {"2001:db8::1", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e"},
                          {"2001:db8::2", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c"},
                      }});
}

size_t shared_bits(Bytes a, Bytes b) {
  size_t bits = 0;
  for (size_t i = 0; i < a.size(); ++i, bits += 8)
    if (const auto other = static_cast<uint8_t>(a[i] ^ b[i]); other != 0)
      return bits + static_cast<size_t>(std::countl_zero(other));
  return bits;
}

TEST(CryptoPan, prefixes_of_every_length_stay_shared) {
  const auto cipher = make_crypto_pan(kPanKey);
  for (const std::string_view text : {"198.51.100.77", "2001:db8:1:2:3:4:5:6"}) {
    const IpAddress plain = *IpAddress::parse(text);
    const IpAddress hidden = cipher->apply(plain);
    for (size_t bit = 0; bit < plain.octets().size() * 8; ++bit) {
      Octets other(plain.octets().begin(), plain.octets().end());
      other[bit / 8] ^= static_cast<uint8_t>(0x80 >> bit % 8);
      const IpAddress moved = cipher->apply(*IpAddress::from_octets(other));
      EXPECT_EQ(shared_bits(hidden.octets(), moved.octets()), bit);
    }
  }
}

// https://github.com/veorq/ipcrypt, and the specification of ipcipher for IPv6.
TEST(Ipcrypt, N18_published_vectors) {
  const auto cipher = make_ipcrypt(as_bytes(kIpcryptKey));
  expect_all(*cipher, std::array<Vector, 6>{{
                          {"127.0.0.1", "114.62.227.59"},
                          {"8.8.8.8", "46.48.51.50"},
                          {"1.2.3.4", "171.238.15.199"},
                          {"::1", "3718:8853:1723:6c88:7e5f:2e60:c79a:2bf"},
                          {"2001:503:ba3e::2:30", "64d2:883d:ffb5:dd79:24b:943c:22aa:4ae7"},
                          {"2001:DB8::", "ce7e:7e39:d282:e7b1:1d6d:5ca1:d4de:246f"},
                      }});
}

TEST(Truncation, leading_bits_stay) {
  struct Case {
    unsigned v4, v6;
    std::string_view plain, kept;
  };
  for (const auto& [v4, v6, plain, kept] : {
           Case{24, 48, "198.51.100.77", "198.51.100.0"},
           Case{0, 48, "198.51.100.77", "0.0.0.0"},
           Case{32, 48, "198.51.100.77", "198.51.100.77"},
           Case{22, 48, "198.51.103.255", "198.51.100.0"},
           Case{24, 48, "2001:db8:1:2:3:4:5:6", "2001:db8:1::"},
           Case{24, 51, "2001:db8:1:ffff::1", "2001:db8:1:e000::"},
           Case{24, 128, "2001:db8::1", "2001:db8::1"},
       }) {
    EXPECT_EQ(make_truncation(v4, v6)->apply(*IpAddress::parse(plain)), *IpAddress::parse(kept))
        << plain << " " << v4 << " " << v6;
  }
}

}  // namespace
}  // namespace weir::flow
