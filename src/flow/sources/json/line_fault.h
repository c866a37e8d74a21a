// Why a line of a sender is no observation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::flow::json_source {

enum class LineFault : uint8_t {
  kNone,
  kSyntax,     // neither a JSON object nor pairs in their order
  kShape,      // an object, but of no shape that is known; or a key has another type
  kTime,       // when it was cannot be read
  kAddress,    // a client or server that is no address, or a port that is none
  kName,       // a name that is none
  kType,       // a type, class or answer code that is none
  kAction,     // neither allow nor block
  kOperation,  // no message type of dnstap
  kTooLarge,   // more than a message holds
  kTooLong,    // above max_line
  kTorn,       // the connection ended in it
};
inline constexpr size_t kLineFaults = 12;
/// `syntax`, `address` …: the label of a counter.
std::string_view to_text(LineFault fault);

}  // namespace weir::flow::json_source
