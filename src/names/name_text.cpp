// Text to wire, in one pass where it is ASCII already.
#include "names/name_text.h"

#include <idn2.h>

#include <algorithm>
#include <memory>
#include <string>

namespace weir::names {
namespace {

constexpr size_t kMostText = 1024;  // octets of a name beyond ASCII; 255 are left of it at most

/// What an octet of a label becomes; 0 where it may not stand.
constexpr std::array<uint8_t, 256> kFolded = [] {
  std::array<uint8_t, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) {
    table[static_cast<size_t>(c)] = static_cast<uint8_t>(c);
    table[static_cast<size_t>(c - 'a' + 'A')] = static_cast<uint8_t>(c);
  }
  for (int c = '0'; c <= '9'; ++c) table[static_cast<size_t>(c)] = static_cast<uint8_t>(c);
  table['-'] = '-';
  table['_'] = '_';
  return table;
}();

std::optional<Bytes> ascii_to_wire(std::string_view text, NameBuffer& buffer) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > dns::kMaxName - 2) return std::nullopt;
  size_t label = 0;  // where the length of the label being read stands
  size_t at = 1;
  const auto end_label = [&] {
    const size_t length = at - label - 1;
    if (length == 0 || length > dns::kMaxLabel) return false;
    buffer[label] = static_cast<uint8_t>(length);
    label = at++;
    return true;
  };
  for (const char c : text) {
    if (c == '.') {
      if (!end_label()) return std::nullopt;
      continue;
    }
    const uint8_t octet = kFolded[static_cast<uint8_t>(c)];
    if (octet == 0) return std::nullopt;
    buffer[at++] = octet;
  }
  if (!end_label()) return std::nullopt;
  buffer[label] = 0;
  return Bytes(buffer.data(), at);
}

struct FreeIdn {
  void operator()(char* text) const { idn2_free(text); }
};

std::optional<Bytes> unicode_to_wire(std::string_view text, NameBuffer& buffer) {
  if (text.size() > kMostText || text.find('\0') != std::string_view::npos) return std::nullopt;
  char* made = nullptr;
  const int failed =
      idn2_to_ascii_8z(std::string(text).c_str(), &made, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, FreeIdn> ascii(made);
  if (failed != IDN2_OK || ascii == nullptr) return std::nullopt;
  return ascii_to_wire(ascii.get(), buffer);
}

}  // namespace

std::optional<Bytes> to_wire(std::string_view text, NameBuffer& buffer) {
  if (const auto wire = ascii_to_wire(text, buffer)) return wire;
  const bool ascii =
      std::ranges::all_of(text, [](char c) { return static_cast<uint8_t>(c) < 128; });
  return ascii ? std::nullopt : unicode_to_wire(text, buffer);
}

std::string_view to_plain_text(Bytes wire, std::array<char, dns::kMaxName>& buffer) {
  size_t size = 0;
  for (size_t at = 0; wire[at] != 0; at += wire[at] + size_t{1}) {
    if (size != 0) buffer[size++] = '.';
    for (const uint8_t octet : wire.subspan(at + 1, wire[at])) {
      // A dot inside a label must not look like one between labels.
      buffer[size++] = octet == '.' ? '\xff' : static_cast<char>(octet);
    }
  }
  return {buffer.data(), size};
}

}  // namespace weir::names
