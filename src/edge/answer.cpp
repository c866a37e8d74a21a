// Answers for one client each: the last place that touches an answer before it is sent.
#include "edge/answer.h"

#include <algorithm>

namespace weir::edge {
namespace {

using namespace dns::flag;  // NOLINT: a file of header bits

constexpr uint16_t kRcodeBits = 0x000f;

/// What the OPT record of our answers takes without options (RFC 6891 §6.1.2).
constexpr size_t kOptSize = 11;

struct Limits {
  size_t client;  // octets the client takes
  bool datagram;
};

Limits limits_of(const Query& query, const AnswerSettings& settings) {
  if (!query.is_datagram()) return {dns::kMaxMessage, false};
  return {query.edns ? std::min(query.payload, settings.udp_payload) : size_t{512}, true};
}

size_t opt_size(const Query& query, const std::optional<Explanation>& why) {
  if (!query.edns) return 0;
  return kOptSize + (why ? 6 + why->text.size() : 0) + (query.keepalive ? 6 : 0);
}

/// Writes the OPT record behind `size` octets and counts it in the header.
size_t append_opt(const Query& query, MutableBytes buffer, size_t size, uint8_t extended_rcode,
                  const AnswerSettings& settings, const std::optional<Explanation>& why) {
  WireWriter out(buffer.subspan(size));
  out.u8(0);
  out.u16(static_cast<uint16_t>(dns::Type::kOpt));
  out.u16(settings.udp_payload);
  out.u8(extended_rcode);
  out.u8(0);
  out.u16(query.dnssec_ok ? 0x8000 : 0);
  out.u16(static_cast<uint16_t>(opt_size(query, why) - kOptSize));
  if (why) {
    out.u16(static_cast<uint16_t>(dns::Option::kExtendedError));
    out.u16(static_cast<uint16_t>(2 + why->text.size()));
    out.u16(static_cast<uint16_t>(why->code));
    out.bytes(as_bytes(why->text));
  }
  if (query.keepalive) {
    out.u16(static_cast<uint16_t>(dns::Option::kTcpKeepalive));
    out.u16(2);
    out.u16(settings.keepalive_tenths);
  }
  uint8_t* additional = buffer.data() + 10;
  store_u16(additional, static_cast<uint16_t>(load_u16(additional) + 1));
  return size + out.position();
}

uint16_t flags_for(const Query& query, uint16_t answer_flags) {
  uint16_t flags = answer_flags & (kAa | kTc | kAd | kRcodeBits);
  // RFC 6840 §5.8: AD only for those who show that they know it.
  if (!query.dnssec_ok && !(query.flags & kAd)) flags &= static_cast<uint16_t>(~kAd);
  return static_cast<uint16_t>(flags | kQr | kRa | (query.flags & (kRd | kCd | 0x7800)));
}

size_t write_empty(const Query& query, uint16_t flags, MutableBytes buffer) {
  uint8_t* at = buffer.data();
  std::memset(at, 0, dns::kHeaderSize);
  store_u16(at + 2, flags);
  store_u16(at + 4, query.question_size > 0 ? 1 : 0);
  std::memcpy(at + dns::kHeaderSize, query.question.data(), query.question_size);
  return dns::kHeaderSize + query.question_size;
}

size_t complete(const Query& query, MutableBytes buffer, size_t size, uint8_t extended_rcode,
                const AnswerSettings& settings, const std::optional<Explanation>& why) {
  uint8_t* at = buffer.data();
  const Limits limit = limits_of(query, settings);
  const size_t opt = opt_size(query, why);
  uint16_t flags = flags_for(query, load_u16(at + 2));
  if (size + opt > std::min(limit.client, buffer.size()))
    size = write_empty(query, flags |= kTc, buffer);
  store_u16(at, query.id);
  store_u16(at + 2, flags);
  std::memcpy(at + dns::kHeaderSize, query.question.data(), query.question_size);
  return opt == 0 ? size : append_opt(query, buffer, size, extended_rcode, settings, why);
}

}  // namespace

size_t finish_answer(const Query& query, MutableBytes buffer, size_t size,
                     const AnswerSettings& settings, const std::optional<Explanation>& why) {
  return complete(query, buffer, size, 0, settings, why);
}

size_t write_error(const Query& query, dns::Rcode rcode, MutableBytes buffer,
                   const AnswerSettings& settings, const std::optional<Explanation>& why) {
  const auto number = static_cast<uint16_t>(rcode);
  const size_t size = write_empty(query, number & kRcodeBits, buffer);
  return complete(query, buffer, size, static_cast<uint8_t>(number >> 4), settings, why);
}

size_t write_minimal_any(const Query& query, MutableBytes buffer, const AnswerSettings& settings) {
  constexpr uint8_t kRecord[] = {0xc0, 12, 0,   13,  0,   1,   0,   0,   0x0e, 0x10, 0,
                                 9,    7,  'R', 'F', 'C', '8', '4', '8', '2',  0};
  const size_t size = write_empty(query, 0, buffer);
  std::memcpy(buffer.data() + size, kRecord, sizeof kRecord);
  store_u16(buffer.data() + 6, 1);
  return complete(query, buffer, size + sizeof kRecord, 0, settings, std::nullopt);
}

size_t copy_without_opt(const dns::Message& answer, Authenticity authenticity,
                        MutableBytes buffer) {
  const Bytes octets = answer.octets();
  const auto& edns = answer.edns();
  const size_t opt_end =
      edns ? edns->record_offset + kOptSize + edns->options.size() : octets.size();
  size_t size = 0;
  if (opt_end == octets.size()) {
    size = edns ? edns->record_offset : octets.size();
    if (size > buffer.size()) return 0;
    std::memcpy(buffer.data(), octets.data(), size);
    if (edns) store_u16(buffer.data() + 10, static_cast<uint16_t>(answer.header().counts[3] - 1));
  } else {
    // Something stands behind the OPT record: pointers would go wrong, so all is written anew.
    dns::Builder builder(buffer, 0, answer.header().flags);
    builder.question(answer.question()->name.expand(), answer.question()->type,
                     answer.question()->klass);
    for (const dns::Section section :
         {dns::Section::kAnswer, dns::Section::kAuthority, dns::Section::kAdditional})
      for (const dns::Record& record : answer.section(section))
        if (record.type != dns::Type::kOpt) builder.copy(section, record, record.ttl);
    if (!builder.ok()) return 0;
    size = builder.size_octets();
  }
  if (authenticity == Authenticity::kUntrusted)
    store_u16(buffer.data() + 2, load_u16(buffer.data() + 2) & static_cast<uint16_t>(~kAd));
  return size;
}

}  // namespace weir::edge
