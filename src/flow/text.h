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

/// Each of these writes at `to`, where there is room for as many octets as its constant says, and
/// returns the end, as std::to_chars does.
inline constexpr size_t kAddressText = 45;
char* put_address(char* to, const IpAddress& address);  // IPv6 by RFC 5952
inline constexpr size_t kTimeText = 30;
char* put_time(char* to, WallTime time);  // RFC 3339 in UTC with nine digits of fraction
inline constexpr size_t kSecondsText = 31;
char* put_seconds(char* to, Duration duration);  // nine digits of fraction: `0.001500000`
inline constexpr size_t kNumberText = 20;
template <std::integral Number>
char* put_number(char* to, Number value) {
  return std::to_chars(to, to + kNumberText, value).ptr;
}
/// `label.label.` of an uncompressed wire name; null, and nothing of use, when a label has octets
/// other than letters, digits, `-` and `_`. Takes as many octets as the name.
char* put_plain_name(char* to, Bytes wire);
/// Printable ASCII without quotes and backslashes: nearly all that is ever written.
bool is_plain_json(std::string_view text);

void append_address(std::string& out, const IpAddress& address);
void append_time(std::string& out, WallTime time);
void append_seconds(std::string& out, Duration duration);
template <std::integral Number>
void append_number(std::string& out, Number value) {
  char digits[kNumberText];
  out.append(digits, put_number(digits, value));
}

/// The content of a JSON string: quotes, backslashes and control octets escaped. A text that is not
/// UTF-8 is written octet by octet, those above 0x7e and control octets as \DDD and a backslash as
/// \092, so that nothing is lost and the result is always valid.
void append_json_escaped(std::string& out, std::string_view text);

}  // namespace weir::flow
