// Why octets are not what dnstap.proto describes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::dnstap {

enum class DecodeFault : uint8_t {
  kNone,
  kTruncated,    // a value goes beyond the end of what holds it
  kVarint,       // a number of more than ten octets
  kTag,          // field number zero, or above 2^29 - 1
  kWireType,     // a known field written in another way than its own, or a group
  kAddressSize,  // neither 4 nor 16 octets
  kPort,         // above 65535
  kNoType,       // the required type is missing
  kNoMessage,    // an envelope of type MESSAGE without one
};
inline constexpr size_t kDecodeFaults = static_cast<size_t>(DecodeFault::kNoMessage) + 1;
/// `address_size`: fit for a metric's label.
std::string_view to_text(DecodeFault fault);

}  // namespace weir::dnstap
