// Fast paths for ordinary names and addresses; everything unusual takes the general way.
#include "flow/text.h"

#include <arpa/inet.h>

#include <array>

#include "proto/dns/name.h"

namespace weir::flow {
namespace {

/// Octets that a name shows as they are, whatever reads it: letters, digits, `-`, `_`.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (int c = 'a'; c <= 'z'; ++c) plain[static_cast<size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) plain[static_cast<size_t>(c)] = true;
  for (int c = '0'; c <= '9'; ++c) plain[static_cast<size_t>(c)] = true;
  plain['-'] = plain['_'] = true;
  return plain;
}();

/// Appends `label.label.` when all labels are plain; otherwise appends nothing and says so.
bool append_plain_name(std::string& out, Bytes wire) {
  const size_t before = out.size();
  out.resize(before + wire.size());
  char* to = out.data() + before;
  size_t at = 0;
  while (at < wire.size() && wire[at] != 0) {
    const size_t end = at + 1 + wire[at];
    if (end > wire.size()) break;
    for (++at; at < end; ++at) {
      if (!kPlain[wire[at]]) {
        out.resize(before);
        return false;
      }
      *to++ = static_cast<char>(wire[at]);
    }
    *to++ = '.';
  }
  out.resize(static_cast<size_t>(to - out.data()));
  return true;
}

void append_padded(std::string& out, uint64_t value, size_t width) {
  std::array<char, 20> digits;
  for (size_t i = width; i-- > 0; value /= 10) digits[i] = static_cast<char>('0' + value % 10);
  out.append(digits.data(), width);
}

void append_ddd(std::string& out, uint8_t octet) {
  out.push_back('\\');
  append_padded(out, octet, 3);
}

/// The length of the UTF-8 sequence at the front of `text`; 0 when it is none (RFC 3629).
size_t utf8_length(std::string_view text) {
  const auto octet = [&](size_t i) {
    return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0};
  };
  const auto follows = [&](size_t i) { return (octet(i) & 0xc0) == 0x80; };
  const uint8_t first = octet(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!follows(1) || !follows(2)) return 0;
    if (first == 0xe0 && octet(1) < 0xa0) return 0;   // overlong
    if (first == 0xed && octet(1) >= 0xa0) return 0;  // surrogates
    return 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!follows(1) || !follows(2) || !follows(3)) return 0;
    if (first == 0xf0 && octet(1) < 0x90) return 0;
    if (first == 0xf4 && octet(1) >= 0x90) return 0;  // above U+10FFFF
    return 4;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void append_json_char(std::string& out, char c) {
  const auto octet = static_cast<uint8_t>(c);
  if (c == '"' || c == '\\') {
    out.push_back('\\');
    out.push_back(c);
  } else if (octet < 0x20 || octet == 0x7f) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out += "\\u00";
    out.push_back(kHex[octet >> 4]);
    out.push_back(kHex[octet & 15]);
  } else {
    out.push_back(c);
  }
}

/// Printable ASCII without quotes and backslashes: nearly all that is ever written.
bool is_plain_json(std::string_view text) {
  bool plain = true;
  for (const char c : text) plain &= c >= ' ' && c < '\x7f' && c != '"' && c != '\\';
  return plain;
}

}  // namespace

void append_name(std::string& out, Bytes wire) {
  if (wire.empty()) return;
  const size_t before = out.size();
  if (!append_plain_name(out, wire)) out += dns::wire_name_to_text(wire);
  if (out.size() == before) {
    out.push_back('.');
  } else if (out.size() > before + 1 && out.back() == '.') {
    out.pop_back();
  }
}

void append_folded_name(std::string& out, Bytes wire) {
  if (wire.empty()) return;
  const size_t before = out.size();
  if (!append_plain_name(out, wire)) out += dns::wire_name_to_text(wire);
  if (out.size() == before) out.push_back('.');
  for (size_t i = before; i < out.size(); ++i)
    if (out[i] >= 'A' && out[i] <= 'Z') out[i] = static_cast<char>(out[i] | 0x20);
}

void append_address(std::string& out, const IpAddress& address) {
  const Bytes octets = address.octets();
  if (address.is_v6()) {
    std::array<char, INET6_ADDRSTRLEN> text;
    inet_ntop(AF_INET6, octets.data(), text.data(), text.size());
    out += text.data();
    return;
  }
  for (size_t i = 0; i < octets.size(); ++i) {
    if (i > 0) out.push_back('.');
    append_number(out, octets[i]);
  }
}

void append_time(std::string& out, WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto since_midnight = static_cast<uint64_t>((time - day).count());
  const uint64_t seconds = since_midnight / 1'000'000'000;
  append_padded(out, static_cast<uint64_t>(static_cast<int>(date.year())), 4);
  out.push_back('-');
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out.push_back('-');
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out.push_back('T');
  append_padded(out, seconds / 3600, 2);
  out.push_back(':');
  append_padded(out, seconds / 60 % 60, 2);
  out.push_back(':');
  append_padded(out, seconds % 60, 2);
  out.push_back('.');
  append_padded(out, since_midnight % 1'000'000'000, 9);
  out.push_back('Z');
}

void append_seconds(std::string& out, Duration duration) {
  uint64_t nanoseconds = static_cast<uint64_t>(duration.count());
  if (duration.count() < 0) {
    out.push_back('-');
    nanoseconds = 0 - nanoseconds;
  }
  append_number(out, nanoseconds / 1'000'000'000);
  out.push_back('.');
  append_padded(out, nanoseconds % 1'000'000'000, 9);
}

void append_json_escaped(std::string& out, std::string_view text) {
  if (is_plain_json(text)) {
    out += text;
    return;
  }
  if (is_utf8(text)) {
    for (const char c : text) append_json_char(out, c);
    return;
  }
  for (const char c : text) {
    const auto octet = static_cast<uint8_t>(c);
    if (octet < 0x20 || octet > 0x7e || c == '\\') {
      out.push_back('\\');  // the backslash of \DDD, itself escaped
      append_ddd(out, octet);
    } else {
      append_json_char(out, c);
    }
  }
}

}  // namespace weir::flow
