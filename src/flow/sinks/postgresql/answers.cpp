// Gathering by hash; writing through a temporary table and one merge.
#include "flow/sinks/postgresql/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "flow/text.h"

namespace weir::flow::postgresql {
namespace {

constexpr const char* kTemporary =
    "CREATE TEMPORARY TABLE IF NOT EXISTS weir_answers (domain_name varchar, ttl integer, "
    "record_type varchar, read_from_buffer_ts timestamptz) ON COMMIT DELETE ROWS; "
    "COPY pg_temp.weir_answers FROM STDIN (FORMAT binary)";
// In the order of the key, so that several weirs do not wait for each other in a circle.
constexpr const char* kMerge =
    "INSERT INTO {} AS seen SELECT * FROM pg_temp.weir_answers ORDER BY domain_name, record_type "
    "ON CONFLICT (domain_name, record_type) DO UPDATE SET ttl = excluded.ttl, "
    "read_from_buffer_ts = excluded.read_from_buffer_ts "
    "WHERE excluded.read_from_buffer_ts >= seen.read_from_buffer_ts";
constexpr uint32_t kMostTtl = std::numeric_limits<int32_t>::max();  // RFC 2181 §8

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return text;
}

}  // namespace

void Answers::add(const model::Observation& observation) {
  if (!model::is_response(observation.type) || observation.header.counts[1] == 0) return;
  const auto message = dns::Message::parse(observation.message());
  if (!message) return;
  const WallTime time = observation.time();
  for (const dns::Record& record : message->answers()) {
    const dns::Name owner = record.owner.expand();
    see(owner.wire(), record, time);
  }
}

void Answers::see(Bytes name, const dns::Record& record, WallTime time) {
  std::array<uint8_t, dns::kMaxName + 2> key;
  for (size_t i = 0; i < name.size(); ++i)
    key[i] = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<uint8_t>(name[i] + 32) : name[i];
  store_u16(&key[name.size()], static_cast<uint16_t>(record.type));
  const auto [found, is_new] =
      latest_.try_emplace(hash128(Bytes(key).first(name.size() + 2)), Sighting());
  Sighting& sighting = found->second;
  if (is_new) {
    sighting.type = record.type;
    sighting.name = names_.size();
    names_.push_back(static_cast<uint8_t>(name.size()));
    names_.insert(names_.end(), key.begin(), key.begin() + static_cast<ptrdiff_t>(name.size()));
  } else if (time < sighting.time) {
    return;
  }
  sighting.ttl = record.ttl;
  sighting.time = time;
}

Status Answers::write(Connection& connection, const std::string& table) {
  if (latest_.empty()) return Done{};
  TRY_DONE(connection.begin_copy(kTemporary));
  CopyRows rows;
  rows.begin();
  std::string text;
  for (const auto& [key, sighting] : latest_) {
    const Bytes name = Bytes(names_).subspan(sighting.name + 1, names_[sighting.name]);
    text.clear();
    append_name(text, name);
    rows.row(4);
    rows.text(text);
    rows.int4(static_cast<int32_t>(sighting.ttl > kMostTtl ? 0 : sighting.ttl));
    rows.text(lower(dns::to_text(sighting.type)));
    rows.timestamptz(sighting.time);
    if (rows.size() < (256 << 10)) continue;
    TRY_DONE(connection.copy(rows.octets()));
    rows.clear();
  }
  rows.end();
  TRY_DONE(connection.copy(rows.octets()));
  TRY_DONE(connection.end_copy());
  return connection.execute(fmt::format(kMerge, table));
}

void Answers::clear() {
  latest_.clear();
  names_.clear();
}

}  // namespace weir::flow::postgresql
