// What may be kept and for how long, and how an entry becomes an answer again.
#include "edge/cache/cache.h"

#include <algorithm>
#include <bit>

#include "edge/cache/partition.h"

namespace weir::edge {
namespace {

constexpr size_t kMostPartitions = 64;
constexpr size_t kLeastPartition = 256 << 10;  // octets
constexpr size_t kOctetsPerAnswer = 64;        // of the smallest, for the size of the tables

/// The cache's own time: whole seconds would cost an answer up to one of its life.
constexpr uint32_t kTicksPerSecond = 10;

uint32_t ticks(Instant now) {
  return static_cast<uint32_t>(now.time_since_epoch() / (Duration(1s) / kTicksPerSecond));
}
Instant time_of(uint32_t ticks) { return Instant(Duration(1s) / kTicksPerSecond * ticks); }
uint32_t seconds(Duration duration) {
  return static_cast<uint32_t>(duration / std::chrono::seconds(1));
}

/// Where the sections end when the OPT record, which is last, is left out; 0 when it is not last.
size_t end_without_opt(const dns::Message& answer) {
  const auto& edns = answer.edns();
  if (!edns) return answer.octets().size();
  const size_t opt_end = edns->record_offset + size_t{11} + edns->options.size();
  return opt_end == answer.octets().size() ? edns->record_offset : 0;
}

/// Puts `change` of each TTL of `count` records at `at` in its place; they were checked before.
template <typename Change>
void change_ttls(uint8_t* at, size_t count, Change change) {
  for (; count > 0; --count) {
    while (*at != 0 && *at < 0xc0) at += *at + 1;
    at += *at == 0 ? 1 : 2;
    store_u32(at + 4, change(load_u32(at + 4)));
    at += 10 + load_u16(at + 8);
  }
}

/// The least TTL of a section (RFC 2181 §8: the top bit set means zero), OPT aside.
uint32_t least_ttl(dns::RecordRange records, uint32_t least) {
  for (const dns::Record& record : records)
    if (record.type != dns::Type::kOpt)
      least = std::min(least, record.ttl > 0x7fffffff ? 0 : record.ttl);
  return least;
}

/// RFC 2308 §5: the lesser of the SOA's TTL and its minimum field; nothing without an SOA.
std::optional<uint32_t> negative_ttl(const dns::Message& answer) {
  for (const dns::Record& record : answer.authority())
    if (record.type == dns::Type::kSoa && record.rdata.size() >= 22)
      return std::min(record.ttl, load_u32(record.rdata.data() + record.rdata.size() - 4));
  return std::nullopt;
}

}  // namespace

bool is_positive(const dns::Message& answer) {
  const dns::Type wanted = answer.question()->type;
  return answer.rcode() == dns::Rcode::kNoError &&
         std::ranges::any_of(answer.answers(),
                             [&](const dns::Record& record) { return record.type == wanted; });
}

CacheKey CacheKey::of(const Query& query, uint64_t secret) {
  CacheKey key;
  key.type = query.type;
  key.dnssec_ok = query.dnssec_ok;
  key.checking_disabled = (query.flags & dns::flag::kCd) != 0;
  key.complete(query.name(), secret);
  return key;
}

CacheKey CacheKey::of(const model::RefreshQuestion& question, uint64_t secret) {
  CacheKey key;
  key.type = question.type;
  key.dnssec_ok = question.dnssec_ok;
  key.checking_disabled = question.checking_disabled;
  key.complete(question.name.wire(), secret);
  return key;
}

void CacheKey::complete(Bytes octets, uint64_t secret) {
  name_size = static_cast<uint8_t>(octets.size());
  dns::fold_case(octets, name.data());
  hash = question_hash(name_octets(), static_cast<uint16_t>(type), marks(), secret);
}

uint8_t CacheKey::marks() const {
  return static_cast<uint8_t>((dnssec_ok ? CacheEntry::kDnssecOk : 0) |
                              (checking_disabled ? CacheEntry::kCheckingDisabled : 0));
}

bool operator==(const CacheKey& a, const CacheKey& b) {
  return a.hash == b.hash && a.type == b.type && a.dnssec_ok == b.dnssec_ok &&
         a.checking_disabled == b.checking_disabled && equal(a.name_octets(), b.name_octets());
}

AnswerCache::AnswerCache(const CacheSettings& settings, uint64_t secret)
    : settings_(settings), secret_(secret) {
  if (settings.size_octets == 0) return;
  const size_t count = std::clamp(std::bit_floor(settings.size_octets / kLeastPartition), size_t{1},
                                  kMostPartitions);
  const size_t share = settings.size_octets / count;
  // A bucket of 64 octets finds ten answers; tables are made for eight, arenas get the rest.
  const size_t buckets = std::max<size_t>(4, share / (kOctetsPerAnswer * 8 + 64));
  const size_t arena = share - std::min(share / 2, buckets * 64);
  for (size_t i = 0; i < count; ++i)
    partitions_.push_back(std::make_unique<CachePartition>(arena, buckets, secret));
}

AnswerCache::~AnswerCache() = default;

CachePartition& AnswerCache::partition(uint64_t hash) const {
  // Other bits than those that choose the bucket (high) and the tag (low).
  return *partitions_[hash >> 20 & (partitions_.size() - 1)];
}

std::optional<CachedAnswer> AnswerCache::find(const CacheKey& key, const Query& query, Instant now,
                                              MutableBytes out) {
  if (partitions_.empty()) return std::nullopt;
  const uint32_t at = ticks(now);
  CachePartition& part = partition(key.hash);
  uint16_t counts[3];
  uint16_t flags;
  uint32_t stored;
  uint32_t age;
  size_t body_size;
  const size_t body_at = dns::kHeaderSize + query.question_size;
  {
    const std::lock_guard lock(part.mutex());
    const CacheEntry* entry = part.find(key);
    if (entry == nullptr || entry->expires <= at) return std::nullopt;
    if (entry->marks & CacheEntry::kFailure)
      return CachedAnswer{0, true, static_cast<dns::ExtendedError>(entry->counts[1]), {}};
    body_size = entry->body_size;
    if (body_at + body_size > out.size()) return std::nullopt;
    std::memcpy(out.data() + body_at, entry->body(), body_size);
    std::memcpy(counts, entry->counts, sizeof counts);
    flags = entry->header_flags;
    stored = entry->stored;
    age = (at - stored) / kTicksPerSecond;
  }
  uint8_t* header = out.data();
  store_u16(header, 0);
  store_u16(header + 2, flags);
  store_u16(header + 4, 1);
  for (size_t i = 0; i < 3; ++i) store_u16(header + 6 + 2 * i, counts[i]);
  std::memcpy(header + dns::kHeaderSize, query.question.data(), query.question_size);
  if (age > 0)
    change_ttls(header + body_at, size_t{counts[0]} + counts[1] + counts[2],
                [age](uint32_t ttl) { return ttl > age ? ttl - age : 0; });
  return CachedAnswer{body_at + body_size, false, {}, time_of(stored)};
}

uint32_t AnswerCache::lifetime(const dns::Message& answer) const {
  const dns::Rcode rcode = answer.rcode();
  if (answer.header().has(dns::flag::kTc)) return 0;
  if (rcode != dns::Rcode::kNoError && rcode != dns::Rcode::kNxDomain) return 0;
  uint32_t least = seconds(settings_.max_ttl);
  if (!is_positive(answer)) {
    const auto negative = negative_ttl(answer);
    if (!negative) return 0;
    least = std::min({least, seconds(settings_.max_negative_ttl), *negative});
  }
  for (const dns::Section section :
       {dns::Section::kAnswer, dns::Section::kAuthority, dns::Section::kAdditional})
    least = least_ttl(answer.section(section), least);
  return least;
}

uint32_t AnswerCache::store(const CacheKey& key, const dns::Message& answer, uint16_t flags,
                            Instant now, Duration most) {
  if (partitions_.empty()) return 0;
  const uint32_t keep =
      std::min<uint32_t>(lifetime(answer), seconds(std::min<Duration>(most, settings_.max_ttl)));
  const size_t end = end_without_opt(answer);
  const size_t body_at = answer.question()->end;
  if (keep == 0 || end == 0 || body_at != dns::kHeaderSize + size_t{key.name_size} + 4) return 0;
  const size_t body_size = end - body_at;
  const size_t octets = sizeof(CacheEntry) + key.name_size + body_size;
  CachePartition& part = partition(key.hash);
  const std::lock_guard lock(part.mutex());
  const uint32_t at = ticks(now);
  CacheEntry* entry = octets > settings_.max_entry_octets
                          ? (++part.statistics.refused, nullptr)
                          : part.allocate(static_cast<uint16_t>((octets + 7) / 8), at);
  if (entry == nullptr) return 0;
  const auto& header = answer.header();
  const uint16_t units = static_cast<uint16_t>((octets + 7) / 8);
  *entry = {at,
            at + keep * kTicksPerSecond,
            units,
            static_cast<uint16_t>(body_size),
            static_cast<uint16_t>(key.type),
            {header.counts[1], header.counts[2],
             static_cast<uint16_t>(header.counts[3] - (answer.edns() ? 1 : 0))},
            flags,
            key.name_size,
            key.marks()};
  auto* name = reinterpret_cast<uint8_t*>(entry + 1);
  std::memcpy(name, key.name.data(), key.name_size);
  std::memcpy(name + key.name_size, answer.octets().data() + body_at, body_size);
  change_ttls(name + key.name_size, size_t{entry->counts[0]} + entry->counts[1] + entry->counts[2],
              [most = seconds(settings_.max_ttl)](uint32_t ttl) { return std::min(ttl, most); });
  part.publish(entry, key.hash);
  return keep;
}

void AnswerCache::store_failure(const CacheKey& key, dns::ExtendedError why, bool grows,
                                Instant now) {
  if (partitions_.empty() || settings_.failure_ttl.count() == 0) return;
  CachePartition& part = partition(key.hash);
  const std::lock_guard lock(part.mutex());
  const uint32_t at = ticks(now);
  uint16_t before = 0;
  if (const CacheEntry* old = part.find(key); old != nullptr) {
    if (!(old->marks & CacheEntry::kFailure) && old->expires > at) return;  // an answer is better
    if (grows && (old->marks & CacheEntry::kFailure)) before = old->failures();
  }
  const uint32_t first = std::max<uint32_t>(1, seconds(settings_.failure_ttl));
  const uint32_t most = std::max(first, seconds(settings_.max_failure_ttl));
  const uint32_t keep = static_cast<uint32_t>(
      std::min<uint64_t>(most, static_cast<uint64_t>(first) << std::min<uint16_t>(before, 20)));
  const auto units = static_cast<uint16_t>((sizeof(CacheEntry) + key.name_size + 7) / 8);
  CacheEntry* entry = part.allocate(units, at);
  if (entry == nullptr) return;
  // One tick more: a failure is kept a whole second at least.
  *entry = {at,
            at + keep * kTicksPerSecond + 1,
            units,
            0,
            static_cast<uint16_t>(key.type),
            {static_cast<uint16_t>(std::min(before + 1, 21)), static_cast<uint16_t>(why), 0},
            0,
            key.name_size,
            static_cast<uint8_t>(CacheEntry::kFailure | key.marks())};
  std::memcpy(entry + 1, key.name.data(), key.name_size);
  part.publish(entry, key.hash);
}

void AnswerCache::clear() {
  for (const auto& part : partitions_) {
    const std::lock_guard lock(part->mutex());
    part->clear();
  }
}

AnswerCache::Statistics AnswerCache::statistics() const {
  Statistics sum;
  sum.size_octets = settings_.size_octets;
  for (const auto& part : partitions_) {
    const std::lock_guard lock(part->mutex());
    sum.entries += part->statistics.entries;
    sum.used_octets += part->statistics.used_octets;
    sum.inserts += part->statistics.inserts;
    sum.evictions += part->statistics.evictions;
    sum.second_chances += part->statistics.second_chances;
    sum.collisions += part->statistics.collisions;
    sum.refused += part->statistics.refused;
  }
  return sum;
}

}  // namespace weir::edge
