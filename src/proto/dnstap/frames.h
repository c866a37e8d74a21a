// Frame Streams, the framing of dnstap on sockets and in files: data frames (length, payload) and
// control frames (an escape: length zero, then the control frame's own length), written and parsed.
// Reading them out of a stream is FrameReader's (frame_reader.h).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::dnstap {

/// What a stream of dnstap frames calls itself.
inline constexpr std::string_view kContentType = "protobuf:dnstap.Dnstap";

/// Octets of a control frame behind its escape and length, at most.
inline constexpr size_t kMaxControl = 512;
inline constexpr size_t kMaxContentType = 256;
/// The usual ceiling of a data frame's payload, in octets.
inline constexpr size_t kMaxData = 256 << 10;
/// The length in front of a data frame's payload.
inline constexpr size_t kDataHeader = 4;

/// Others may come in a stream and are passed over.
enum class ControlType : uint32_t { kAccept = 1, kStart = 2, kStop = 3, kReady = 4, kFinish = 5 };
inline bool is_known(ControlType type) {
  return type >= ControlType::kAccept && type <= ControlType::kFinish;
}

/// Why a stream cannot go on. The words are fit for a metric's label.
enum class StreamFault : uint8_t {
  kNone,
  // Of a control frame itself.
  kControlTooLarge,
  kControlMalformed,
  kContentTypeTooLong,
  // Of the conversation.
  kForeignContent,  // READY, START or ACCEPT is about something else than dnstap
  kNotStarted,      // data where READY or START had to come
  kSecondStart,
  kUnexpectedControl,  // a known control frame where it has no place
  kAfterStop,          // data behind STOP
  kDataFromReceiver,
  kClosedEarly,  // the receiver's end of the stream came before ours
};
/// `control_too_large`.
std::string_view to_text(StreamFault fault);

/// A view of a control frame.
struct Control {
  ControlType type{};
  Bytes fields;  // of a known type: whole fields, checked
};
/// Parses a control frame: what follows its escape and length. Fields that are not known are passed
/// over, and so is all that a frame of an unknown type has. START names one content type at most.
Result<Control, StreamFault> parse_control(Bytes frame);
/// The next content type of `Control::fields`, which it shortens; nothing at their end.
std::optional<std::string_view> next_content_type(Bytes& fields);
/// True if dnstap is among the content types, or if there are none: then everything matches.
bool offers_dnstap(const Control& control);
/// True if dnstap is among the content types.
bool names_dnstap(const Control& control);

/// The whole control frame as dnstap has it: with its content type, except STOP and FINISH.
Bytes control_frame(ControlType type);
/// Appends a control frame with these content types. They must fit kMaxControl.
void append_control_frame(Octets& out, ControlType type,
                          std::span<const std::string_view> content_types);

/// What goes in front of a payload of `size_octets`, for those who write header and payload apart.
std::array<uint8_t, kDataHeader> data_frame_header(uint32_t size_octets);
/// Appends a data frame. False, and nothing is appended, if the payload is empty (that would be an
/// escape) or larger than `most_octets`.
[[nodiscard]] bool append_data_frame(Octets& out, Bytes payload, size_t most_octets = kMaxData);

/// A data frame whose payload is appended to `out` in place: begin, append, end. `end` is as picky
/// as append_data_frame, and takes a refused frame out again.
[[nodiscard]] size_t begin_data_frame(Octets& out);
[[nodiscard]] bool end_data_frame(Octets& out, size_t begin, size_t most_octets = kMaxData);

}  // namespace weir::dnstap
