// Messages of netlink, netlink(7): requests with nested attributes, and the attributes of replies.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/bytes.h"

namespace weir::io {

/// Appends messages to a buffer of its own. Attributes are aligned to four octets; their numbers
/// are big-endian, as those of netfilter are.
class NetlinkWriter {
 public:
  /// Begins a message, ended by the next or by `octets`.
  void begin(uint16_t type, uint16_t flags, uint32_t sequence, Bytes family_header);
  void attribute(uint16_t type, Bytes value);
  void text(uint16_t type, std::string_view value);  // with the NUL that ends it
  void u32(uint16_t type, uint32_t value);
  void u64(uint16_t type, uint64_t value);
  /// Begins an attribute of attributes; gives what `end_nest` wants.
  size_t begin_nest(uint16_t type);
  void end_nest(size_t at);

  /// Everything so far; no message is open after it.
  Bytes octets();
  void clear();

 private:
  void end();
  void align();

  Octets octets_;
  size_t open_ = 0;  // where the message under way begins, and one; 0: none
};

/// Calls `take(type, value)` for each attribute, nested flags removed; stops at what is malformed.
template <typename Take>
void each_attribute(Bytes attributes, Take take) {
  constexpr size_t kHeader = 4;
  constexpr uint16_t kTypeBits = 0x3fff;
  while (attributes.size() >= kHeader) {
    uint16_t length = 0;
    uint16_t type = 0;
    std::memcpy(&length, attributes.data(), sizeof length);
    std::memcpy(&type, attributes.data() + 2, sizeof type);
    if (length < kHeader || length > attributes.size()) return;
    take(static_cast<uint16_t>(type & kTypeBits), attributes.subspan(kHeader, length - kHeader));
    const size_t padded = (size_t{length} + 3) & ~size_t{3};
    attributes = attributes.subspan(std::min(padded, attributes.size()));
  }
}

}  // namespace weir::io
