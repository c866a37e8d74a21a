// NOTIFICATIONs to and from octets, and in words.
#include "proto/bgp/notification.h"

#include <algorithm>
#include <array>

#include "base/wire.h"
#include "proto/bgp/message.h"

namespace weir::bgp {

namespace {

constexpr size_t kMaxText = 255;  // octets, RFC 9003 §2

struct Words {
  ErrorCode code;
  std::string_view name;
  std::array<std::string_view, 12> details;  // by subcode
};

// clang-format off
constexpr Words kWords[] = {
    {ErrorCode::kMessageHeader, "message header error",
     {"", "connection not synchronized", "bad message length", "bad message type"}},
    {ErrorCode::kOpen, "OPEN error",
     {"", "unsupported version", "bad peer AS", "bad BGP identifier",
      "unsupported optional parameter", "", "unacceptable hold time", "unsupported capability",
      "", "", "", "role mismatch"}},
    {ErrorCode::kUpdate, "UPDATE error",
     {"", "malformed attribute list", "unrecognized well-known attribute",
      "missing well-known attribute", "attribute flags", "attribute length", "invalid ORIGIN", "",
      "invalid NEXT_HOP", "optional attribute", "invalid network field", "malformed AS_PATH"}},
    {ErrorCode::kHoldTimer, "hold timer expired", {}},
    {ErrorCode::kStateMachine, "state machine error",
     {"", "unexpected message in OpenSent", "unexpected message in OpenConfirm",
      "unexpected message in Established"}},
    {ErrorCode::kCease, "cease",
     {"", "maximum number of prefixes reached", "administrative shutdown", "peer de-configured",
      "administrative reset", "connection rejected", "other configuration change",
      "connection collision resolution", "out of resources", "hard reset", "BFD down"}},
    {ErrorCode::kRouteRefresh, "ROUTE-REFRESH error", {"", "invalid message length"}},
    {ErrorCode::kSendHoldTimer, "send hold timer expired", {}},
};
// clang-format on

/// Octets of the UTF-8 character at the front of `text`, which is not empty; 0 when there is none.
size_t character_size(std::string_view text) {
  const auto octet = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = octet(0);
  if (first < 0x80) return 1;
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || size > text.size()) return 0;
  for (size_t i = 1; i < size; ++i)
    if ((octet(i) & 0xc0) != 0x80) return 0;
  const bool overlong = (first == 0xe0 && octet(1) < 0xa0) || (first == 0xf0 && octet(1) < 0x90);
  const bool outside = (first == 0xed && octet(1) > 0x9f) || (first == 0xf4 && octet(1) > 0x8f);
  return overlong || outside ? 0 : size;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t size = character_size(text);
    const auto first = static_cast<uint8_t>(text.front());
    const bool control = first < 0x20 || first == 0x7f ||
                         (size == 2 && first == 0xc2 && static_cast<uint8_t>(text[1]) < 0xa0);
    if (size == 0 || control)
      out += '?';
    else
      out += text.substr(0, size);
    text.remove_prefix(std::max<size_t>(size, 1));
  }
  return out;
}

}  // namespace

Octets encode(const Notification& notification) {
  constexpr size_t kFixed = kHeaderSize + 2;
  const Bytes data =
      notification.data.first(std::min(notification.data.size(), kMaxMessage - kFixed));
  Octets out(kFixed + data.size());
  WireWriter writer(out);
  begin_message(writer, MessageType::kNotification);
  writer.u8(static_cast<uint8_t>(notification.code));
  writer.u8(notification.subcode);
  writer.bytes(data);
  end_message(writer);
  return out;
}

Notification decode_notification(Bytes body) {
  WireReader reader(body);
  const auto code = static_cast<ErrorCode>(reader.u8());
  const uint8_t subcode = reader.u8();
  return {code, subcode, reader.rest()};
}

Octets shutdown_data(std::string_view text) {
  size_t size = 0;
  while (size < text.size()) {
    const size_t next = std::max<size_t>(character_size(text.substr(size)), 1);
    if (size + next > kMaxText) break;
    size += next;
  }
  if (size == 0) return {};
  Octets out(1 + size);
  WireWriter writer(out);
  writer.u8(static_cast<uint8_t>(size));
  writer.bytes(as_bytes(text.substr(0, size)));
  return out;
}

std::string shutdown_text(const Notification& notification) {
  if (const auto inner = wrapped(notification)) return shutdown_text(*inner);
  if (!notification.is(Cease::kShutdown) && !notification.is(Cease::kReset)) return {};
  WireReader reader(notification.data);
  const Bytes text = reader.bytes(reader.u8());
  return reader.ok() ? printable(as_text(text)) : std::string{};
}

Octets hard_reset_data(const Notification& inner) {
  Octets out(2 + inner.data.size());
  WireWriter writer(out);
  writer.u8(static_cast<uint8_t>(inner.code));
  writer.u8(inner.subcode);
  writer.bytes(inner.data);
  return out;
}

std::optional<Notification> wrapped(const Notification& notification) {
  if (!notification.is(Cease::kHardReset) || notification.data.size() < 2) return std::nullopt;
  const Notification inner = decode_notification(notification.data);
  if (inner.is(Cease::kHardReset)) return std::nullopt;
  return inner;
}

std::string to_text(const Notification& notification) {
  for (const Words& words : kWords) {
    if (words.code != notification.code) continue;
    std::string text(words.name);
    if (notification.subcode == 0) return text;
    const bool known =
        notification.subcode < words.details.size() && !words.details[notification.subcode].empty();
    return text + ": " +
           (known ? std::string(words.details[notification.subcode])
                  : "subcode " + std::to_string(notification.subcode));
  }
  return "error " + std::to_string(static_cast<unsigned>(notification.code)) + "/" +
         std::to_string(notification.subcode);
}

}  // namespace weir::bgp
