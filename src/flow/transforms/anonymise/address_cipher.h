// How an address becomes another one: cut off, or encrypted under a key.
#pragma once

#include <memory>

#include "base/endpoint.h"
#include "flow/settings.h"

namespace weir::flow {

class AddressCipher {
 public:
  virtual ~AddressCipher() = default;
  /// Of the same family.
  virtual IpAddress apply(const IpAddress& address) = 0;
};

/// How many octets of key a way needs; 0: none.
size_t key_octets(Anonymisation way);

/// Crypto-PAn (Xu, Fan, Ammar, Moon, 2002): addresses that share a prefix of any length go on
/// sharing one of that length. `key` is 32 octets.
std::unique_ptr<AddressCipher> make_crypto_pan(Bytes key);
/// ipcipher: IPv4 through ipcrypt (Aumasson, 2015), IPv6 through one block of AES-128; nothing of
/// the address remains, and who has the key can turn it back. `key` is 16 octets.
std::unique_ptr<AddressCipher> make_ipcrypt(Bytes key);
/// Keeps the leading bits.
std::unique_ptr<AddressCipher> make_truncation(unsigned prefix_v4, unsigned prefix_v6);

}  // namespace weir::flow
