// Record data from presentation text, field by field of the same formats that print it.
#include <algorithm>
#include <bitset>
#include <chrono>
#include <map>

#include "base/endpoint.h"
#include "proto/dns/encoding.h"
#include "proto/dns/rdata.h"
#include "proto/dns/rdata_format.h"
#include "proto/dns/rdata_odd.h"
#include "proto/dns/rdata_words.h"

namespace weir::dns {
namespace {

std::optional<uint32_t> parse_time(std::string_view word) {
  const auto number = parse_number(word, 99991231235959);
  if (!number) return std::nullopt;
  if (word.size() != 14) {
    if (*number > 0xffffffff) return std::nullopt;
    return static_cast<uint32_t>(*number);
  }
  const std::chrono::year_month_day date{
      std::chrono::year(static_cast<int>(*number / 10'000'000'000)),
      std::chrono::month(static_cast<unsigned>(*number / 100'000'000 % 100)),
      std::chrono::day(static_cast<unsigned>(*number / 1'000'000 % 100))};
  const auto hour = *number / 10'000 % 100;
  const auto minute = *number / 100 % 100;
  const auto second = *number % 100;
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t time =
      days * int64_t{86400} + static_cast<int64_t>(hour * 3600 + minute * 60 + second);
  if (time < 0 || time > 0xffffffff) return std::nullopt;
  return static_cast<uint32_t>(time);
}

std::optional<uint64_t> parse_certificate_type(std::string_view word) {
  for (const CertificateType& type : kCertificateTypes)
    if (type.text == word) return type.number;
  return parse_number(word, 0xffff);
}

/// Groups of hexadecimal digits, as `append_groups` of the printer writes them.
std::optional<Octets> parse_groups(std::string_view word, size_t size, size_t each,
                                   char separator) {
  std::string digits;
  for (size_t i = 0; i < word.size(); ++i) {
    const bool between = i % (each * 2 + 1) == each * 2;
    if (between != (word[i] == separator)) return std::nullopt;
    if (!between) digits += word[i];
  }
  if (digits.size() != size * 2 || word.back() == separator) return std::nullopt;
  return from_hex(digits);
}

/// Reads the words of one record's data; the first fault ends it.
class RdataParser {
 public:
  RdataParser(Type type, std::vector<std::string_view> words)
      : type_(type), words_(std::move(words)) {}

  Result<Octets> parse() {
    for (const char letter : rdata_fields(type_)) {
      const auto field = static_cast<Field>(letter);
      if (auto done = parse_field(field); !done) return std::move(done).error();
    }
    if (at_ != words_.size()) {
      current_ = at_;
      return wrong("the end");
    }
    if (octets_.size() > 0xffff)
      return Error{Fault::kConfig, "the data is longer than 65535 octets"};
    if (!rdata_is_valid({.type = type_, .klass = Class::kIn, .rdata = octets_}))
      return Error{Fault::kConfig, to_text(type_) + " data contradicts itself"};
    return std::move(octets_);
  }

 private:
  Status parse_field(Field field) {
    switch (field) {
      case Field::kU8: return number(1);
      case Field::kU16: return number(2);
      case Field::kU32: return number(4);
      case Field::kTime: return append_number_of(parse_time(take()), 4, "a time as YYYYMMDDHHmmSS");
      case Field::kType: return type_number();
      case Field::kCertificate:
        return append_number_of(parse_certificate_type(take()), 2, "a type of certificate");
      case Field::kName: return name();
      case Field::kNames: return repeat([this] { return name(); });
      case Field::kIp4: return address(true);
      case Field::kIp6: return address(false);
      case Field::kBitmap: return bitmap();
      case Field::kLocation: return append_result(parse_location(rest(" ")));
      case Field::kPrefixes:
        return repeat([this] { return append_result(parse_apl_item(take())); });
      case Field::kSvcParams: return svc_params();
      case Field::kHipHead: return hip_head();
      case Field::kGateway: return gateway();
      default: return parse_octets(field);
    }
  }

  Status parse_octets(Field field) {
    switch (field) {
      case Field::kString:
      case Field::kTag: return string();
      case Field::kOptionalString: return at_ == words_.size() ? Status(Done{}) : string();
      case Field::kStrings: return strings();
      case Field::kText: return text();
      case Field::kHex: return append_some(from_hex(rest()), "hexadecimal digits");
      case Field::kBase64: return append_some(from_base64(rest()), "base 64");
      case Field::kOptionalBase64: return append(from_base64(rest()), "base 64");
      case Field::kCountedHex: return counted_hex();
      case Field::kCountedBase32: return append_counted(from_base32hex(take()), "base 32 hex");
      case Field::kEui48: return append(parse_groups(take(), 6, 1, '-'), "six pairs as 00-00-…");
      case Field::kEui64: return append(parse_groups(take(), 8, 1, '-'), "eight pairs as 00-00-…");
      case Field::kLocator: return append(parse_groups(take(), 8, 2, ':'), "groups as 2001:0db8:…");
      default: return Done{};  // no other letter stands in a format
    }
  }

  /// The next word; empty at the end.
  std::string_view take() {
    current_ = at_;
    return at_ < words_.size() ? words_[at_++] : std::string_view();
  }

  /// What is left, put together.
  std::string rest(std::string_view separator = "") {
    std::string text;
    for (current_ = at_; at_ < words_.size(); ++at_)
      (text += at_ == current_ ? "" : separator) += words_[at_];
    return text;
  }

  /// The fault of the word (or words) taken last.
  Error wrong(std::string_view expected) const {
    const std::string what = current_ < words_.size() ? "\"" + std::string(words_[current_]) + "\""
                                                      : std::string("missing");
    return {Fault::kConfig, "word " + std::to_string(current_ + 1) + " of " + to_text(type_) +
                                " data is " + what + "; expected " + std::string(expected)};
  }

  Status repeat(auto&& one) {
    while (at_ < words_.size()) TRY_DONE(one());
    return Done{};
  }

  Status append(const std::optional<Octets>& octets, std::string_view expected) {
    if (!octets || (current_ == words_.size() && octets->size() > 0)) return wrong(expected);
    octets_.insert(octets_.end(), octets->begin(), octets->end());
    return Done{};
  }
  Status append_some(const std::optional<Octets>& octets, std::string_view expected) {
    return octets && octets->empty() ? Status(wrong(expected)) : append(octets, expected);
  }
  Status append_result(Result<Octets> octets) {
    if (!octets) return std::move(octets).error();
    return append(*octets, {});
  }
  Status append_counted(const std::optional<Octets>& octets, std::string_view expected) {
    if (!octets || octets->size() > 255 || current_ == words_.size()) return wrong(expected);
    octets_.push_back(static_cast<uint8_t>(octets->size()));
    return append(octets, expected);
  }
  Status append_number_of(std::optional<uint64_t> number, size_t size, std::string_view expected) {
    if (!number) return wrong(expected);
    while (size-- > 0) octets_.push_back(static_cast<uint8_t>(*number >> 8 * size));
    return Done{};
  }

  Status number(size_t size) {
    const uint64_t highest = (uint64_t{1} << 8 * size) - 1;
    return append_number_of(parse_number(take(), highest), size,
                            "a number from 0 to " + std::to_string(highest));
  }
  Status type_number() {
    const auto type = type_from_text(take());
    if (!type) return wrong("a type");
    return append_number_of(static_cast<uint16_t>(*type), 2, {});
  }
  Status string() { return append_counted(unquote(take()), "a string of at most 255 octets"); }
  Status text() {
    const auto octets = unquote(take());
    return current_ == words_.size() ? Status(wrong("a string")) : append(octets, "a string");
  }
  Status strings() {
    TRY_DONE(string());
    return repeat([this] { return string(); });
  }
  Status counted_hex() {
    const std::string_view word = take();
    return append_counted(word == "-" ? Octets{} : from_hex(word), "hexadecimal digits or -");
  }
  Status name() {
    const auto parsed = Name::parse(take());
    if (!parsed) return wrong("a name: " + parsed.error().what);
    return append(Octets(parsed->wire().begin(), parsed->wire().end()), {});
  }
  Status address(bool v4) {
    const auto parsed = IpAddress::parse(take());
    if (!parsed || parsed->is_v4() != v4) return wrong(v4 ? "an IPv4 address" : "an IPv6 address");
    return append(Octets(parsed->octets().begin(), parsed->octets().end()), {});
  }

  Status bitmap() {
    std::map<unsigned, Octets> windows;
    while (at_ < words_.size()) {
      const auto type = type_from_text(take());
      if (!type) return wrong("a type");
      const auto number = static_cast<unsigned>(*type);
      Octets& window = windows[number / 256];
      const unsigned bit = number % 256;
      if (window.size() <= bit / 8) window.resize(bit / 8 + 1);
      window[bit / 8] |= static_cast<uint8_t>(0x80 >> bit % 8);
    }
    for (const auto& [number, window] : windows) {
      octets_.push_back(static_cast<uint8_t>(number));
      octets_.push_back(static_cast<uint8_t>(window.size()));
      octets_.insert(octets_.end(), window.begin(), window.end());
    }
    return Done{};
  }

  Status svc_params() {
    std::map<uint16_t, Octets> params;
    while (at_ < words_.size()) {
      TRY(Octets param, parse_svc_param(take()));
      const uint16_t key = load_u16(param.data());
      if (!params.emplace(key, std::move(param)).second) return wrong("each parameter once");
    }
    for (const auto& [key, param] : params)
      octets_.insert(octets_.end(), param.begin(), param.end());
    return Done{};
  }

  /// Algorithm, host identity tag and public key; their lengths go in front.
  Status hip_head() {
    octets_.resize(1);
    TRY_DONE(number(1));
    octets_.resize(4);
    TRY_DONE(append_some(from_hex(take()), "a host identity tag in hexadecimal digits"));
    const size_t key = octets_.size();
    if (key - 4 > 255) return wrong("a host identity tag of at most 255 octets");
    octets_[0] = static_cast<uint8_t>(key - 4);
    TRY_DONE(append_some(from_base64(take()), "a public key in base 64"));
    if (octets_.size() - key > 0xffff) return wrong("a public key of at most 65535 octets");
    store_u16(&octets_[2], static_cast<uint16_t>(octets_.size() - key));
    return Done{};
  }

  Status gateway() {
    TRY_DONE(number(1));
    const uint8_t kind = octets_.back();
    if (kind > 3) return wrong("a type of gateway from 0 to 3");
    TRY_DONE(number(1));
    if (kind == 1 || kind == 2) return address(kind == 1);
    if (kind == 3) return name();
    return take() == "." ? Status(Done{}) : wrong("\".\", for no gateway");
  }

  Type type_;
  std::vector<std::string_view> words_;
  size_t at_ = 0;       // of the next word
  size_t current_ = 0;  // of the word taken last
  Octets octets_;
};

/// The words after `\#` (RFC 3597 §5): a length and that many octets.
Result<Octets> parse_generic(Type type, const std::vector<std::string_view>& words) {
  std::string digits;
  for (size_t i = 2; i < words.size(); ++i) digits += words[i];
  const auto length = words.size() < 2 ? std::nullopt : parse_number(words[1], 0xffff);
  const auto octets = from_hex(digits);
  if (!length || !octets || octets->size() != *length)
    return Error{Fault::kConfig, "after \\# expected a length and as many octets in hexadecimal"};
  if (!rdata_is_valid({.type = type, .klass = Class::kIn, .rdata = *octets}))
    return Error{Fault::kConfig, "the octets after \\# are no data of " + to_text(type)};
  return *octets;
}

}  // namespace

Result<Octets> rdata_from_text(Type type, std::string_view text) {
  auto words = split_words(text);
  if (!words) return Error{Fault::kConfig, "a quote is not closed"};
  if (!words->empty() && words->front() == "\\#") return parse_generic(type, *words);
  if (rdata_fields(type).empty())
    return Error{Fault::kConfig, to_text(type) + " data is written as \\# (RFC 3597)"};
  return RdataParser(type, *std::move(words)).parse();
}

}  // namespace weir::dns
