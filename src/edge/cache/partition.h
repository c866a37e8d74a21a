// One part of the answer cache: a ring of entries and a table that finds them, under one lock.
#pragma once

#include <cstdint>
#include <mutex>

#include "base/bytes.h"
#include "edge/cache/cache.h"

namespace weir::edge {

/// What stands before an answer's name and body in the ring. Times are tenths of a second of the
/// cache's clock.
struct CacheEntry {
  uint32_t stored;
  uint32_t expires;
  uint16_t units;  // of eight octets, the whole entry; 0 marks the unused end of the ring
  uint16_t body_size;
  uint16_t type;
  uint16_t counts[3];     // answers, authority, additional without OPT
  uint16_t header_flags;  // AA, TC, RD, RA, AD and rcode as they came
  uint8_t name_size;
  uint8_t marks;

  static constexpr uint8_t kDnssecOk = 1, kCheckingDisabled = 2, kFailure = 4, kVisited = 8;

  const uint8_t* name() const { return reinterpret_cast<const uint8_t*>(this + 1); }
  const uint8_t* body() const { return name() + name_size; }
  /// For a failure: how many came in a row, and why (in the place of counts).
  uint16_t failures() const { return counts[0]; }
};
static_assert(sizeof(CacheEntry) == 24);

/// Of a folded name, a type, and the marks for DNSSEC.
uint64_t question_hash(Bytes name, uint16_t type, uint8_t marks, uint64_t secret);

class CachePartition {
 public:
  CachePartition(size_t arena_octets, size_t buckets, uint64_t secret);
  ~CachePartition();
  CachePartition(const CachePartition&) = delete;
  CachePartition& operator=(const CachePartition&) = delete;

  std::mutex& mutex() const { return mutex_; }
  // Everything below is called with the mutex held.

  /// The entry of `key`, dead or alive; null when there is none. Marks it as asked for.
  const CacheEntry* find(const CacheKey& key);
  /// A place for an entry of `units`, written and published by the caller at once; null when it is
  /// too large for this partition.
  CacheEntry* allocate(uint16_t units, uint32_t now_ticks);
  /// Makes `entry` (from `allocate`, filled) the one that its key, of this hash, finds.
  void publish(CacheEntry* entry, uint64_t hash);
  void clear();

  AnswerCache::Statistics statistics;

 private:
  // 64 octets: ten slots; a slot's reference is its entry's offset in units plus one, 0 when free.
  struct alignas(64) Bucket {
    static constexpr size_t kSlots = 10;
    uint32_t references[kSlots];
    uint16_t tags[kSlots];
    uint32_t spare;
  };
  struct Slot {
    Bucket* bucket = nullptr;
    size_t index = 0;
    explicit operator bool() const { return bucket != nullptr; }
  };

  /// What makes two entries answer the same question.
  struct Wanted {
    uint64_t hash;
    uint16_t type;
    uint8_t marks;
    Bytes name;
  };

  Bucket& bucket(uint64_t hash, int which) const;
  Slot slot_with(const Wanted& wanted) const;
  CacheEntry* at(uint32_t reference) const {
    return reinterpret_cast<CacheEntry*>(arena_ + size_t{reference - 1} * 8);
  }
  uint32_t reference_of(const CacheEntry* entry) const {
    return static_cast<uint32_t>((reinterpret_cast<const uint8_t*>(entry) - arena_) / 8 + 1);
  }
  Slot slot_of(const CacheEntry* entry) const;
  Slot free_slot(uint64_t hash);
  void evict_head(uint32_t now_ticks, unsigned& chances);
  bool fits(size_t octets) const;
  /// Room that `fits`, at the tail.
  CacheEntry* advance_tail(size_t octets);
  void forget(Slot slot);

  mutable std::mutex mutex_;
  uint8_t* arena_ = nullptr;
  size_t arena_octets_;
  Bucket* buckets_ = nullptr;
  size_t bucket_count_;
  uint64_t secret_;
  size_t head_ = 0;  // offset of the oldest entry
  size_t tail_ = 0;  // offset where the next one goes
  size_t used_ = 0;  // octets between head and tail
};

}  // namespace weir::edge
