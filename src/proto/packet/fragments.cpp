// Reassembly of IP fragments.
#include "proto/packet/fragments.h"

#include <algorithm>
#include <chrono>

#include "base/hash.h"

namespace weir::packet {
namespace {

constexpr uint32_t kMaxPacket = 65535;

}  // namespace

size_t Fragments::KeyHash::operator()(const Key& key) const noexcept {
  return hash64({key.data(), key.size()}, seed);
}

/// Addresses and identification; for IPv4 the protocol too (RFC 791; RFC 8200 leaves it out).
Fragments::Key Fragments::key_of(const IpPacket& packet) {
  Key key{};
  const Bytes from = packet.from.octets(), to = packet.to.octets();
  std::copy(from.begin(), from.end(), key.begin());
  std::copy(to.begin(), to.end(), key.begin() + 16);
  store_u32(&key[32], packet.identification);
  key[36] = packet.from.is_v6() ? 6 : 4;
  key[37] = packet.from.is_v6() ? uint8_t{0} : packet.protocol;
  return key;
}

Fragments::Outcome Fragments::add(IpPacket& packet, WallTime now, Refusal& refusal) {
  ++counts_.fragments;
  expire(now);
  const bool aligned = packet.payload.size() % 8 == 0 || !packet.more_fragments;
  const size_t end = packet.fragment_offset + packet.payload.size();
  if (packet.payload.empty() || !aligned || end > kMaxPacket) {
    refusal = Refusal::kBadFragment;
    return Outcome::kRefused;
  }
  const Place place = find_or_begin(key_of(packet), now);
  refusal = insert(*place, packet);
  if (refusal != Refusal::kNone) return Outcome::kRefused;
  if (place->total == 0 || place->have != place->total) {
    while (octets_ > limits_.octets && packets_.size() > 1) {
      ++counts_.evicted;
      forget(packets_.front().key == place->key ? std::next(packets_.begin()) : packets_.begin());
    }
    return Outcome::kHeld;
  }
  ++counts_.completed;
  octets_ -= place->octets.size();
  whole_ = std::move(place->octets);
  place->octets.clear();
  packet.protocol = place->protocol;
  forget(place);
  packet.payload = whole_;
  packet.fragment = packet.more_fragments = false;
  packet.fragment_offset = 0;
  return Outcome::kWhole;
}

Fragments::Place Fragments::find_or_begin(const Key& key, WallTime now) {
  if (const auto found = index_.find(key); found != index_.end()) return found->second;
  if (packets_.size() >= limits_.packets) {
    ++counts_.evicted;
    forget(packets_.begin());
  }
  packets_.push_back(Waiting{key, now});
  return index_.emplace(key, std::prev(packets_.end())).first->second;
}

/// What speaks against the fragment, apart from overlap.
Refusal Fragments::check(const Waiting& waiting, const IpPacket& packet) const {
  const size_t end = packet.fragment_offset + packet.payload.size();
  if (waiting.condemned != Refusal::kNone) return waiting.condemned;
  if (waiting.spans.size() >= limits_.fragments) return Refusal::kFragmentLimit;
  if (waiting.total != 0 &&
      (end > waiting.total || (!packet.more_fragments && end != waiting.total)))
    return Refusal::kFragmentOverlap;
  // A last fragment that ends before another one.
  if (!packet.more_fragments && !waiting.spans.empty() && waiting.spans.back().end > end)
    return Refusal::kFragmentOverlap;
  return Refusal::kNone;
}

Refusal Fragments::insert(Waiting& waiting, const IpPacket& packet) {
  const auto begin = packet.fragment_offset;
  const auto end = static_cast<uint32_t>(begin + packet.payload.size());
  Refusal refusal = check(waiting, packet);
  const auto after = std::lower_bound(waiting.spans.begin(), waiting.spans.end(), begin,
                                      [](const Span& span, uint32_t at) { return span.end <= at; });
  if (refusal == Refusal::kNone && after != waiting.spans.end() && after->begin < end) {
    // The very same fragment once more is a copy made by the network, not an attack (RFC 8200
    // §4.5).
    const Bytes held = Bytes(waiting.octets).subspan(begin < waiting.octets.size() ? begin : 0);
    if (after->begin == begin && after->end == end &&
        equal(held.first(packet.payload.size()), packet.payload)) {
      ++counts_.duplicates;
      return Refusal::kNone;
    }
    refusal = Refusal::kFragmentOverlap;
  }
  if (refusal != Refusal::kNone) {
    condemn(waiting, refusal);
    return refusal;
  }
  waiting.spans.insert(after, Span{begin, end});
  if (end > waiting.octets.size()) {
    octets_ += end - waiting.octets.size();
    waiting.octets.resize(end);
  }
  std::copy(packet.payload.begin(), packet.payload.end(), waiting.octets.begin() + begin);
  waiting.have += end - begin;
  if (begin == 0) waiting.protocol = packet.protocol;
  if (!packet.more_fragments) waiting.total = end;
  return Refusal::kNone;
}

/// Lets go of what was held; the entry stays until its age, so that later fragments are refused
/// too.
void Fragments::condemn(Waiting& waiting, Refusal refusal) {
  octets_ -= waiting.octets.size();
  waiting.octets = {};
  waiting.spans = {};
  waiting.condemned = refusal;
}

void Fragments::forget(Place place) {
  octets_ -= place->octets.size();
  index_.erase(place->key);
  packets_.erase(place);
}

/// Captures put together from several files may step back in time: far is far in either direction.
void Fragments::expire(WallTime now) {
  while (!packets_.empty() && std::chrono::abs(now - packets_.front().since) > limits_.age) {
    ++counts_.expired;
    forget(packets_.begin());
  }
}

}  // namespace weir::packet
