// Which records are refreshed, and when: those that clients ask for, shortly before they expire,
// the soonest first, in bounded batches at a bounded rate. Decides only; time and chance are given.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/random.h"
#include "proto/dns/name.h"
#include "proto/dns/types.h"
#include "universe/keep_warm/settings.h"

namespace weir::universe {

/// What is refreshed: a set of records, or, where whole answers are cached, what such an answer
/// depends on.
struct Target {
  dns::Name name;  // folded
  dns::Type type{};
  dns::Class klass{};
  bool dnssec_ok = false;  // of answers only, as the next
  bool checking_disabled = false;
};

/// Why a record is not waited for any more, or did not begin to be.
enum class Unwarmed : uint8_t {
  kUnpopular,  // too few clients asked
  kLate,       // it expired before its turn
  kFull,       // there was no room to wait
  kFailed,     // the refresh failed
};
inline constexpr size_t kUnwarmeds = 4;
std::string_view to_text(Unwarmed why);

/// One thread's, or its owner's lock's.
class Schedule {
 public:
  /// `seed` keeps strangers from choosing names that meet in the index. `random` outlives it.
  Schedule(const WarmthSettings& settings, uint64_t seed, Random& random);

  /// For what comes from now on; `records` stays as it was.
  void adopt(const WarmthSettings& settings);
  const WarmthSettings& settings() const { return settings_; }

  /// It was seen to live for `ttl` seconds from `at` on; the latest sighting says when it expires.
  /// `asked`: a client got it.
  void see(const Target& target, uint32_t ttl, WallTime at, bool asked);
  /// The next batch, those that expire first in front: as many as the cap and the rate allow. Each
  /// is out until it is settled.
  std::vector<Target> take_due(WallTime now);
  /// The question about a record that is out has this ID.
  void sent(const Target& target, uint16_t id);
  /// Whether a response answers a question of ours: it is no sign that anybody asked.
  bool is_own(uint16_t id, Bytes qname, dns::Type type, dns::Class klass) const;
  /// How the refresh of a record that is out went: its new TTL, or nothing when it failed.
  void settle(const Target& target, WallTime now, std::optional<uint32_t> ttl);

  /// Records that wait or are out.
  size_t size() const { return entries_.size(); }
  uint64_t refreshed() const { return refreshed_; }
  /// Refreshes that the resolver answered out of its cache: they are tried again after the end.
  uint64_t unmoved() const { return unmoved_; }
  uint64_t dropped(Unwarmed why) const { return dropped_[static_cast<size_t>(why)]; }

  /// Records that one call of `take_due` finds to be due, or to be too late, at most.
  static constexpr size_t kMostExamined = 20'000;

 private:
  enum class Place : uint8_t { kNew, kWaiting, kReady, kOut };
  struct Entry;
  using Queue = std::multimap<WallTime, Entry*>;
  struct Entry {
    const std::string* key = nullptr;
    WallTime seen;           // by the last sighting
    WallTime expires;        // as it said
    WallTime out_expires;    // as it was when the record was given out
    Queue::iterator queued;  // while it waits or is ready
    uint32_t asked = 0;
    std::optional<uint16_t> own_id;
    bool at_end = false;  // its second try: once it has expired
    Place place = Place::kNew;
  };
  struct Hash {
    uint64_t seed;
    size_t operator()(const std::string& key) const { return hash64(as_bytes(key), seed); }
  };

  Entry* find(const Target& target);
  const Entry* find(const Target& target) const;
  void wait_for(Entry& entry, WallTime from, WallTime expires);
  void put(Entry& entry, Place place, WallTime at);
  void take(Entry& entry);
  void drop(Entry& entry, Unwarmed why);
  void ripen(WallTime now);
  void refill(WallTime now);

  WarmthSettings settings_;
  Random& random_;
  std::unordered_map<std::string, Entry, Hash> entries_;
  Queue waiting_;  // by when they are due
  Queue ready_;    // by the last moment that makes sense: when they expire, or soon after
  double tokens_ = 0;
  std::optional<WallTime> refilled_;
  uint64_t refreshed_ = 0;
  uint64_t unmoved_ = 0;
  std::array<uint64_t, kUnwarmeds> dropped_{};
};

}  // namespace weir::universe
