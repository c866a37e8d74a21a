// The field numbers of dnstap.proto. For the files of this folder.
#pragma once

#include <cstdint>

namespace weir::dnstap {

/// dnstap.proto, Dnstap.
enum EnvelopeField : uint32_t {
  kIdentity = 1,
  kVersion = 2,
  kExtra = 3,
  kMessage = 14,
  kEnvelopeType = 15,
};
inline bool is_envelope_field(uint32_t field) {
  return (field >= kIdentity && field <= kExtra) || field == kMessage || field == kEnvelopeType;
}

/// dnstap.proto, Message.
enum MessageField : uint32_t {
  kType = 1,
  kSocketFamily,
  kSocketProtocol,
  kQueryAddress,
  kResponseAddress,
  kQueryPort,
  kResponsePort,
  kQueryTimeSec,
  kQueryTimeNsec,
  kQueryMessage,
  kQueryZone,
  kResponseTimeSec,
  kResponseTimeNsec,
  kResponseMessage,
  kPolicy,
  kHttpProtocol,
};
inline bool is_message_field(uint32_t field) { return field >= kType && field <= kHttpProtocol; }

}  // namespace weir::dnstap
