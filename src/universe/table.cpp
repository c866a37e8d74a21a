// Sets strung on their names, in a ring by their last sighting; records strung on their sets and on
// their addresses.
#include "universe/table.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>
#include <utility>

#include "base/hash.h"

namespace weir::universe {
namespace {

uint32_t to_stamp(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  return static_cast<uint32_t>(std::clamp<int64_t>(seconds, 0, UINT32_MAX));
}
WallTime from_stamp(uint32_t stamp) { return WallTime(std::chrono::seconds(stamp)); }

// What a name, a set or a record costs beside itself: places in indices and in blocks.
constexpr size_t kNameOverhead = 28;
constexpr size_t kIndexOverhead = 12;

}  // namespace

Table::Table(const TableLimits& limits, uint64_t seed)
    : limits_(limits), seed_(seed), names_(seed), anchor_(sets_.take()) {
  sets_[anchor_].older = sets_[anchor_].newer = anchor_;
}

Table::~Table() {
  for (SetId id = sets_[anchor_].older; id != anchor_; id = sets_[id].older)
    for (RowId row = sets_[id].rows; row != 0; row = rows_[row].set_next) release(rows_[row]);
}

void Table::see(const Sighting& sighting) {
  SetId id = find_set(sighting.name, sighting.type, sighting.klass);
  if (id == 0) id = make_set(sighting);
  if (id == 0) return refused_.add();
  seen_.add();
  const uint32_t at = to_stamp(sighting.at);
  Set& set = sets_[id];
  // Sources are not in step with each other: an older sighting than the last one only counts.
  if (at >= set.seen) {
    set.ttl = sighting.ttl;
    if (at > set.seen) touch(id);  // within a second all are equally young
    set.seen = at;
  }
  set.first_seen = std::min(set.first_seen, at);
  RowId found = find_row(set, sighting.rdata);
  if (found == 0) found = make_row(id, sighting.rdata);
  Row& row = rows_[found];
  row.first_seen = row.count == 0 ? at : std::min(row.first_seen, at);
  row.last_seen = std::max(row.last_seen, at);
  const bool is_counted =
      std::exchange(row.owed, sighting.told == Told::kResolver) && sighting.told == Told::kClient;
  if (!is_counted && row.count != UINT32_MAX) ++row.count;
  if (sighting.told == Told::kClient && set.asked != UINT32_MAX) ++set.asked;
  row.changed = true;
  mark(id, row.given_out == 0);
  make_room();
}

void Table::restore(const RecordSet& from) {
  for (const SeenRecord& record : from.records) {
    const Sighting sighting{.name = from.name.wire(),
                            .type = from.type,
                            .klass = from.klass,
                            .ttl = from.ttl,
                            .rdata = record.rdata,
                            .at = from.last_seen};
    SetId id = find_set(sighting.name, sighting.type, sighting.klass);
    if (id == 0) id = make_set(sighting);
    if (id == 0) return refused_.add();
    Set& set = sets_[id];
    if (to_stamp(from.last_seen) >= set.seen) {
      set.seen = to_stamp(from.last_seen);
      set.ttl = from.ttl;
      touch(id);
    }
    set.first_seen = std::min(set.first_seen, to_stamp(from.first_seen));
    RowId found = find_row(set, record.rdata);
    if (found == 0) found = make_row(id, record.rdata);
    Row& row = rows_[found];
    const uint32_t first = to_stamp(record.first_seen);
    row.first_seen = row.count == 0 ? first : std::min(row.first_seen, first);
    row.last_seen = std::max(row.last_seen, to_stamp(record.last_seen));
    const auto before =
        static_cast<uint32_t>(std::min<uint64_t>(record.count, UINT32_MAX - row.count));
    row.count += before;
    row.given_out += before;
    make_room();
  }
}

Table::SetId Table::find_set(Bytes name, dns::Type type, dns::Class klass) const {
  const names::NameId known = names_.find(name);
  if (known == 0) return 0;
  SetId id = names_.first_use(known);
  while (id != 0 && (sets_[id].type != static_cast<uint16_t>(type) ||
                     sets_[id].klass != static_cast<uint16_t>(klass)))
    id = sets_[id].name_next;
  return id;
}

/// 0 when the name has as many sets as it may have.
Table::SetId Table::make_set(const Sighting& sighting) {
  const names::NameId name = names_.take(sighting.name);
  size_t others = 0;
  for (SetId id = names_.first_use(name); id != 0; id = sets_[id].name_next) ++others;
  if (others >= limits_.sets_of_name) {
    names_.give(name);
    return 0;
  }
  if (others == 0) name_octets_ += sighting.name.size() + kNameOverhead;
  const SetId id = sets_.take();
  Set& set = sets_[id];
  set.name = name;
  set.type = static_cast<uint16_t>(sighting.type);
  set.klass = static_cast<uint16_t>(sighting.klass);
  set.ttl = sighting.ttl;
  set.first_seen = to_stamp(sighting.at);
  set.name_next = names_.first_use(name);
  names_.first_use(name) = id;
  set.older = set.newer = id;
  touch(id);
  return id;
}

void Table::unlink(SetId id) {
  Set& set = sets_[id];
  sets_[set.older].newer = set.newer;
  sets_[set.newer].older = set.older;
}

/// Puts a set at the young end of the ring.
void Table::touch(SetId id) {
  unlink(id);
  Set& set = sets_[id];
  Set& anchor = sets_[anchor_];
  set.newer = anchor_;
  set.older = anchor.older;
  sets_[anchor.older].newer = id;
  anchor.older = id;
}

void Table::mark(SetId id, bool is_news) {
  Set& set = sets_[id];
  if (set.changed_place != 0) {
    if (set.is_news || !is_news) return;
    unmark(id);
  }
  set.is_news = is_news;
  std::vector<SetId>& marked = is_news ? changed_ : updated_;
  marked.push_back(id);
  set.changed_place = static_cast<uint32_t>(marked.size());
}

/// The last one takes its place.
void Table::unmark(SetId id) {
  const uint32_t place = std::exchange(sets_[id].changed_place, 0);
  std::vector<SetId>& marked = sets_[id].is_news ? changed_ : updated_;
  const SetId last = marked.back();
  marked.pop_back();
  if (last == id) return;
  marked[place - 1] = last;
  sets_[last].changed_place = place;
}

Table::RowId Table::find_row(const Set& set, Bytes octets) const {
  RowId row = set.rows;
  while (row != 0 && !equal(rdata(rows_[row]), octets)) row = rows_[row].set_next;
  return row;
}

Table::RowId Table::make_row(SetId id, Bytes octets) {
  if (sets_[id].row_count >= limits_.records_of_set) drop_oldest_row(id);
  const RowId made = rows_.take();
  Row& row = rows_[made];
  row.set = id;
  row.set_next = sets_[id].rows;
  sets_[id].rows = made;
  ++sets_[id].row_count;
  keep(row, octets);
  if (is_address(row)) link_address(made);
  return made;
}

void Table::drop_oldest_row(SetId id) {
  RowId oldest = sets_[id].rows;
  for (RowId row = oldest; row != 0; row = rows_[row].set_next)
    if (rows_[row].last_seen < rows_[oldest].last_seen) oldest = row;
  evicted_.add();
  if (rows_[oldest].changed) {
    RecordSet gone = show(id, Part::kChanged);
    std::erase_if(gone.records, [&](const SeenRecord& record) {
      return !equal(record.rdata, rdata(rows_[oldest]));
    });
    if (departed_.size() < kMostDeparted)
      departed_.push_back(std::move(gone));
    else
      forgotten_.add();
  }
  drop_row(id, oldest);
}

void Table::drop_row(SetId id, RowId gone) {
  RowId* at = &sets_[id].rows;
  while (*at != gone) at = &rows_[*at].set_next;
  *at = rows_[gone].set_next;
  --sets_[id].row_count;
  if (is_address(rows_[gone])) unlink_address(gone);
  release(rows_[gone]);
  rows_.give(gone);
}

void Table::make_room() {
  while (rows_.size() > limits_.records || octets() > limits_.octets) {
    const SetId oldest = sets_[anchor_].newer;
    evicted_.add(sets_[oldest].row_count);
    drop_set(oldest);
  }
}

void Table::drop_set(SetId id) {
  if (sets_[id].changed_place != 0) {
    unmark(id);
    if (departed_.size() < kMostDeparted)
      departed_.push_back(show(id, Part::kChanged));
    else
      forgotten_.add();
  }
  const Set set = sets_[id];
  while (sets_[id].rows != 0) drop_row(id, sets_[id].rows);
  SetId* at = &names_.first_use(set.name);
  while (*at != id) at = &sets_[*at].name_next;
  *at = set.name_next;
  if (names_.first_use(set.name) == 0) name_octets_ -= names_.wire(set.name).size() + kNameOverhead;
  names_.give(set.name);
  unlink(id);
  sets_.give(id);
}

std::vector<RecordSet> Table::find(const dns::Name& name) const {
  std::vector<RecordSet> found;
  const names::NameId known = names_.find(name.folded().wire());
  if (known == 0) return found;
  for (SetId id = names_.first_use(known); id != 0; id = sets_[id].name_next)
    found.push_back(show(id, Part::kWhole));
  return found;
}

std::optional<RecordSet> Table::find(const dns::Name& name, dns::Type type,
                                     dns::Class klass) const {
  const SetId id = find_set(name.folded().wire(), type, klass);
  if (id == 0) return std::nullopt;
  return show(id, Part::kWhole);
}

std::vector<RecordSet> Table::find(const IpAddress& address, size_t most) const {
  const Bytes octets = address.octets();
  RowId row = addresses_.find(address_hash(octets),
                              [&](RowId id) { return equal(rdata(rows_[id]), octets); });
  std::vector<RecordSet> found;
  for (; row != 0 && found.size() < most; row = rows_[row].address_next)
    found.push_back(show(rows_[row].set, Part::kWhole));
  return found;
}

std::vector<RecordSet> Table::live(WallTime now, size_t most) const {
  std::vector<RecordSet> found;
  const uint32_t stamp = to_stamp(now);
  for (SetId id = sets_[anchor_].older; id != anchor_ && found.size() < most; id = sets_[id].older)
    if (uint64_t{sets_[id].seen} + sets_[id].ttl > stamp) found.push_back(show(id, Part::kWhole));
  return found;
}

std::vector<RecordSet> Table::take_changed(size_t most) {
  size_t updates = SIZE_MAX;
  return take_changed(most, updates);
}

std::vector<RecordSet> Table::take_changed(size_t most, size_t& updates) {
  std::vector<RecordSet> taken;
  const size_t leaving = std::min(most, departed_.size());
  std::move(departed_.begin(), departed_.begin() + static_cast<std::ptrdiff_t>(leaving),
            std::back_inserter(taken));
  departed_.erase(departed_.begin(), departed_.begin() + static_cast<std::ptrdiff_t>(leaving));
  while (taken.size() < most && !changed_.empty()) taken.push_back(give_out(changed_.back()));
  for (; taken.size() < most && updates > 0 && !updated_.empty(); --updates) {
    if (next_update_ >= updated_.size()) next_update_ = 0;
    // The last one takes its place, and waits for the next round.
    taken.push_back(give_out(updated_[next_update_++]));
  }
  return taken;
}

RecordSet Table::give_out(SetId id) {
  RecordSet shown = show(id, Part::kChanged);
  unmark(id);
  for (RowId row = sets_[id].rows; row != 0; row = rows_[row].set_next) {
    rows_[row].given_out = rows_[row].count;
    rows_[row].changed = false;
  }
  return shown;
}

RecordSet Table::show(SetId id, Part part) const {
  const Set& set = sets_[id];
  RecordSet shown{.name = dns::Name::from_wire(names_.wire(set.name)),
                  .type = static_cast<dns::Type>(set.type),
                  .klass = static_cast<dns::Class>(set.klass),
                  .ttl = set.ttl,
                  .first_seen = from_stamp(set.first_seen),
                  .last_seen = from_stamp(set.seen),
                  .asked = set.asked};
  for (RowId id_of_row = set.rows; id_of_row != 0; id_of_row = rows_[id_of_row].set_next) {
    const Row& row = rows_[id_of_row];
    const uint32_t before = part == Part::kChanged ? row.given_out : 0;
    if (part == Part::kChanged && !row.changed) continue;
    const Bytes octets = rdata(row);
    shown.records.push_back({.rdata = Octets(octets.begin(), octets.end()),
                             .first_seen = from_stamp(row.first_seen),
                             .last_seen = from_stamp(row.last_seen),
                             .count = row.count - before});
  }
  return shown;
}

void Table::keep(Row& row, Bytes octets) {
  row.size = static_cast<uint16_t>(octets.size());
  uint8_t* where = row.head.data();
  if (octets.size() > row.head.size()) {
    uint8_t* const apart = std::make_unique<uint8_t[]>(octets.size()).release();
    std::memcpy(where, &apart, sizeof(apart));
    where = apart;
    rdata_octets_ += octets.size();
  }
  if (!octets.empty()) std::memcpy(where, octets.data(), octets.size());
}

Bytes Table::rdata(const Row& row) const {
  if (row.size <= row.head.size()) return {row.head.data(), row.size};
  const uint8_t* apart = nullptr;
  std::memcpy(&apart, row.head.data(), sizeof(apart));
  return {apart, row.size};
}

void Table::release(Row& row) {
  if (row.size <= row.head.size()) return;
  const std::unique_ptr<const uint8_t[]> apart(rdata(row).data());
  rdata_octets_ -= row.size;
}

bool Table::is_address(const Row& row) const {
  const auto type = static_cast<dns::Type>(sets_[row.set].type);
  return (type == dns::Type::kA && row.size == 4) || (type == dns::Type::kAaaa && row.size == 16);
}

uint64_t Table::address_hash(Bytes address) const { return hash64(address, ~seed_); }

void Table::link_address(RowId made) {
  const Bytes octets = rdata(rows_[made]);
  const uint64_t hash = address_hash(octets);
  const RowId before =
      addresses_.find(hash, [&](RowId id) { return equal(rdata(rows_[id]), octets); });
  if (before != 0) {
    addresses_.erase(hash, before);
    rows_[before].address_previous = made;
    rows_[made].address_next = before;
  }
  addresses_.insert(hash, made);
}

void Table::unlink_address(RowId gone) {
  const Row& row = rows_[gone];
  if (row.address_next != 0) rows_[row.address_next].address_previous = row.address_previous;
  if (row.address_previous != 0) {
    rows_[row.address_previous].address_next = row.address_next;
    return;
  }
  const uint64_t hash = address_hash(rdata(row));
  addresses_.erase(hash, gone);
  if (row.address_next != 0) addresses_.insert(hash, row.address_next);
}

size_t Table::octets() const {
  return name_octets_ + rdata_octets_ + sets_.size() * sizeof(Set) +
         rows_.size() * (sizeof(Row) + kIndexOverhead);
}

}  // namespace weir::universe
