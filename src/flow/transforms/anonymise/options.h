// What a message itself says about who asked: its EDNS options.
#pragma once

#include "base/bytes.h"
#include "flow/transforms/anonymise/address_cipher.h"

namespace weir::flow {

/// `message`, or, when there is something to hide, a copy of it in `buffer`: the network in a
/// client subnet (RFC 7871) is hidden by `cipher`, or zeroed without one; every other option that
/// may tell clients apart (cookies, identifiers of devices, unknown ones) is filled with zeros.
/// Sizes stay. What is no whole message may say anything anywhere, and is left out.
Bytes hide_options(Bytes message, AddressCipher* cipher, Octets& buffer);

}  // namespace weir::flow
