// Two queues: who waits for its moment, and who is due and waits for its turn.
#include "universe/keep_warm/schedule.h"

#include <algorithm>

namespace weir::universe {
namespace {

// TTLs are whole seconds: what differs by less is the same life, seen at another moment.
constexpr Duration kSameLife = 1500ms;
// A resolver that counts whole seconds lets go of a record at most so much after our reckoning.
constexpr Duration kAfterEnd = 1s;
// How late the try after the end may come.
constexpr Duration kEndPatience = 5s;
constexpr unsigned kPercent = 100;

constexpr char kDnssecOk = 1, kCheckingDisabled = 2;
constexpr size_t kKeyTail = 5;  // octets after the name: type, class, what is wanted of DNSSEC

std::string key_of(const Target& target) {
  std::string key(as_text(target.name.wire()));
  for (const auto number :
       {static_cast<uint16_t>(target.type), static_cast<uint16_t>(target.klass)}) {
    key.push_back(static_cast<char>(number >> 8));
    key.push_back(static_cast<char>(number & 0xff));
  }
  key.push_back(static_cast<char>((target.dnssec_ok ? kDnssecOk : 0) |
                                  (target.checking_disabled ? kCheckingDisabled : 0)));
  return key;
}

Target target_of(const std::string& key) {
  const Bytes octets = as_bytes(key);
  const size_t size = octets.size() - kKeyTail;
  return {.name = dns::Name::from_wire(octets.first(size)),
          .type = static_cast<dns::Type>(load_u16(octets.data() + size)),
          .klass = static_cast<dns::Class>(load_u16(octets.data() + size + 2)),
          .dnssec_ok = (key.back() & kDnssecOk) != 0,
          .checking_disabled = (key.back() & kCheckingDisabled) != 0};
}

}  // namespace

std::string_view to_text(Unwarmed why) {
  switch (why) {
    case Unwarmed::kUnpopular: return "unpopular";
    case Unwarmed::kLate: return "late";
    case Unwarmed::kFull: return "full";
    case Unwarmed::kFailed: return "failed";
  }
  return "unknown";
}

Schedule::Schedule(const WarmthSettings& settings, uint64_t seed, Random& random)
    : settings_(settings), random_(random), entries_(16, Hash{seed}) {}

void Schedule::adopt(const WarmthSettings& settings) {
  const size_t records = settings_.records;
  settings_ = settings;
  settings_.records = records;
}

Schedule::Entry* Schedule::find(const Target& target) {
  const auto found = entries_.find(key_of(target));
  return found == entries_.end() ? nullptr : &found->second;
}

const Schedule::Entry* Schedule::find(const Target& target) const {
  const auto found = entries_.find(key_of(target));
  return found == entries_.end() ? nullptr : &found->second;
}

void Schedule::see(const Target& target, uint32_t ttl, WallTime at, bool asked) {
  Entry* entry = find(target);
  if (entry == nullptr) {
    if (ttl == 0 || (!asked && settings_.least_asked > 0)) return;
    if (entries_.size() >= settings_.records) {
      ++dropped_[static_cast<size_t>(Unwarmed::kFull)];
      return;
    }
    const auto made = entries_.try_emplace(key_of(target)).first;
    entry = &made->second;
    entry->key = &made->first;
  }
  if (asked && entry->asked != UINT32_MAX) ++entry->asked;
  if (at < entry->seen) return;  // sources are not in step with each other
  entry->seen = at;
  const WallTime expires = at + std::chrono::seconds(ttl);
  if (entry->place == Place::kNew || std::chrono::abs(expires - entry->expires) > kSameLife)
    wait_for(*entry, at, expires);
}

/// A new life has begun. One that is out is put back when it is settled.
void Schedule::wait_for(Entry& entry, WallTime from, WallTime expires) {
  entry.expires = expires;
  if (entry.place == Place::kOut) return;
  entry.at_end = false;
  Duration ahead = std::min<Duration>(settings_.ahead, (expires - from) / 2);
  const auto jitter = static_cast<uint64_t>((ahead / kPercent * settings_.jitter_percent).count());
  if (jitter > 0) ahead += Duration(static_cast<int64_t>(random_.below(jitter + 1)));
  put(entry, Place::kWaiting, expires - ahead);
}

void Schedule::put(Entry& entry, Place place, WallTime at) {
  take(entry);
  entry.place = place;
  entry.queued = (place == Place::kWaiting ? waiting_ : ready_).emplace(at, &entry);
}

/// Out of its queue.
void Schedule::take(Entry& entry) {
  if (entry.place == Place::kWaiting) waiting_.erase(entry.queued);
  if (entry.place == Place::kReady) ready_.erase(entry.queued);
}

void Schedule::drop(Entry& entry, Unwarmed why) {
  ++dropped_[static_cast<size_t>(why)];
  take(entry);
  entries_.erase(std::string(*entry.key));
}

std::vector<Target> Schedule::take_due(WallTime now) {
  refill(now);
  ripen(now);
  std::vector<Target> batch;
  size_t examined = 0;
  while (!ready_.empty() && batch.size() < settings_.batch && examined < kMostExamined) {
    Entry& entry = *ready_.begin()->second;
    if (now > ready_.begin()->first) {
      ++examined;
      drop(entry, Unwarmed::kLate);
      continue;
    }
    if (tokens_ < 1) break;
    tokens_ -= 1;
    take(entry);
    entry.place = Place::kOut;
    entry.out_expires = entry.expires;
    batch.push_back(target_of(*entry.key));
  }
  return batch;
}

/// Those whose moment has come, if enough clients asked.
void Schedule::ripen(WallTime now) {
  size_t examined = 0;
  while (!waiting_.empty() && waiting_.begin()->first <= now && examined < kMostExamined) {
    ++examined;
    Entry& entry = *waiting_.begin()->second;
    if (entry.asked < settings_.least_asked) {
      drop(entry, Unwarmed::kUnpopular);
    } else {
      put(entry, Place::kReady, entry.expires + (entry.at_end ? kEndPatience : Duration{0}));
    }
  }
}

/// What a cycle may take is saved up to one cycle.
void Schedule::refill(WallTime now) {
  const double most = std::max(1.0, settings_.rate * to_seconds(settings_.cycle));
  if (!refilled_) tokens_ = most;
  if (refilled_ && now > *refilled_)
    tokens_ = std::min(most, tokens_ + to_seconds(now - *refilled_) * settings_.rate);
  refilled_ = now;
}

void Schedule::sent(const Target& target, uint16_t id) {
  Entry* entry = find(target);
  if (entry == nullptr) return;
  entry->own_id = id;
}

bool Schedule::is_own(uint16_t id, Bytes qname, dns::Type type, dns::Class klass) const {
  const Entry* entry =
      find({.name = dns::Name::from_wire(qname).folded(), .type = type, .klass = klass});
  return entry != nullptr && entry->own_id == id;
}

void Schedule::settle(const Target& target, WallTime now, std::optional<uint32_t> ttl) {
  Entry* entry = find(target);
  if (entry == nullptr || entry->place != Place::kOut) return;
  // An old answer may show zero just before its end; a new one that does is not worth keeping.
  if (!ttl || (*ttl == 0 && entry->at_end)) return drop(*entry, Unwarmed::kFailed);
  entry->place = Place::kNew;
  const WallTime expires = std::max(entry->expires, now + std::chrono::seconds(*ttl));
  if (entry->at_end || expires > entry->out_expires + kSameLife) {
    ++refreshed_;
    entry->asked = 0;
    entry->seen = std::max(entry->seen, now);
    return wait_for(*entry, now, expires);
  }
  ++unmoved_;
  entry->at_end = true;
  put(*entry, Place::kWaiting, entry->expires + kAfterEnd);
}

}  // namespace weir::universe
