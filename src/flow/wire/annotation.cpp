// Writing the field from the front, reading it from the back.
#include "flow/wire/annotation.h"

#include <array>
#include <charconv>

#include "base/hash.h"

namespace weir::flow {
namespace {

// dnstap.proto, Dnstap.extra: field 3, length-delimited.
constexpr uint8_t kExtraTag = 3 << 3 | 2;
constexpr std::string_view kMark = "weir1 ";
constexpr size_t kSumDigits = 8;
constexpr size_t kSizeDigits = 4;
constexpr size_t kTail = kSumDigits + kSizeDigits;
constexpr size_t kSequenceDigits = 16;
// An upstream has a name of settings; a longer one would be cut.
constexpr size_t kMostUpstream = 1024;

enum Flag : unsigned { kDefragmented = 1, kReassembled = 2, kHadFrame = 4 };

void append_text(Octets& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

void append_hex(Octets& out, uint64_t value, size_t digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (size_t i = digits; i-- > 0;)
    out.push_back(static_cast<uint8_t>(kDigits[value >> (4 * i) & 15]));
}

std::optional<uint64_t> parse_hex(std::string_view text) {
  uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

uint32_t sum_of(Bytes octets) { return static_cast<uint32_t>(hash64(octets)); }

/// Takes the first word off `text`.
std::string_view take_word(std::string_view& text) {
  const size_t space = text.find(' ');
  const std::string_view word = text.substr(0, space);
  text.remove_prefix(space == text.npos ? text.size() : space + 1);
  return word;
}

template <typename Enum>
std::optional<Enum> parse_word(std::string_view word, Enum last) {
  for (uint8_t i = 0; i <= static_cast<uint8_t>(last); ++i)
    if (to_text(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  return std::nullopt;
}

std::optional<Annotation> parse(std::string_view text) {
  Annotation annotation;
  const auto source = parse_word(take_word(text), model::SourceKind::kJson);
  const auto answer = parse_word(take_word(text), model::AnswerSource::kStale);
  const auto flags = parse_hex(take_word(text));
  const auto sequence = parse_hex(take_word(text));
  if (!source || !answer || !flags || !sequence) return std::nullopt;
  annotation.source = *source;
  annotation.answer_source = *answer;
  annotation.defragmented = (*flags & kDefragmented) != 0;
  annotation.reassembled = (*flags & kReassembled) != 0;
  annotation.had_frame = (*flags & kHadFrame) != 0;
  annotation.sequence = *sequence;
  annotation.upstream = text.substr(0, text.size() - std::min<size_t>(text.size(), 1));
  return annotation;
}

}  // namespace

void append_annotation(const model::Observation& observation, size_t begin, Octets& out) {
  const std::string_view upstream = observation.upstream.substr(0, kMostUpstream);
  const std::string_view source = model::to_text(observation.source);
  const std::string_view answer = model::to_text(observation.answer_source);
  const size_t body = kMark.size() + source.size() + 1 + answer.size() + 3 + kSequenceDigits + 1 +
                      upstream.size() + 1 + kTail;
  const size_t field = out.size();
  out.push_back(kExtraTag);
  if (body >= 0x80) out.push_back(static_cast<uint8_t>(body | 0x80));
  out.push_back(static_cast<uint8_t>(body >= 0x80 ? body >> 7 : body));
  const bool had_frame = observation.dnstap != nullptr && !observation.dnstap->frame.empty();
  const unsigned flags = (observation.defragmented ? kDefragmented : 0U) |
                         (observation.reassembled ? kReassembled : 0U) |
                         (had_frame ? kHadFrame : 0U);
  append_text(out, kMark);
  append_text(out, source);
  out.push_back(' ');
  append_text(out, answer);
  out.push_back(' ');
  append_hex(out, flags, 1);
  out.push_back(' ');
  append_hex(out, observation.sequence, kSequenceDigits);
  out.push_back(' ');
  append_text(out, upstream);
  out.push_back(' ');
  append_hex(out, sum_of(Bytes(out).subspan(begin)), kSumDigits);
  append_hex(out, out.size() + kSizeDigits - field, kSizeDigits);
}

std::optional<AnnotatedPayload> read_annotation(Bytes payload) {
  if (payload.size() < kTail) return std::nullopt;
  const auto size = parse_hex(as_text(payload.last(kSizeDigits)));
  if (!size || *size > payload.size() || *size < kMark.size() + kTail + 2) return std::nullopt;
  const Bytes field = payload.last(*size);
  if (field[0] != kExtraTag) return std::nullopt;
  std::string_view text = as_text(field.subspan((field[1] & 0x80) != 0 ? 3 : 2));
  if (!text.starts_with(kMark) || text.size() < kMark.size() + kTail) return std::nullopt;
  const Bytes summed = payload.first(payload.size() - kTail);
  const auto sum = parse_hex(text.substr(text.size() - kTail, kSumDigits));
  if (!sum || *sum != sum_of(summed)) return std::nullopt;
  text.remove_prefix(kMark.size());
  text.remove_suffix(kTail);
  const auto annotation = parse(text);
  if (!annotation) return std::nullopt;
  return AnnotatedPayload{payload.first(payload.size() - *size), *annotation};
}

void annotate(const Annotation& annotation, model::Observation& observation) {
  observation.source = annotation.source;
  observation.answer_source = annotation.answer_source;
  observation.defragmented = annotation.defragmented;
  observation.reassembled = annotation.reassembled;
  observation.sequence = annotation.sequence;
  observation.upstream = annotation.upstream;
  if (!annotation.had_frame) observation.dnstap = nullptr;
}

}  // namespace weir::flow
