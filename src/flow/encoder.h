// How an observation becomes octets. A plug-in of flow/encoders implements it.
#pragma once

#include <cstddef>
#include <string>

#include "model/observation.h"

namespace weir::flow {

/// Text of records that one line may hold. Compression lets 64 KiB of message name 2 MiB of text,
/// and who answers chooses the message; what lies beyond is left out, and the line says how many
/// records.
inline constexpr size_t kMostRecordText = 256 << 10;

class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Appends one whole record, in texts its line end included.
  virtual void encode(const model::Observation& observation, std::string& out) = 0;
  /// What stands in a file before its first record, and behind its last: nothing, in texts.
  virtual void head(std::string& out) { static_cast<void>(out); }
  virtual void tail(std::string& out) { static_cast<void>(out); }
  /// False for formats that are no lines.
  virtual bool is_text() const { return true; }
};

}  // namespace weir::flow
