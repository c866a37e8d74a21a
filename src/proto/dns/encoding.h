// How octets are written in zone files: base 16, base 32 (extended hex) and base 64 (RFC 4648),
// character strings with their escapes (RFC 1035 §5.1), and the words of a line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weir::dns {

void append_base16(std::string& text, Bytes octets);     // upper case
void append_base32hex(std::string& text, Bytes octets);  // upper case, without padding
void append_base64(std::string& text, Bytes octets);
std::optional<Octets> from_base32hex(std::string_view text);
std::optional<Octets> from_base64(std::string_view text);

void append_number(std::string& text, uint64_t number);
/// A decimal number of at most `highest`, digits only.
std::optional<uint64_t> parse_number(std::string_view text, uint64_t highest);

/// In double quotes; quotes and backslashes as `\"` and `\\`, octets outside printable ASCII as
/// `\DDD`.
void append_quoted(std::string& text, Bytes octets);
/// The octets of a word, its quotes taken off and its escapes undone; nothing when one is wrong.
std::optional<Octets> unquote(std::string_view word);

/// The words of a record's data: white space and parentheses part them unless quoted or escaped, a
/// semicolon ends the line. Nothing when a quote stays open.
std::optional<std::vector<std::string_view>> split_words(std::string_view text);

}  // namespace weir::dns
