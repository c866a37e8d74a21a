// SvcParams of SVCB and HTTPS records (RFC 9460), with dohpath (RFC 9461) and ohttp (RFC 9540).
#include <algorithm>
#include <array>

#include "base/endpoint.h"
#include "proto/dns/encoding.h"
#include "proto/dns/rdata_odd.h"

namespace weir::dns {
namespace {

enum Key : uint16_t {
  kMandatory = 0,
  kAlpn,
  kNoDefaultAlpn,
  kPort,
  kIpv4Hint,
  kEch,
  kIpv6Hint,
  kDohPath,
  kOhttp,
};
constexpr std::string_view kKeys[] = {"mandatory", "alpn",     "no-default-alpn",
                                      "port",      "ipv4hint", "ech",
                                      "ipv6hint",  "dohpath",  "ohttp"};

struct Param {
  uint16_t key;
  Bytes value;
};

/// Takes the first parameter off; nothing when there is none or it is cut off.
std::optional<Param> next_param(Bytes& octets) {
  if (octets.size() < 4) return std::nullopt;
  const size_t length = load_u16(&octets[2]);
  if (length > octets.size() - 4) return std::nullopt;
  const Param param{load_u16(octets.data()), octets.subspan(4, length)};
  octets = octets.subspan(4 + length);
  return param;
}

bool has_key(Bytes octets, uint16_t key) {
  while (const auto param = next_param(octets))
    if (param->key == key) return true;
  return false;
}

/// Keys in ascending order, not `mandatory` itself, each among the parameters (RFC 9460 §8).
bool is_mandatory_list(Bytes value, Bytes params) {
  uint16_t previous = kMandatory;
  for (size_t at = 0; at + 2 <= value.size(); at += 2) {
    const uint16_t key = load_u16(&value[at]);
    if (key <= previous || !has_key(params, key)) return false;
    previous = key;
  }
  return !value.empty() && value.size() % 2 == 0;
}

/// Protocol names, each counted by an octet and none empty.
bool is_alpn_list(Bytes value) {
  if (value.empty()) return false;
  while (!value.empty()) {
    const size_t length = value[0];
    if (length == 0 || length >= value.size()) return false;
    value = value.subspan(length + 1);
  }
  return true;
}

bool is_value(const Param& param, Bytes params) {
  const size_t size = param.value.size();
  switch (param.key) {
    case kMandatory: return is_mandatory_list(param.value, params);
    case kAlpn: return is_alpn_list(param.value);
    case kNoDefaultAlpn:
    case kOhttp: return size == 0;
    case kPort: return size == 2;
    case kIpv4Hint: return size != 0 && size % 4 == 0;
    case kIpv6Hint: return size != 0 && size % 16 == 0;
    case kEch:
    case kDohPath: return size != 0;
    default: return param.key != 0xffff;  // reserved as invalid
  }
}

void append_key(std::string& text, uint16_t key) {
  if (key < std::size(kKeys)) {
    text += kKeys[key];
  } else {
    text += "key";
    append_number(text, key);
  }
}

std::optional<uint16_t> parse_key(std::string_view text) {
  const auto known = std::find(std::begin(kKeys), std::end(kKeys), text);
  if (known != std::end(kKeys)) return static_cast<uint16_t>(known - std::begin(kKeys));
  if (!text.starts_with("key")) return std::nullopt;
  const auto number = parse_number(text.substr(3), 0xfffe);
  if (!number) return std::nullopt;
  return static_cast<uint16_t>(*number);
}

/// Commas and backslashes of the names escaped, the names joined by commas (RFC 9460 A.1).
void append_alpn(std::string& text, Bytes value) {
  Octets list;
  while (!value.empty()) {
    if (!list.empty()) list.push_back(',');
    for (const uint8_t octet : value.subspan(1, value[0])) {
      if (octet == ',' || octet == '\\') list.push_back('\\');
      list.push_back(octet);
    }
    value = value.subspan(value[0] + size_t{1});
  }
  append_quoted(text, list);
}

void append_value(std::string& text, const Param& param) {
  const Bytes value = param.value;
  const auto comma = [&](size_t at) { return at == 0 ? "" : ","; };
  switch (param.key) {
    case kMandatory:
      for (size_t at = 0; at < value.size(); at += 2)
        append_key(text += comma(at), load_u16(&value[at]));
      break;
    case kAlpn: append_alpn(text, value); break;
    case kPort: append_number(text, load_u16(value.data())); break;
    case kIpv4Hint:
      for (size_t at = 0; at < value.size(); at += 4)
        (text += comma(at)) += IpAddress::v4(&value[at]).to_text();
      break;
    case kIpv6Hint:
      for (size_t at = 0; at < value.size(); at += 16)
        (text += comma(at)) += IpAddress::v6(&value[at]).to_text();
      break;
    case kEch: append_base64(text, value); break;
    default: append_quoted(text, value);
  }
}

/// `value` cut at its commas; `\,` and `\\` stand for the octets themselves.
std::optional<std::vector<Octets>> split_list(const Octets& value) {
  std::vector<Octets> items(1);
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] == ',') {
      items.emplace_back();
      continue;
    }
    if (value[i] == '\\' && ++i == value.size()) return std::nullopt;
    items.back().push_back(value[i]);
  }
  return items;
}

std::optional<Octets> parse_list(uint16_t key, const Octets& value) {
  const auto items = split_list(value);
  if (!items) return std::nullopt;
  Octets octets;
  for (const Octets& item : *items) {
    if (key == kAlpn) {
      if (item.empty() || item.size() > 255) return std::nullopt;
      octets.push_back(static_cast<uint8_t>(item.size()));
      octets.insert(octets.end(), item.begin(), item.end());
      continue;
    }
    const auto address = IpAddress::parse(as_text(item));
    if (!address || address->is_v4() != (key == kIpv4Hint)) return std::nullopt;
    octets.insert(octets.end(), address->octets().begin(), address->octets().end());
  }
  return octets;
}

/// The keys may stand in any order; on the wire they ascend.
std::optional<Octets> parse_mandatory(const Octets& value) {
  const auto items = split_list(value);
  if (!items) return std::nullopt;
  std::vector<uint16_t> keys;
  for (const Octets& item : *items) {
    const auto key = parse_key(as_text(item));
    if (!key) return std::nullopt;
    keys.push_back(*key);
  }
  std::sort(keys.begin(), keys.end());
  Octets octets(keys.size() * 2);
  for (size_t i = 0; i < keys.size(); ++i) store_u16(&octets[2 * i], keys[i]);
  return octets;
}

std::optional<Octets> parse_value(uint16_t key, const Octets& value) {
  switch (key) {
    case kMandatory: return parse_mandatory(value);
    case kAlpn:
    case kIpv4Hint:
    case kIpv6Hint: return parse_list(key, value);
    case kEch: return from_base64(as_text(value));
    case kPort: {
      const auto port = parse_number(as_text(value), 0xffff);
      if (!port) return std::nullopt;
      return Octets{static_cast<uint8_t>(*port >> 8), static_cast<uint8_t>(*port)};
    }
    default: return value;
  }
}

}  // namespace

bool are_svc_params(Bytes octets) {
  const Bytes all = octets;
  int previous = -1;
  while (const auto param = next_param(octets)) {
    if (param->key <= previous || !is_value(*param, all)) return false;
    previous = param->key;
  }
  return octets.empty();
}

void print_svc_params(std::string& text, Bytes octets) {
  bool first = true;
  while (const auto param = next_param(octets)) {
    if (!first) text += ' ';
    first = false;
    append_key(text, param->key);
    if (param->value.empty()) continue;
    text += '=';
    append_value(text, *param);
  }
}

Result<Octets> parse_svc_param(std::string_view token) {
  const size_t equals = std::min(token.find('='), token.size());
  const auto key = parse_key(token.substr(0, equals));
  if (!key) return Error{Fault::kConfig, "\"" + std::string(token) + "\" is no service parameter"};
  const auto unquoted = unquote(token.substr(std::min(equals + 1, token.size())));
  std::optional<Octets> value;
  if (unquoted) value = unquoted->empty() ? Octets{} : parse_value(*key, *unquoted);
  if (!value || value->size() > 0xffff)
    return Error{Fault::kConfig, "the value of \"" + std::string(token) + "\" is wrong"};
  Octets octets(4);
  store_u16(octets.data(), *key);
  store_u16(&octets[2], static_cast<uint16_t>(value->size()));
  octets.insert(octets.end(), value->begin(), value->end());
  return octets;
}

}  // namespace weir::dns
