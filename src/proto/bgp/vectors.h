// Octets for tests: hexadecimal with spaces, messages around bodies, and UPDATEs around their
// parts.
#pragma once

#include <string>
#include <string_view>

#include "base/check.h"
#include "proto/bgp/message.h"

namespace weir::bgp {

inline Octets hex(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != ' ') digits += c;
  const auto octets = from_hex(digits);
  CHECK(octets.has_value());
  return *octets;
}

/// A message with this body.
inline Octets message(MessageType type, const Octets& body) {
  Octets out(kMaxExtendedMessage);
  WireWriter writer(out);
  begin_message(writer, type);
  writer.bytes(body);
  end_message(writer);
  CHECK(writer.ok());
  out.resize(writer.position());
  return out;
}

inline Octets message(MessageType type, std::string_view body) { return message(type, hex(body)); }

/// An UPDATE of withdrawn routes, attributes and NLRI, with their true lengths.
inline Octets update_message(std::string_view withdrawn, std::string_view attributes,
                             std::string_view nlri) {
  const Octets gone = hex(withdrawn), list = hex(attributes), come = hex(nlri);
  Octets body(4 + gone.size() + list.size() + come.size());
  WireWriter writer(body);
  writer.u16(static_cast<uint16_t>(gone.size()));
  writer.bytes(gone);
  writer.u16(static_cast<uint16_t>(list.size()));
  writer.bytes(list);
  writer.bytes(come);
  return message(MessageType::kUpdate, body);
}

/// The frame of octets that are known to be one message.
inline Frame frame_of(const Octets& octets) {
  const auto frame = next_frame(octets, kMaxExtendedMessage);
  CHECK(frame.ok() && frame->has_value());
  return **frame;
}

}  // namespace weir::bgp
