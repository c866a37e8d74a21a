// Fast paths for ordinary names, addresses and times; everything unusual takes the general way.
#include "flow/text.h"

#include <array>
#include <cstring>

#include "proto/dns/name.h"

namespace weir::flow {
namespace {

/// Letters, digits, `-` and `_`: what a name shows as it is, whatever reads it. No branches, so
/// that many octets are looked at together.
constexpr bool is_plain(uint8_t octet) {
  const auto letter = static_cast<uint8_t>((octet | 0x20) - 'a');
  const auto digit = static_cast<uint8_t>(octet - '0');
  return (letter < 26) | (digit < 10) | (octet == '-') | (octet == '_');
}

/// Two digits for every number below 100.
constexpr std::array<char, 200> kPairs = [] {
  std::array<char, 200> pairs{};
  for (size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

char* put_pair(char* to, uint32_t below_hundred) {
  std::memcpy(to, &kPairs[2 * below_hundred], 2);
  return to + 2;
}

char* put_nine(char* to, uint32_t value) {
  *to++ = static_cast<char>('0' + value / 100'000'000);
  const uint32_t high = value / 10'000 % 10'000;
  const uint32_t low = value % 10'000;
  to = put_pair(put_pair(to, high / 100), high % 100);
  return put_pair(put_pair(to, low / 100), low % 100);
}

/// The text of an octet in decimal and, last, its length.
using OctetText = std::array<char, 4>;
constexpr std::array<OctetText, 256> kOctets = [] {
  std::array<OctetText, 256> texts{};
  for (unsigned i = 0; i < 256; ++i) {
    char length = 0;
    for (const unsigned unit : {100U, 10U, 1U})
      if (i >= unit || unit == 1)
        texts[i][static_cast<size_t>(length++)] = static_cast<char>('0' + i / unit % 10);
    texts[i][3] = length;
  }
  return texts;
}();

/// Writes four octets however few of them count.
char* put_octet(char* to, uint8_t octet) {
  const OctetText& text = kOctets[octet];
  std::memcpy(to, text.data(), text.size());
  return to + text[3];
}

char* put_ip4(char* to, const uint8_t* octets) {
  for (size_t i = 0; i < 3; ++i) {
    to = put_octet(to, octets[i]);
    *to++ = '.';
  }
  return put_octet(to, octets[3]);
}

char* put_group(char* to, unsigned group) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (int shift = group > 0xfff  ? 12
                   : group > 0xff ? 8
                   : group > 0xf  ? 4
                                  : 0;
       shift >= 0; shift -= 4)
    *to++ = kHex[group >> shift & 15];
  return to;
}

/// A run of groups of zeros.
struct Zeros {
  size_t begin = 0;
  size_t count = 0;
};

/// The longest, and of those the first; one group alone is no run (RFC 5952 §4.2).
Zeros longest_zeros(const std::array<unsigned, 8>& groups) {
  Zeros best, here;
  for (size_t i = 0; i < groups.size(); ++i) {
    here = groups[i] != 0 ? Zeros{i + 1, 0} : Zeros{here.begin, here.count + 1};
    if (here.count > best.count) best = here;
  }
  return best.count > 1 ? best : Zeros{};
}

char* put_ip6(char* to, const uint8_t* octets) {
  std::array<unsigned, 8> groups;
  for (size_t i = 0; i < groups.size(); ++i) groups[i] = load_u16(octets + 2 * i);
  const Zeros zeros = longest_zeros(groups);
  // An IPv4 address within it is shown as one (RFC 5952 §5).
  const bool mapped =
      zeros.begin == 0 && (zeros.count == 6 || (zeros.count == 5 && groups[5] == 0xffff));
  const size_t end = mapped ? 6 : groups.size();
  for (size_t i = 0; i < end;) {
    if (i == zeros.begin && zeros.count > 0) {
      *to++ = ':';
      i += zeros.count;
      if (i == end) *to++ = ':';
      continue;
    }
    if (i > 0) *to++ = ':';
    to = put_group(to, groups[i++]);
  }
  if (!mapped) return to;
  if (zeros.count == 5) *to++ = ':';
  return put_ip4(to, octets + 12);
}

void append_ddd(std::string& out, uint8_t octet) {
  out.push_back('\\');
  out.push_back(static_cast<char>('0' + octet / 100));
  out.append(&kPairs[size_t{2} * (octet % 100)], 2);
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

}  // namespace

bool is_plain_json(std::string_view text) {
  bool plain = true;
  for (const char c : text) plain &= c >= ' ' && c < '\x7f' && c != '"' && c != '\\';
  return plain;
}

char* put_plain_name(char* to, Bytes wire) {
  if (wire.empty()) return nullptr;
  // Where the length of the next label stands, a dot ends this one.
  std::memcpy(to, wire.data() + 1, wire.size() - 1);
  size_t labels = 0;
  size_t end = 0;
  while (wire[end] != 0) {
    end += wire[end] + size_t{1};
    if (end >= wire.size()) return nullptr;
    to[end - 1] = '.';
    ++labels;
  }
  size_t plain = 0;
  for (size_t i = 0; i < end; ++i) plain += is_plain(static_cast<uint8_t>(to[i]));
  return plain + labels == end ? to + end : nullptr;
}

namespace {

/// Appends `label.label.` when all labels are plain; otherwise appends nothing and says so.
bool append_plain_name(std::string& out, Bytes wire) {
  std::array<char, dns::kMaxName> text;
  char* const end = wire.size() > text.size() ? nullptr : put_plain_name(text.data(), wire);
  if (end != nullptr) out.append(text.data(), end);
  return end != nullptr;
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

char* put_address(char* to, const IpAddress& address) {
  const uint8_t* const octets = address.octets().data();
  return address.is_v6() ? put_ip6(to, octets) : put_ip4(to, octets);
}

char* put_time(char* to, WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto since_midnight = static_cast<uint64_t>((time - day).count());
  const auto seconds = static_cast<uint32_t>(since_midnight / 1'000'000'000);
  const auto year = static_cast<uint32_t>(static_cast<int>(date.year()));
  to = put_pair(put_pair(to, year / 100 % 100), year % 100);
  *to++ = '-';
  to = put_pair(to, static_cast<unsigned>(date.month()));
  *to++ = '-';
  to = put_pair(to, static_cast<unsigned>(date.day()));
  *to++ = 'T';
  to = put_pair(to, seconds / 3600);
  *to++ = ':';
  to = put_pair(to, seconds / 60 % 60);
  *to++ = ':';
  to = put_pair(to, seconds % 60);
  *to++ = '.';
  to = put_nine(to, static_cast<uint32_t>(since_midnight % 1'000'000'000));
  *to++ = 'Z';
  return to;
}

char* put_seconds(char* to, Duration duration) {
  uint64_t nanoseconds = static_cast<uint64_t>(duration.count());
  if (duration.count() < 0) {
    *to++ = '-';
    nanoseconds = 0 - nanoseconds;
  }
  to = put_number(to, nanoseconds / 1'000'000'000);
  *to++ = '.';
  return put_nine(to, static_cast<uint32_t>(nanoseconds % 1'000'000'000));
}

void append_address(std::string& out, const IpAddress& address) {
  std::array<char, kAddressText> text;
  out.append(text.data(), put_address(text.data(), address));
}

void append_time(std::string& out, WallTime time) {
  std::array<char, kTimeText> text;
  out.append(text.data(), put_time(text.data(), time));
}

void append_seconds(std::string& out, Duration duration) {
  std::array<char, kSecondsText> text;
  out.append(text.data(), put_seconds(text.data(), duration));
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
