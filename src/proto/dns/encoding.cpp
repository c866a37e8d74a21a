// The encodings of zone files.
#include "proto/dns/encoding.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace weir::dns {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase32Hex = "0123456789ABCDEFGHIJKLMNOPQRSTUV";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Writes the bits of `octets` in groups of `bits`, each as a letter of `alphabet`.
void append_bits(std::string& text, Bytes octets, unsigned bits, std::string_view alphabet) {
  uint32_t window = 0;
  unsigned held = 0;
  for (const uint8_t octet : octets) {
    window = window << 8 | octet;
    for (held += 8; held >= bits; held -= bits)
      text += alphabet[window >> (held - bits) & ((1u << bits) - 1)];
  }
  if (held > 0) text += alphabet[window << (bits - held) & ((1u << bits) - 1)];
}

/// The inverse. Bits left over must be zero and fewer than a letter holds.
std::optional<Octets> read_bits(std::string_view text, unsigned bits, const auto& value_of) {
  Octets octets;
  octets.reserve(text.size() * bits / 8);
  uint32_t window = 0;
  unsigned held = 0;
  for (const char c : text) {
    const int value = value_of(c);
    if (value < 0) return std::nullopt;
    window = window << bits | static_cast<uint32_t>(value);
    held += bits;
    if (held < 8) continue;
    held -= 8;
    octets.push_back(static_cast<uint8_t>(window >> held));
  }
  if (held >= bits || (window & ((1u << held) - 1)) != 0) return std::nullopt;
  return octets;
}

int value_of_base64(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (is_digit(c)) return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int value_of_base32hex(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'v' ? lower - 'a' + 10 : -1;
}

/// The octet of the escape at the front of `text` and its length; nothing when it is wrong.
struct Escape {
  uint8_t octet;
  size_t length;
};
std::optional<Escape> read_escape(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  if (!is_digit(text[1])) return Escape{static_cast<uint8_t>(text[1]), 2};
  if (text.size() < 4) return std::nullopt;
  const auto number = parse_number(text.substr(1, 3), 255);
  if (!number) return std::nullopt;
  return Escape{static_cast<uint8_t>(*number), 4};
}

/// The end of the word that starts at `at`; nothing when a quote stays open.
std::optional<size_t> end_of_word(std::string_view text, size_t at) {
  const bool starts_quoted = text[at] == '"';
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\') {
      ++at;
    } else if (c == '"') {
      quoted = !quoted;
      if (!quoted && starts_quoted) return at + 1;
    } else if (!quoted && (is_space(c) || c == '(' || c == ')' || c == ';')) {
      return at;
    }
  }
  if (quoted) return std::nullopt;
  return text.size();
}

}  // namespace

void append_base16(std::string& text, Bytes octets) {
  append_bits(text, octets, 4, kBase32Hex.substr(0, 16));
}
void append_base32hex(std::string& text, Bytes octets) { append_bits(text, octets, 5, kBase32Hex); }
void append_base64(std::string& text, Bytes octets) {
  append_bits(text, octets, 6, kBase64);
  text.append((3 - octets.size() % 3) % 3, '=');
}

std::optional<Octets> from_base32hex(std::string_view text) {
  return read_bits(text, 5, value_of_base32hex);
}

std::optional<Octets> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return read_bits(text, 6, value_of_base64);
}

void append_number(std::string& text, uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
  text.append(digits.begin(), end);
}

std::optional<uint64_t> parse_number(std::string_view text, uint64_t highest) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > highest)
    return std::nullopt;
  return number;
}

void append_quoted(std::string& text, Bytes octets) {
  text += '"';
  for (const uint8_t octet : octets) {
    if (octet < ' ' || octet >= 0x7f) {
      text += {'\\', static_cast<char>('0' + octet / 100), static_cast<char>('0' + octet / 10 % 10),
               static_cast<char>('0' + octet % 10)};
    } else {
      if (octet == '"' || octet == '\\') text += '\\';
      text += static_cast<char>(octet);
    }
  }
  text += '"';
}

std::optional<Octets> unquote(std::string_view word) {
  const bool quoted = word.starts_with('"');
  if (quoted) word.remove_prefix(1);
  Octets octets;
  octets.reserve(word.size());
  while (!word.empty()) {
    if (word[0] == '"') {
      if (!quoted || word.size() != 1) return std::nullopt;
      return octets;
    }
    const auto escape =
        word[0] == '\\' ? read_escape(word) : Escape{static_cast<uint8_t>(word[0]), 1};
    if (!escape) return std::nullopt;
    octets.push_back(escape->octet);
    word.remove_prefix(escape->length);
  }
  if (quoted) return std::nullopt;
  return octets;
}

std::optional<std::vector<std::string_view>> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  size_t at = 0;
  while (at < text.size() && text[at] != ';') {
    if (is_space(text[at]) || text[at] == '(' || text[at] == ')') {
      ++at;
      continue;
    }
    const auto end = end_of_word(text, at);
    if (!end) return std::nullopt;
    words.push_back(text.substr(at, *end - at));
    at = *end;
  }
  return words;
}

}  // namespace weir::dns
