// Appending names, addresses, times and numbers to a text, without allocating on the way: what
// encoders and the store write for every record.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/endpoint.h"

namespace weir::flow {

/// Presentation form of an uncompressed wire name without the final dot (`.` for the root), as log
/// collectors write it. Octets outside printable ASCII stand as \DDD.
void append_name(std::string& out, Bytes wire);
/// The same, in lower case and with the final dot: the store's form.
void append_folded_name(std::string& out, Bytes wire);

void append_address(std::string& out, const IpAddress& address);
/// RFC 3339 in UTC with nine digits of fraction.
void append_time(std::string& out, WallTime time);
/// Seconds with nine digits of fraction: `0.001500000`.
void append_seconds(std::string& out, Duration duration);

template <std::integral Number>
void append_number(std::string& out, Number value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

/// The content of a JSON string: quotes, backslashes and control octets escaped. A text that is not
/// UTF-8 is written octet by octet, those above 0x7e and control octets as \DDD and a backslash as
/// \092, so that nothing is lost and the result is always valid.
void append_json_escaped(std::string& out, std::string_view text);

}  // namespace weir::flow
