// What has been seen: sets of records by name, type and class, with the life that their TTLs give
// them, and the way back from addresses to names. In memory and bounded: what was not seen for the
// longest time goes first.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/containers/index.h"
#include "base/containers/pool.h"
#include "base/endpoint.h"
#include "metrics/counter.h"
#include "names/name_store.h"
#include "proto/dns/name.h"
#include "universe/record_set.h"
#include "universe/sighting.h"

namespace weir::universe {

struct TableLimits {
  size_t records = 1'000'000;
  size_t octets = 256 << 20;  // of everything the table keeps
  size_t records_of_set = 128;
  size_t sets_of_name = 64;
};

/// Belongs to one thread, or to whoever holds its owner's lock.
class Table {
 public:
  /// `seed` keeps strangers from choosing names that meet in the index.
  Table(const TableLimits& limits, uint64_t seed);
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  /// The latest sighting of a set says when it expires, whatever came before. What a resolver was
  /// told and a client is then given is one lookup, and counts once.
  void see(const Sighting& sighting);
  /// Puts back what was given out before this table was made: it counts as unchanged, and adds to
  /// what has been seen since.
  void restore(const RecordSet& set);

  /// All sets of a name.
  std::vector<RecordSet> find(const dns::Name& name) const;
  std::optional<RecordSet> find(const dns::Name& name, dns::Type type, dns::Class klass) const;
  /// Sets with an A or AAAA record of this address, the latest to get it first; `most` of them.
  std::vector<RecordSet> find(const IpAddress& address, size_t most) const;
  /// `most` sets that have not expired at `now`, those seen latest first.
  std::vector<RecordSet> live(WallTime now, size_t most) const;

  /// Up to `most` sets that have changed since they were last given out: first those that had to
  /// make room, then those with records that were never given out, then `updates` of the others,
  /// each of which has its turn; `updates` is then what is left of it. Records in them are those
  /// that changed, counted since then.
  std::vector<RecordSet> take_changed(size_t most, size_t& updates);
  std::vector<RecordSet> take_changed(size_t most);
  size_t changed() const { return news() + updated_.size(); }
  /// Those of them that are no mere updates.
  size_t news() const { return changed_.size() + departed_.size(); }

  size_t sets() const { return sets_.size() - 1; }
  size_t records() const { return rows_.size(); }
  size_t names() const { return names_.size(); }
  size_t octets() const;
  /// Sightings that were taken.
  uint64_t seen() const { return seen_.value(); }
  /// Records that made room for others, and sightings that a bound of a name or a set refused.
  uint64_t evicted() const { return evicted_.value(); }
  uint64_t refused() const { return refused_.value(); }
  /// Changes that were not given out in time: more than kMostDeparted sets had left by then.
  uint64_t forgotten() const { return forgotten_.value(); }
  static constexpr size_t kMostDeparted = 65'536;

 private:
  using SetId = uint32_t;
  using RowId = uint32_t;
  struct Set {
    names::NameId name = 0;
    uint16_t type = 0;
    uint16_t klass = 0;
    uint32_t ttl = 0;
    uint32_t seen = 0;  // seconds, as all times here
    uint32_t first_seen = 0;
    uint32_t asked = 0;
    SetId name_next = 0;
    SetId older = 0;  // by the last sighting
    SetId newer = 0;
    RowId rows = 0;
    uint32_t changed_place = 0;  // in `changed_` or `updated_`, from 1; 0: it has not changed
    uint16_t row_count = 0;
    bool is_news = false;  // it is in `changed_`
  };
  struct Row {
    SetId set = 0;
    RowId set_next = 0;
    RowId address_next = 0;
    RowId address_previous = 0;
    uint32_t first_seen = 0;
    uint32_t last_seen = 0;
    uint32_t count = 0;
    uint32_t given_out = 0;  // of `count`
    uint16_t size = 0;
    bool changed = false;            // since it was given out
    bool owed = false;               // a resolver was told, and no client yet
    std::array<uint8_t, 20> head{};  // the data, or a pointer to it
  };

  SetId find_set(Bytes name, dns::Type type, dns::Class klass) const;
  SetId make_set(const Sighting& sighting);
  RowId find_row(const Set& set, Bytes rdata) const;
  RowId make_row(SetId id, Bytes rdata);
  void drop_set(SetId id);
  void drop_row(SetId id, RowId row);
  void drop_oldest_row(SetId id);
  void make_room();
  void touch(SetId id);
  void unlink(SetId id);
  void mark(SetId id, bool is_news);
  RecordSet give_out(SetId id);
  void unmark(SetId id);
  void link_address(RowId row);
  void unlink_address(RowId row);

  enum class Part : uint8_t { kWhole, kChanged };
  RecordSet show(SetId id, Part part) const;
  void keep(Row& row, Bytes rdata);
  void release(Row& row);
  Bytes rdata(const Row& row) const;
  bool is_address(const Row& row) const;
  uint64_t address_hash(Bytes address) const;

  const TableLimits limits_;
  const uint64_t seed_;
  names::NameStore names_;  // `first_use` of a name is its first set
  Pool<Set> sets_;
  Pool<Row> rows_;
  Index addresses_;  // to the row that got the address latest
  SetId anchor_;     // of the ring by last sighting
  size_t name_octets_ = 0;
  size_t rdata_octets_ = 0;  // of data that is not in its row
  std::vector<SetId> changed_;
  std::vector<SetId> updated_;  // as `changed_`, but everybody knows their records
  size_t next_update_ = 0;      // where `updated_` is given out next, so that each has its turn
  std::vector<RecordSet> departed_;
  metrics::LocalCounter seen_;
  metrics::LocalCounter evicted_;
  metrics::LocalCounter refused_;
  metrics::LocalCounter forgotten_;
};

}  // namespace weir::universe
