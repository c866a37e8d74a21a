// Locations (RFC 1876), address prefixes (RFC 3123) and host identities (RFC 8005).
#include "proto/dns/rdata_odd.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/endpoint.h"
#include "proto/dns/encoding.h"

namespace weir::dns {
namespace {

constexpr int64_t kEquator = int64_t{1} << 31;  // of angles, in thousandths of a second of arc
constexpr int64_t kSecond = 1000, kMinute = 60 * kSecond, kDegree = 60 * kMinute;
constexpr int64_t kSeaLevel = 10'000'000;             // of altitudes, in centimetres
constexpr uint64_t kMostCentimetres = 9'000'000'000;  // a size of 9e9

/// A size is a digit times a power of ten, in centimetres.
bool is_size(uint8_t octet) { return octet >> 4 <= 9 && (octet & 15) <= 9; }

bool is_angle(Bytes octets, int64_t degrees) {
  const int64_t angle = int64_t{load_u32(octets.data())} - kEquator;
  return angle >= -degrees * kDegree && angle <= degrees * kDegree;
}

void append_fraction(std::string& text, uint64_t number, uint64_t unit) {
  append_number(text, number / unit);
  text += '.';
  for (uint64_t digit = unit / 10; digit > 0; digit /= 10)
    text += static_cast<char>('0' + number / digit % 10);
}

void append_angle(std::string& text, uint32_t wire, std::string_view hemispheres) {
  const int64_t angle = int64_t{wire} - kEquator;
  const auto size = static_cast<uint64_t>(angle < 0 ? -angle : angle);
  append_number(text, size / kDegree);
  text += ' ';
  append_number(text, size % kDegree / kMinute);
  text += ' ';
  append_fraction(text, size % kMinute, kSecond);
  text += ' ';
  text += hemispheres[angle < 0 ? 1 : 0];
}

void append_size(std::string& text, uint8_t octet) {
  uint64_t centimetres = octet >> 4;
  for (int i = 0; i < (octet & 15); ++i) centimetres *= 10;
  if (centimetres % 100 == 0)
    append_number(text, centimetres / 100);
  else
    append_fraction(text, centimetres, 100);
  text += 'm';
}

/// A decimal number with as many places as `unit` has zeros, in `unit`ths.
std::optional<uint64_t> parse_fraction(std::string_view text, uint64_t unit, uint64_t highest) {
  const size_t point = std::min(text.find('.'), text.size());
  const auto whole = parse_number(text.substr(0, point), highest / unit);
  if (!whole) return std::nullopt;
  uint64_t number = *whole * unit;
  uint64_t digit = unit;
  for (const char c : text.substr(std::min(point + 1, text.size()))) {
    digit /= 10;
    if (digit == 0 || c < '0' || c > '9') return std::nullopt;
    number += digit * static_cast<uint64_t>(c - '0');
  }
  if (number > highest) return std::nullopt;
  return number;
}

using Words = std::span<const std::string_view>;

/// Takes degrees, perhaps minutes, perhaps seconds, and the hemisphere off the front.
std::optional<uint32_t> take_angle(Words& words, std::string_view hemispheres, uint64_t degrees) {
  constexpr uint64_t kUnits[] = {kDegree, kMinute, kSecond};
  uint64_t angle = 0;
  for (size_t i = 0; i < words.size() && i < 4; ++i) {
    const std::string_view word = words[i];
    const size_t side = word.size() == 1 ? hemispheres.find(word[0]) : std::string_view::npos;
    if (i > 0 && side != std::string_view::npos) {
      words = words.subspan(i + 1);
      if (angle > degrees * kDegree) return std::nullopt;
      const auto offset = static_cast<int64_t>(angle);
      return static_cast<uint32_t>(side == 0 ? kEquator + offset : kEquator - offset);
    }
    if (i == 3) break;
    const auto part = i == 2 ? parse_fraction(word, kSecond, kMinute - 1)
                             : parse_number(word, i == 0 ? degrees : 59);
    if (!part) return std::nullopt;
    angle += i == 2 ? *part : *part * kUnits[i];
  }
  return std::nullopt;
}

/// Metres, with or without their `m`, in centimetres.
std::optional<uint64_t> parse_metres(std::string_view word, uint64_t highest) {
  if (word.ends_with('m')) word.remove_suffix(1);
  return parse_fraction(word, 100, highest);
}

std::optional<uint32_t> take_altitude(Words& words) {
  if (words.empty()) return std::nullopt;
  std::string_view word = words[0];
  words = words.subspan(1);
  const bool below = word.starts_with('-');
  if (below) word.remove_prefix(1);
  const auto size = parse_metres(word, below ? kSeaLevel : 0xffffffff - kSeaLevel);
  if (!size) return std::nullopt;
  return static_cast<uint32_t>(below ? kSeaLevel - *size : kSeaLevel + *size);
}

std::optional<uint8_t> take_size(Words& words, uint8_t otherwise) {
  if (words.empty()) return otherwise;
  auto size = parse_metres(words[0], kMostCentimetres);
  words = words.subspan(1);
  if (!size) return std::nullopt;
  uint8_t exponent = 0;
  for (; *size > 9; *size /= 10) ++exponent;
  return static_cast<uint8_t>(*size << 4 | exponent);
}

constexpr uint16_t kApl4 = 1, kApl6 = 2;  // address family numbers

}  // namespace

bool is_location(Bytes octets) {
  return octets.size() == 16 && octets[0] == 0 && is_size(octets[1]) && is_size(octets[2]) &&
         is_size(octets[3]) && is_angle(octets.subspan(4), 90) && is_angle(octets.subspan(8), 180);
}

void print_location(std::string& text, Bytes octets) {
  append_angle(text, load_u32(&octets[4]), "NS");
  text += ' ';
  append_angle(text, load_u32(&octets[8]), "EW");
  const int64_t altitude = int64_t{load_u32(&octets[12])} - kSeaLevel;
  text += altitude < 0 ? " -" : " ";
  append_fraction(text, static_cast<uint64_t>(altitude < 0 ? -altitude : altitude), 100);
  text += 'm';
  for (size_t i = 1; i <= 3; ++i) append_size(text += ' ', octets[i]);
}

Result<Octets> parse_location(std::string_view text) {
  const auto all = split_words(text);
  Words words = all ? Words(*all) : Words();
  const auto latitude = take_angle(words, "NS", 90);
  const auto longitude = latitude ? take_angle(words, "EW", 180) : std::nullopt;
  const auto altitude = longitude ? take_altitude(words) : std::nullopt;
  Octets octets(16);
  constexpr uint8_t kDefaults[] = {0x12, 0x16, 0x13};  // 1 m, 10 km, 10 m
  bool ok = altitude.has_value();
  for (size_t i = 0; i < 3 && ok; ++i) {
    const auto size = take_size(words, kDefaults[i]);
    ok = size.has_value();
    octets[i + 1] = size.value_or(0);
  }
  if (!ok || !words.empty())
    return Error{Fault::kConfig, "\"" + std::string(text) +
                                     "\" is no location; expected one like "
                                     "\"52 22 23.000 N 4 53 32.000 E -2.00m 1m 10000m 10m\""};
  store_u32(&octets[4], *latitude);
  store_u32(&octets[8], *longitude);
  store_u32(&octets[12], *altitude);
  return octets;
}

size_t apl_item_size(Bytes octets) {
  if (octets.size() < 4) return 0;
  const uint16_t family = load_u16(octets.data());
  const size_t longest = family == kApl4 ? 4 : family == kApl6 ? 16 : 0;
  const size_t length = octets[3] & 0x7f;
  if (longest == 0 || length > longest || octets[2] > longest * 8) return 0;
  if (length > octets.size() - 4) return 0;
  if (length > 0 && octets[3 + length] == 0) return 0;  // trailing zeros are left out
  return 4 + length;
}

void print_apl_item(std::string& text, Bytes item) {
  std::array<uint8_t, 16> address{};
  std::copy(item.begin() + 4, item.end(), address.begin());
  const bool v4 = load_u16(item.data()) == kApl4;
  if ((item[3] & 0x80) != 0) text += '!';
  text += v4 ? "1:" : "2:";
  text += (v4 ? IpAddress::v4(address.data()) : IpAddress::v6(address.data())).to_text();
  text += '/';
  append_number(text, item[2]);
}

Result<Octets> parse_apl_item(std::string_view token) {
  const Error wrong{Fault::kConfig, "\"" + std::string(token) +
                                        "\" is no address prefix; expected one like "
                                        "\"1:192.0.2.0/24\" or \"!2:2001:db8::/32\""};
  std::string_view rest = token;
  const bool negated = rest.starts_with('!');
  if (negated) rest.remove_prefix(1);
  const bool v4 = rest.starts_with("1:");
  if (!v4 && !rest.starts_with("2:")) return wrong;
  rest.remove_prefix(2);
  const auto address = IpAddress::parse(rest.substr(0, rest.find('/')));
  if (!address || address->is_v4() != v4 || rest.find('/') == std::string_view::npos) return wrong;
  const auto bits = parse_number(rest.substr(rest.find('/') + 1), v4 ? 32 : 128);
  if (!bits) return wrong;
  Bytes octets = address->octets();
  while (!octets.empty() && octets.back() == 0) octets = octets.first(octets.size() - 1);
  Octets item{0, static_cast<uint8_t>(v4 ? kApl4 : kApl6), static_cast<uint8_t>(*bits),
              static_cast<uint8_t>(octets.size() | (negated ? 0x80 : 0))};
  item.insert(item.end(), octets.begin(), octets.end());
  return item;
}

size_t hip_head_size(Bytes octets) {
  if (octets.size() < 4) return 0;
  const size_t tag = octets[0];
  const size_t key = load_u16(&octets[2]);
  return tag != 0 && key != 0 && 4 + tag + key <= octets.size() ? 4 + tag + key : 0;
}

void print_hip_head(std::string& text, Bytes head) {
  append_number(text, head[1]);
  append_base16(text += ' ', head.subspan(4, head[0]));
  append_base64(text += ' ', head.subspan(4 + size_t{head[0]}));
}

}  // namespace weir::dns
