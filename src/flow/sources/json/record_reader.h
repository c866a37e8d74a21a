// From a line of text to an observation: DNSWatch's objects of a few texts, the same as key=value
// pairs, and flat JSON, as weir and DNS-collector write it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "flow/sources/json/line_fault.h"
#include "model/observation.h"

namespace weir::flow::json_source {

/// Belongs to one thread.
class RecordReader {
 public:
  /// `tag` is who tells it (dnstap's identity), where the line does not say.
  explicit RecordReader(std::string tag);
  ~RecordReader();

  /// Reads a line without its end. kNone: there is an `observation`.
  LineFault read(std::string_view line);
  /// Makes an observation of a line that could not be read: what it said stands in `extra`.
  void keep_unread(std::string_view line, WallTime now);

  /// Valid until the next call; its octets are the reader's.
  const model::Observation& observation() const;
  /// Records of the last line that no message can be made of; the others are there.
  size_t left_out() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::flow::json_source
