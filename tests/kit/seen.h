// What tests of the history share: sets of records, and rows as lines.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proto/dns/rdata.h"
#include "universe/record_set.h"
#include "universe/settings.h"
#include "universe/store/row.h"

namespace weir::kit {

using universe::RecordSet;
using universe::SeenPage;
using universe::SeenQuery;
using universe::SeenRow;

inline WallTime at(int64_t seconds) { return WallTime(std::chrono::seconds(seconds)); }

inline RecordSet set_of(std::string_view name, dns::Type type, const std::vector<std::string>& data,
                        int64_t time, uint64_t count = 1, uint32_t ttl = 60) {
  RecordSet set{.name = *dns::Name::parse(name),
                .type = type,
                .klass = dns::Class::kIn,
                .ttl = ttl,
                .first_seen = at(time),
                .last_seen = at(time)};
  for (const std::string& text : data)
    set.records.push_back({*dns::rdata_from_text(type, text), at(time), at(time), count});
  return set;
}

/// `a.example. A 60 192.0.2.1 @100-105 *2`
inline std::string line_of(const SeenRow& row) {
  const auto seconds = [](WallTime time) {
    return std::to_string(to_nanoseconds(time) / 1'000'000'000);
  };
  return row.name.to_text() + " " + dns::to_text(row.type) + " " + std::to_string(row.ttl) + " " +
         dns::rdata_to_text({.type = row.type, .klass = row.klass, .rdata = row.rdata}) + " @" +
         seconds(row.first) + "-" + seconds(row.last) + " *" + std::to_string(row.count);
}

inline std::vector<std::string> lines_of(const SeenPage& page) {
  std::vector<std::string> lines;
  for (const SeenRow& row : page.rows) lines.push_back(line_of(row));
  return lines;
}

inline SeenQuery name_query(std::string_view name) { return {.of = *dns::Name::parse(name)}; }
inline SeenQuery address_query(std::string_view text) { return {.of = *IpAddress::parse(text)}; }

}  // namespace weir::kit
