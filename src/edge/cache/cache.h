// The answer cache: complete wire answers by question, bounded in octets, shared by all shards.
//
// It is cut into partitions, each with its own lock, an arena and a table. The arena is a ring: new
// answers are written at its tail, and room is made at its head, where an answer that was asked for
// since it was written gets a second chance (it is written anew at the tail). A table slot is six
// octets; an answer costs its own octets and thirty more. All memory is reserved at the start and
// touched as it fills, so the bound holds whatever is asked.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "edge/query.h"
#include "edge/settings.h"
#include "metrics/metrics.h"
#include "model/refresher.h"
#include "proto/dns/message.h"

namespace weir::edge {

/// What an answer depends on: the name without its case, the type, and what the client wants of
/// DNSSEC.
struct CacheKey {
  uint64_t hash = 0;
  dns::Type type{};
  bool dnssec_ok = false;
  bool checking_disabled = false;
  uint8_t name_size = 0;
  std::array<uint8_t, 256> name;  // folded wire form

  /// `secret` makes the hash one that strangers cannot aim at.
  static CacheKey of(const Query& query, uint64_t secret = 0);
  static CacheKey of(const model::RefreshQuestion& question, uint64_t secret = 0);
  /// The DNSSEC wishes as the marks of a CacheEntry.
  uint8_t marks() const;
  /// Takes over the name, and with all else set, the hash.
  void complete(Bytes octets, uint64_t secret);
  Bytes name_octets() const { return {name.data(), name_size}; }
  friend bool operator==(const CacheKey& a, const CacheKey& b);
};

class CachePartition;

/// NOERROR, with a record of the type that was asked for (RFC 2308 §2 has the others). `answer` has
/// a question.
bool is_positive(const dns::Message& answer);

/// What was found. The octets stand in the buffer given to `find`.
struct CachedAnswer {
  size_t size_octets = 0;  // header, question and body; the ID is zero, the name is folded
  bool failure = false;    // a failure kept by RFC 9520, without body
  dns::ExtendedError why = dns::ExtendedError::kOther;
  Instant stored;  // to the tenth of a second, never later than it was
};

class AnswerCache {
 public:
  explicit AnswerCache(const CacheSettings& settings, uint64_t secret = 0);
  ~AnswerCache();

  /// Writes the answer to `query`, header and question first, into `out`, its TTLs aged to `now`.
  /// No OPT record: that belongs to the client's own answer. Nothing when there is none or it is
  /// over.
  std::optional<CachedAnswer> find(const CacheKey& key, const Query& query, Instant now,
                                   MutableBytes out);
  /// Keeps `answer` (whole, its question first) as long as its TTLs, the settings and `most` allow,
  /// and gives that time in seconds. 0 when it may not be kept: truncated, no TTL, too large, not
  /// NOERROR or NXDOMAIN. `flags` are the header's, as answers from the cache are to show them.
  uint32_t store(const CacheKey& key, const dns::Message& answer, uint16_t flags, Instant now,
                 Duration most = Duration::max());
  /// Keeps a failure for a while (RFC 9520). With `grows`, failures that follow each other are kept
  /// twice as long each time.
  void store_failure(const CacheKey& key, dns::ExtendedError why, bool grows, Instant now);
  /// What keys are to be hashed with.
  uint64_t secret() const { return secret_; }
  /// Forgets everything.
  void clear();

  struct Statistics {
    uint64_t entries = 0;
    uint64_t used_octets = 0;  // of arenas, between head and tail
    uint64_t size_octets = 0;  // the bound: arenas and tables
    uint64_t inserts = 0;
    uint64_t evictions = 0;  // live answers given up for room
    uint64_t second_chances = 0;
    uint64_t collisions = 0;  // answers given up because their table buckets were full
    uint64_t refused = 0;     // too large for one entry
  };
  Statistics statistics() const;

 private:
  CachePartition& partition(uint64_t hash) const;
  /// The lesser of what the records and the settings allow; 0: not to be kept.
  uint32_t lifetime(const dns::Message& answer) const;

  CacheSettings settings_;
  uint64_t secret_;
  std::vector<std::unique_ptr<CachePartition>> partitions_;
};

}  // namespace weir::edge
