// The ring and the table of one cache partition.
#include "edge/cache/partition.h"

#include <sys/mman.h>

#include <utility>

#include "base/check.h"
#include "base/hash.h"

namespace weir::edge {
namespace {

constexpr unsigned kMostChances = 64;  // second chances given while room is made for one answer

constexpr uint8_t kKeyMarks = CacheEntry::kDnssecOk | CacheEntry::kCheckingDisabled;

/// The low bits: buckets are chosen by the high ones.
uint16_t tag_of(uint64_t hash) { return static_cast<uint16_t>(hash); }

void* reserve(size_t octets) {
  void* memory = mmap(nullptr, octets, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  CHECK(memory != MAP_FAILED);
  return memory;
}

}  // namespace

uint64_t question_hash(Bytes name, uint16_t type, uint8_t marks, uint64_t secret) {
  return hash64(name, secret ^ (uint64_t{type} << 8 | marks));
}

CachePartition::CachePartition(size_t arena_octets, size_t buckets, uint64_t secret)
    : arena_octets_(arena_octets / 8 * 8), bucket_count_(buckets), secret_(secret) {
  arena_ = static_cast<uint8_t*>(reserve(arena_octets_));
  buckets_ = static_cast<Bucket*>(reserve(bucket_count_ * sizeof(Bucket)));
}

CachePartition::~CachePartition() {
  munmap(arena_, arena_octets_);
  munmap(buckets_, bucket_count_ * sizeof(Bucket));
}

CachePartition::Bucket& CachePartition::bucket(uint64_t hash, int which) const {
  // Two independent choices out of one hash; a full first bucket is relieved by the second.
  const uint64_t mixed = which == 0 ? hash : (hash ^ (hash >> 29)) * 0xbf58476d1ce4e5b9;
  return buckets_[(static_cast<unsigned __int128>(mixed) * bucket_count_) >> 64];
}

CachePartition::Slot CachePartition::slot_with(const Wanted& wanted) const {
  const uint16_t tag = tag_of(wanted.hash);
  for (int which = 0; which < 2; ++which) {
    Bucket& place = bucket(wanted.hash, which);
    for (size_t i = 0; i < Bucket::kSlots; ++i) {
      if (place.tags[i] != tag || place.references[i] == 0) continue;
      const CacheEntry* entry = at(place.references[i]);
      if (entry->type == wanted.type && (entry->marks & kKeyMarks) == wanted.marks &&
          equal({entry->name(), entry->name_size}, wanted.name))
        return {&place, i};
    }
  }
  return {};
}

const CacheEntry* CachePartition::find(const CacheKey& key) {
  const Slot slot =
      slot_with({key.hash, static_cast<uint16_t>(key.type), key.marks(), key.name_octets()});
  if (!slot) return nullptr;
  CacheEntry* entry = at(slot.bucket->references[slot.index]);
  entry->marks |= CacheEntry::kVisited;
  return entry;
}

CachePartition::Slot CachePartition::slot_of(const CacheEntry* entry) const {
  const uint32_t reference = reference_of(entry);
  // Entries do not keep their hash: it is wanted only here, when they are moved or given up.
  const uint64_t hash = question_hash({entry->name(), entry->name_size}, entry->type,
                                      static_cast<uint8_t>(entry->marks & kKeyMarks), secret_);
  for (int which = 0; which < 2; ++which) {
    Bucket& place = bucket(hash, which);
    for (size_t i = 0; i < Bucket::kSlots; ++i)
      if (place.references[i] == reference) return {&place, i};
  }
  return {};
}

CachePartition::Slot CachePartition::free_slot(uint64_t hash) {
  Slot best;
  size_t most_free = 0;
  for (int which = 0; which < 2; ++which) {
    Bucket& place = bucket(hash, which);
    size_t free = 0;
    size_t index = 0;
    for (size_t i = 0; i < Bucket::kSlots; ++i)
      if (place.references[i] == 0) {
        ++free;
        index = i;
      }
    if (free > most_free) {
      most_free = free;
      best = {&place, index};
    }
  }
  if (best) return best;
  // Both full: an answer goes that nobody asked for, else the oldest.
  const auto worth = [&](const Slot& slot) {
    const CacheEntry* entry = at(slot.bucket->references[slot.index]);
    return std::pair((entry->marks & CacheEntry::kVisited) != 0, entry->stored);
  };
  for (int which = 0; which < 2; ++which)
    for (size_t i = 0; i < Bucket::kSlots; ++i)
      if (const Slot slot{&bucket(hash, which), i}; !best || worth(slot) < worth(best)) best = slot;
  forget(best);
  ++statistics.collisions;
  return best;
}

void CachePartition::forget(Slot slot) {
  slot.bucket->references[slot.index] = 0;
  --statistics.entries;
}

void CachePartition::evict_head(uint32_t now_ticks, unsigned& chances) {
  auto* entry = reinterpret_cast<CacheEntry*>(arena_ + head_);
  const bool marker = arena_octets_ - head_ < sizeof(CacheEntry) || entry->units == 0;
  if (marker) {
    used_ -= arena_octets_ - head_;
    head_ = 0;
    return;
  }
  const size_t octets = size_t{entry->units} * 8;
  const Slot slot = slot_of(entry);
  const bool keep = slot && entry->expires > now_ticks &&
                    (entry->marks & CacheEntry::kVisited) != 0 && chances > 0;
  head_ = head_ + octets == arena_octets_ ? 0 : head_ + octets;
  used_ -= octets;
  if (!slot) return;
  if (!keep || !fits(octets)) {
    if (entry->expires > now_ticks) ++statistics.evictions;
    forget(slot);
    return;
  }
  --chances;
  ++statistics.second_chances;
  CacheEntry* moved = advance_tail(octets);
  std::memmove(static_cast<void*>(moved), entry, octets);
  moved->marks = static_cast<uint8_t>(moved->marks & ~CacheEntry::kVisited);
  slot.bucket->references[slot.index] = reference_of(moved);
}

bool CachePartition::fits(size_t octets) const {
  const size_t to_end = arena_octets_ - tail_;
  return arena_octets_ - used_ >= (to_end >= octets ? octets : to_end + octets);
}

CacheEntry* CachePartition::advance_tail(size_t octets) {
  const size_t to_end = arena_octets_ - tail_;
  if (to_end < octets) {  // the end of the ring stays unused, marked if a mark fits
    if (to_end >= sizeof(CacheEntry)) reinterpret_cast<CacheEntry*>(arena_ + tail_)->units = 0;
    used_ += to_end;
    tail_ = 0;
  }
  auto* entry = reinterpret_cast<CacheEntry*>(arena_ + tail_);
  tail_ = tail_ + octets == arena_octets_ ? 0 : tail_ + octets;
  used_ += octets;
  return entry;
}

CacheEntry* CachePartition::allocate(uint16_t units, uint32_t now_ticks) {
  const size_t octets = size_t{units} * 8;
  if (octets > arena_octets_ / 4) {
    ++statistics.refused;
    return nullptr;
  }
  unsigned chances = kMostChances;
  while (!fits(octets)) evict_head(now_ticks, chances);
  CacheEntry* entry = advance_tail(octets);
  statistics.used_octets = used_;
  return entry;
}

void CachePartition::publish(CacheEntry* entry, uint64_t hash) {
  const Wanted wanted{hash,
                      entry->type,
                      static_cast<uint8_t>(entry->marks & kKeyMarks),
                      {entry->name(), entry->name_size}};
  if (const Slot old = slot_with(wanted)) forget(old);
  const Slot slot = free_slot(hash);
  slot.bucket->references[slot.index] = reference_of(entry);
  slot.bucket->tags[slot.index] = tag_of(hash);
  ++statistics.entries;
  ++statistics.inserts;
}

void CachePartition::clear() {
  std::memset(static_cast<void*>(buckets_), 0, bucket_count_ * sizeof(Bucket));
  head_ = tail_ = used_ = 0;
  statistics.entries = 0;
  statistics.used_octets = 0;
}

}  // namespace weir::edge
