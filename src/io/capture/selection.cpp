// bpf/select.h with a list of networks beside it.
#include "io/capture/selection.h"

#include <algorithm>
#include <cstring>

#include "bpf/select.h"

namespace weir::io {
namespace {

static_assert(static_cast<int>(Fate::kSampledOut) == WEIR_SAMPLED_OUT && kFates == WEIR_FATES);

constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

void map(const IpAddress& address, __u64 (&to)[2]) {
  auto* octets = reinterpret_cast<uint8_t*>(to);
  if (address.is_v4()) std::copy(kMapped.begin(), kMapped.end(), octets);
  const Bytes own = address.octets();
  std::copy(own.begin(), own.end(), octets + 16 - own.size());
}

Endpoint endpoint_of(const __u64 (&mapped)[2], uint16_t port) {
  return {IpAddress::v6(reinterpret_cast<const uint8_t*>(mapped)).unmapped(), port};
}

weir_seen look(Bytes frame, bool ethernet, int& fate) {
  std::array<uint8_t, WEIR_HEAD> head{};
  const size_t have = std::min(frame.size(), head.size());
  std::copy_n(frame.begin(), have, head.begin());
  weir_seen seen{};
  fate = weir_look(head.data(), static_cast<uint32_t>(have),
                   ethernet ? WEIR_LINK_ETHERNET : WEIR_LINK_IP, &seen);
  return seen;
}

}  // namespace

std::optional<Contact> contact_of(Bytes frame, bool ethernet) {
  int fate = WEIR_TAKEN;
  const weir_seen seen = look(frame, ethernet, fate);
  if (fate != WEIR_TAKEN || seen.unsure || !weir_is_contact(&seen)) return std::nullopt;
  return Contact{.client = endpoint_of(seen.from, seen.from_port),
                 .server = endpoint_of(seen.to, seen.to_port),
                 .udp = seen.protocol == 17};
}

Selection::Selection(const CaptureOptions& options)
    : filter_(std::make_unique<weir_filter>()), networks_(options.networks) {
  for (const uint16_t port : options.ports)
    filter_->ports[port / 8] = static_cast<uint8_t>(filter_->ports[port / 8] | 1 << port % 8);
  filter_->sample = options.sample;
  filter_->responses_only = options.responses_only;
  filter_->contacts = options.contacts;
}

Selection::~Selection() = default;

bool Selection::in_networks(const uint64_t (&mapped)[2]) const {
  const auto* octets = reinterpret_cast<const uint8_t*>(mapped);
  const IpAddress address = IpAddress::v6(octets).unmapped();
  return networks_.empty() || std::ranges::any_of(networks_, [&](const Prefix& prefix) {
           return prefix.contains(address);
         });
}

Fate Selection::of_frame(Bytes frame, bool ethernet) const {
  int fate = WEIR_TAKEN;
  const weir_seen seen = look(frame, ethernet, fate);
  if (fate == WEIR_TAKEN) fate = weir_choose(filter_.get(), &seen);
  if (fate == WEIR_TAKEN && !networks_.empty()) {
    const uint64_t from[2] = {seen.from[0], seen.from[1]}, to[2] = {seen.to[0], seen.to[1]};
    if (!in_networks(from) && !in_networks(to)) fate = WEIR_OTHER_NETWORK;
  }
  return static_cast<Fate>(fate);
}

Fate Selection::of_message(const Endpoint& from, const Endpoint& to, bool udp,
                           Bytes message) const {
  weir_seen seen{};
  map(from.address, seen.from);
  map(to.address, seen.to);
  seen.from_port = from.port;
  seen.to_port = to.port;
  if (udp && message.size() >= 3) seen.id = weir_u16(message.data());
  seen.response = 2;
  if (message.size() >= 3) seen.response = message[2] >> 7;
  return static_cast<Fate>(weir_choose(filter_.get(), &seen));
}

}  // namespace weir::io
