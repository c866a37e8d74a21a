// Control frames and data frames, octet by octet.
#include "proto/dnstap/frames.h"

#include "base/check.h"

namespace weir::dnstap {
namespace {

constexpr uint32_t kFieldContentType = 1;
constexpr size_t kFieldHeader = 8;    // field, length
constexpr size_t kControlHeader = 8;  // escape, length

/// What `append_control_frame` makes of dnstap's content type, or of none.
template <size_t kSize>
constexpr std::array<uint8_t, kSize> whole_frame(ControlType type) {
  std::array<uint8_t, kSize> frame{};
  frame[7] = kSize - kControlHeader;
  frame[11] = static_cast<uint8_t>(type);
  if constexpr (kSize > 12) {
    frame[15] = kFieldContentType;
    frame[19] = kContentType.size();
    for (size_t i = 0; i < kContentType.size(); ++i)
      frame[20 + i] = static_cast<uint8_t>(kContentType[i]);
  }
  return frame;
}
constexpr auto kAccept = whole_frame<42>(ControlType::kAccept);
constexpr auto kStart = whole_frame<42>(ControlType::kStart);
constexpr auto kStop = whole_frame<12>(ControlType::kStop);
constexpr auto kReady = whole_frame<42>(ControlType::kReady);
constexpr auto kFinish = whole_frame<12>(ControlType::kFinish);

void append_u32(Octets& out, uint32_t value) {
  uint8_t octets[4];
  store_u32(octets, value);
  out.insert(out.end(), octets, octets + sizeof octets);
}

/// The whole fields of a known control frame, and how many content types are among them.
StreamFault check_fields(Bytes fields, size_t& content_types) {
  while (!fields.empty()) {
    if (fields.size() < kFieldHeader) return StreamFault::kControlMalformed;
    const uint32_t field = load_u32(fields.data());
    const size_t size = load_u32(&fields[4]);
    if (size > fields.size() - kFieldHeader) return StreamFault::kControlMalformed;
    if (field == kFieldContentType) {
      if (size > kMaxContentType) return StreamFault::kContentTypeTooLong;
      ++content_types;
    }
    fields = fields.subspan(kFieldHeader + size);
  }
  return StreamFault::kNone;
}

}  // namespace

std::string_view to_text(StreamFault fault) {
  switch (fault) {
    case StreamFault::kNone: return "none";
    case StreamFault::kControlTooLarge: return "control_too_large";
    case StreamFault::kControlMalformed: return "control_malformed";
    case StreamFault::kContentTypeTooLong: return "content_type_too_long";
    case StreamFault::kForeignContent: return "content_type";
    case StreamFault::kNotStarted: return "not_started";
    case StreamFault::kSecondStart: return "second_start";
    case StreamFault::kUnexpectedControl: return "unexpected_control";
    case StreamFault::kAfterStop: return "after_stop";
    case StreamFault::kDataFromReceiver: return "data_from_receiver";
    case StreamFault::kClosedEarly: return "closed_early";
  }
  return "unknown";
}

Result<Control, StreamFault> parse_control(Bytes frame) {
  if (frame.size() > kMaxControl) return StreamFault::kControlTooLarge;
  if (frame.size() < 4) return StreamFault::kControlMalformed;
  const Control control{static_cast<ControlType>(load_u32(frame.data())), frame.subspan(4)};
  if (!is_known(control.type)) return control;
  size_t content_types = 0;
  const StreamFault fault = check_fields(control.fields, content_types);
  if (fault != StreamFault::kNone) return fault;
  if (control.type == ControlType::kStart && content_types > 1)
    return StreamFault::kControlMalformed;
  return control;
}

std::optional<std::string_view> next_content_type(Bytes& fields) {
  while (fields.size() >= kFieldHeader) {
    const uint32_t field = load_u32(fields.data());
    const size_t size = load_u32(&fields[4]);
    if (size > fields.size() - kFieldHeader) break;
    const Bytes value = fields.subspan(kFieldHeader, size);
    fields = fields.subspan(kFieldHeader + size);
    if (field == kFieldContentType) return as_text(value);
  }
  return std::nullopt;
}

bool offers_dnstap(const Control& control) {
  Bytes fields = control.fields;
  return names_dnstap(control) || !next_content_type(fields);
}

bool names_dnstap(const Control& control) {
  Bytes fields = control.fields;
  while (const auto content_type = next_content_type(fields))
    if (*content_type == kContentType) return true;
  return false;
}

Bytes control_frame(ControlType type) {
  switch (type) {
    case ControlType::kAccept: return kAccept;
    case ControlType::kStart: return kStart;
    case ControlType::kStop: return kStop;
    case ControlType::kReady: return kReady;
    case ControlType::kFinish: return kFinish;
  }
  CHECK(is_known(type));
  return {};
}

void append_control_frame(Octets& out, ControlType type,
                          std::span<const std::string_view> content_types) {
  size_t size = 4;
  for (const std::string_view content_type : content_types) {
    CHECK(content_type.size() <= kMaxContentType);
    size += kFieldHeader + content_type.size();
  }
  CHECK(size <= kMaxControl);
  append_u32(out, 0);
  append_u32(out, static_cast<uint32_t>(size));
  append_u32(out, static_cast<uint32_t>(type));
  for (const std::string_view content_type : content_types) {
    append_u32(out, kFieldContentType);
    append_u32(out, static_cast<uint32_t>(content_type.size()));
    out.insert(out.end(), content_type.begin(), content_type.end());
  }
}

std::array<uint8_t, kDataHeader> data_frame_header(uint32_t size_octets) {
  CHECK(size_octets > 0);
  std::array<uint8_t, kDataHeader> header;
  store_u32(header.data(), size_octets);
  return header;
}

bool append_data_frame(Octets& out, Bytes payload, size_t most_octets) {
  if (payload.empty() || payload.size() > most_octets) return false;
  append_u32(out, static_cast<uint32_t>(payload.size()));
  out.insert(out.end(), payload.begin(), payload.end());
  return true;
}

size_t begin_data_frame(Octets& out) {
  const size_t begin = out.size();
  out.resize(begin + kDataHeader);
  return begin;
}

bool end_data_frame(Octets& out, size_t begin, size_t most_octets) {
  const size_t size = out.size() - begin - kDataHeader;
  if (size == 0 || size > most_octets) {
    out.resize(begin);
    return false;
  }
  store_u32(&out[begin], static_cast<uint32_t>(size));
  return true;
}

}  // namespace weir::dnstap
