// Framing: the checks of RFC 4271 §6.1 on the header that all messages share.
#include "proto/bgp/message.h"

#include <algorithm>

namespace weir::bgp {

namespace {

constexpr size_t kMarkerSize = 16;

bool is_marker(Bytes octets) {
  return std::all_of(octets.begin(), octets.end(), [](uint8_t octet) { return octet == 0xff; });
}

struct Sizes {
  size_t least = 0;
  size_t most = 0;
};

/// What the length of a message of this type may be; nothing for an unknown type.
std::optional<Sizes> sizes_of(uint8_t type, size_t max_size) {
  switch (static_cast<MessageType>(type)) {
    case MessageType::kOpen: return Sizes{29, kMaxMessage};
    case MessageType::kUpdate: return Sizes{23, max_size};
    case MessageType::kNotification: return Sizes{21, max_size};
    case MessageType::kKeepalive: return Sizes{kHeaderSize, kHeaderSize};
    case MessageType::kRouteRefresh: return Sizes{23, max_size};
  }
  return std::nullopt;
}

}  // namespace

Result<std::optional<Frame>, Notification> next_frame(Bytes window, size_t max_size) {
  using Found = std::optional<Frame>;
  if (!is_marker(window.first(std::min(window.size(), kMarkerSize))))
    return Notification(HeaderError::kNotSynchronized);
  if (window.size() < kHeaderSize) return Found{};
  const Bytes length_field = window.subspan(kMarkerSize, 2);
  const Bytes type_field = window.subspan(kMarkerSize + 2, 1);
  const size_t length = load_u16(length_field.data());
  if (length < kHeaderSize || length > max_size)
    return Notification(HeaderError::kBadLength, length_field);
  const auto sizes = sizes_of(type_field[0], max_size);
  if (!sizes) return Notification(HeaderError::kBadType, type_field);
  if (length < sizes->least || length > sizes->most)
    return Notification(HeaderError::kBadLength, length_field);
  if (window.size() < length) return Found{};
  return Found(Frame{static_cast<MessageType>(type_field[0]), window.first(length)});
}

void begin_message(WireWriter& writer, MessageType type) {
  writer.bytes(Bytes(kKeepalive).first(kMarkerSize));
  writer.u16(0);
  writer.u8(static_cast<uint8_t>(type));
}

void end_message(WireWriter& writer) {
  writer.patch_u16(kMarkerSize, static_cast<uint16_t>(writer.position()));
}

}  // namespace weir::bgp
