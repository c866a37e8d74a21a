// A bounded table in the order of the last sighting.
#include "flow/sources/capture/blind_spots.h"

#include <algorithm>

#include "proto/packet/decode.h"

namespace weir::flow {

std::string_view to_text(Bypass way) {
  switch (way) {
    case Bypass::kUdp: return "udp";
    case Bypass::kTcp: return "tcp";
    case Bypass::kDot: return "dot";
    case Bypass::kDoq: return "doq";
    case Bypass::kDoh: return "doh";
    case Bypass::kDoh3: return "doh3";
  }
  return "unknown";
}

namespace capture_source {
namespace {

constexpr uint16_t kTlsPort = 853;

bool is_in(const std::vector<Prefix>& networks, const IpAddress& address) {
  return std::ranges::any_of(networks,
                             [&](const Prefix& network) { return network.contains(address); });
}

}  // namespace

BlindSpots::BlindSpots(const BlindSpotSettings& settings, uint64_t seed)
    : settings_(settings), places_(16, Hash{seed}) {}

/// A resolver's own questions go where they have to.
bool BlindSpots::is_resolver(const IpAddress& address) const {
  return is_in(settings_.resolvers, address);
}

void BlindSpots::see(const packet::Message& message, bool is_query) {
  if (!is_query) return;  // who answers was asked
  const IpAddress client = message.from.address.unmapped(), server = message.to.address.unmapped();
  if (is_resolver(client) || is_resolver(server)) return;
  note({message.protocol == packet::kProtocolTcp ? Bypass::kTcp : Bypass::kUdp, client, server},
       message.time);
}

void BlindSpots::see(const io::Contact& contact, WallTime time) {
  const IpAddress &client = contact.client.address, &server = contact.server.address;
  if (is_resolver(client) || is_resolver(server)) return;
  if (contact.server.port == kTlsPort)
    return note({contact.udp ? Bypass::kDoq : Bypass::kDot, client, server}, time);
  if (is_in(settings_.doh_servers, server))
    note({contact.udp ? Bypass::kDoh3 : Bypass::kDoh, client, server}, time);
}

void BlindSpots::note(const Key& key, WallTime time) {
  ++counts_->seen[static_cast<size_t>(key.way)];
  const std::lock_guard lock(mutex_);
  if (const auto found = places_.find(key); found != places_.end()) {
    BlindSpot& spot = *found->second;
    spot.last = std::max(spot.last, time);
    ++spot.count;
    return spots_.splice(spots_.begin(), spots_, found->second);
  }
  if (spots_.size() >= settings_.entries) {
    const BlindSpot& oldest = spots_.back();
    places_.erase({oldest.way, oldest.client, oldest.server});
    spots_.pop_back();
    ++counts_->evicted;
  }
  spots_.push_front({{}, key.way, key.client, key.server, time, time, 1});
  places_.emplace(key, spots_.begin());
  counts_->kept = spots_.size();
}

std::vector<BlindSpot> BlindSpots::read() const {
  const std::lock_guard lock(mutex_);
  return {spots_.begin(), spots_.end()};
}

void BlindSpots::expose(metrics::Registry& registry, const std::string& source) const {
  for (size_t i = 0; i < kBypasses; ++i)
    registry.callback("weir_capture_bypasses_total",
                      "DNS that passed by the resolvers: messages of udp and tcp, openings of "
                      "connections of the other ways.",
                      {{"source", source}, {"way", std::string(to_text(static_cast<Bypass>(i)))}},
                      true, [counts = counts_, i] { return static_cast<double>(counts->seen[i]); });
  registry.callback("weir_capture_blind_spots", "Clients and servers that are listed for it.",
                    {{"source", source}}, false,
                    [counts = counts_] { return static_cast<double>(counts->kept); });
  registry.callback("weir_capture_blind_spots_evicted_total",
                    "Those that left the list to make room.", {{"source", source}}, true,
                    [counts = counts_] { return static_cast<double>(counts->evicted); });
}

}  // namespace capture_source
}  // namespace weir::flow
