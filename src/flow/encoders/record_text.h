// The parts of a record as the JSON forms show them, made for what nearly all records are: an
// address of the name before it.
#pragma once

#include <cstdint>
#include <string>

#include "flow/encoders/json_writer.h"
#include "proto/dns/message.h"
#include "proto/dns/types.h"

namespace weir::flow {

/// The text of the last value: neighbouring records are of one type and class.
template <typename Number>
class LastWord {
 public:
  std::string_view operator()(Number number) {
    if (text_.empty() || number != number_) {
      number_ = number;
      text_ = dns::to_text(number);
    }
    return text_;
  }

 private:
  Number number_{};
  std::string text_;
};

/// Owner names of one message, into one writer. A name that stands where the last one stood is
/// copied from the text of that.
class OwnerText {
 public:
  /// Before another message, or when the writer was cleared.
  void forget() { size_ = 0; }
  /// The name at `offset` of the message is the `size` octets of text at `at`.
  void remember(uint16_t offset, size_t at, size_t size) {
    offset_ = offset;
    at_ = at;
    size_ = size;
  }
  /// Leaves room for one step.
  void put(const dns::Record& record, JsonWriter& to);

 private:
  uint16_t offset_ = 0;
  size_t at_ = 0;
  size_t size_ = 0;
};

/// A record's data in presentation form, escaped. Leaves room for one step.
void put_rdata(const dns::Record& record, JsonWriter& to);

}  // namespace weir::flow
