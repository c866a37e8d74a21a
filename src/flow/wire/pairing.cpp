// Queries that wait for their responses.
#include "flow/wire/pairing.h"

#include <algorithm>
#include <bit>

#include "base/hash.h"

namespace weir::flow {
namespace {

constexpr size_t kEndpoint = 19;
constexpr size_t kFixed = 2 * kEndpoint + 7;
constexpr size_t kLongest = kFixed + dns::kMaxName + 1;  // fold_case writes whole words

uint8_t* put(uint8_t* at, const Endpoint& endpoint) {
  const Bytes address = endpoint.address.octets();
  std::copy(address.begin(), address.end(), at);
  at[16] = static_cast<uint8_t>(address.size());
  store_u16(at + 17, endpoint.port);
  return at + kEndpoint;
}

}  // namespace

uint64_t pairing_key(const model::Observation& observation) {
  if (observation.qname.empty()) return 0;
  std::array<uint8_t, kLongest> key;
  std::fill_n(key.begin(), kFixed, uint8_t{0});
  uint8_t* at = put(key.data(), observation.query_endpoint.value_or(Endpoint{}));
  at = put(at, observation.response_endpoint.value_or(Endpoint{}));
  *at++ = static_cast<uint8_t>(observation.protocol);
  store_u16(at, observation.header.id);
  store_u16(at + 2, static_cast<uint16_t>(observation.qtype));
  store_u16(at + 4, static_cast<uint16_t>(observation.qclass));
  dns::fold_case(observation.qname, at + 6);
  const uint64_t hash = hash64({key.data(), kFixed + observation.qname.size()});
  return hash == 0 ? 1 : hash;
}

Pairing::Pairing(Duration patience, size_t slots)
    : patience_(patience), size_(std::bit_ceil(std::max(slots, kWays))) {}

std::span<Pairing::Slot> Pairing::set_of(uint64_t key) {
  if (slots_.empty()) slots_.resize(size_);
  return std::span(slots_).subspan((key & (sets() - 1)) * kWays, kWays);
}

bool Pairing::waits(const Slot& slot, WallTime now) const {
  return slot.key != 0 && std::chrono::abs(now - slot.time) <= patience_;
}

void Pairing::give_up(Slot& slot) {
  if (slot.key != 0) ++unanswered_;
  slot.key = 0;
}

void Pairing::sweep(WallTime now, size_t sets) {
  for (; sets > 0; --sets, ++swept_)
    for (Slot& slot : set_of(swept_))
      if (!waits(slot, now)) give_up(slot);
}

void Pairing::query(uint64_t key, WallTime time) {
  Slot* place = nullptr;
  for (Slot& slot : set_of(key)) {
    const bool waiting = waits(slot, time);
    if (waiting && slot.key == key) return;
    if (!waiting) give_up(slot);
    if (place == nullptr || (place->key != 0 && (slot.key == 0 || slot.time < place->time)))
      place = &slot;
  }
  if (place->key != 0) ++evicted_;
  *place = {key, time};
  ++queries_;
}

std::optional<WallTime> Pairing::response(uint64_t key, WallTime time) {
  for (Slot& slot : set_of(key)) {
    if (slot.key != key || time < slot.time || !waits(slot, time)) continue;
    ++paired_;
    slot.key = 0;
    return slot.time;
  }
  ++orphans_;
  return std::nullopt;
}

}  // namespace weir::flow
