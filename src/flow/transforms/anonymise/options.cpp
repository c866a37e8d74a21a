// Writing over options where they stand.
#include "flow/transforms/anonymise/options.h"

#include <algorithm>

#include "proto/dns/message.h"

namespace weir::flow {
namespace {

constexpr uint16_t kFamilyV4 = 1, kFamilyV6 = 2;  // RFC 7871 §6
constexpr size_t kSubnetHead = 4;                 // family, two prefix lengths

/// They say something about servers, zones or the message, not about the client.
bool is_harmless(dns::Option code) {
  switch (code) {
    case dns::Option::kNsid:
    case dns::Option::kDau:
    case dns::Option::kDhu:
    case dns::Option::kN3u:
    case dns::Option::kExpire:
    case dns::Option::kTcpKeepalive:
    case dns::Option::kPadding:
    case dns::Option::kKeyTag:
    case dns::Option::kExtendedError:
    case dns::Option::kReportChannel:
    case dns::Option::kZoneVersion: return true;
    default: return false;
  }
}

void hide_subnet(std::span<uint8_t> data, AddressCipher* cipher) {
  const auto zero = [](std::span<uint8_t> octets) { std::ranges::fill(octets, uint8_t{0}); };
  if (data.size() < kSubnetHead) return zero(data);
  const uint16_t family = load_u16(data.data());
  const size_t whole = family == kFamilyV4 ? 4 : family == kFamilyV6 ? 16 : 0;
  const std::span<uint8_t> network = data.subspan(kSubnetHead);
  const size_t bits = data[2];  // of the network that count
  if (cipher == nullptr || network.size() > whole || bits > network.size() * 8)
    return zero(network);
  std::array<uint8_t, 16> address{};
  std::ranges::copy(network, address.begin());
  const auto plain = IpAddress::from_octets(Bytes(address.data(), whole));
  const IpAddress hidden = cipher->apply(*plain);
  zero(network);
  for (size_t i = 0; i < bits; ++i)
    network[i / 8] |= static_cast<uint8_t>(hidden.octets()[i / 8] & (0x80 >> i % 8));
}

}  // namespace

Bytes hide_options(Bytes message, AddressCipher* cipher, Octets& buffer) {
  const auto parsed = dns::Message::parse(message);
  if (!parsed) return {};
  if (!parsed->edns()) return message;
  const Bytes options = parsed->edns()->options;
  Bytes rest = options;
  buffer.clear();
  while (const auto option = dns::next_option(rest)) {
    if (is_harmless(option->code) || option->data.empty()) continue;
    if (buffer.empty()) buffer.assign(message.begin(), message.end());
    const auto offset = static_cast<size_t>(option->data.data() - message.data());
    const std::span<uint8_t> data(buffer.data() + offset, option->data.size());
    if (option->code == dns::Option::kClientSubnet)
      hide_subnet(data, cipher);
    else
      std::ranges::fill(data, uint8_t{0});
  }
  return buffer.empty() ? message : Bytes(buffer);
}

}  // namespace weir::flow
