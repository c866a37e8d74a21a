// A set of records of one name, type and class, with what is known of its life.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "proto/dns/name.h"
#include "proto/dns/types.h"

namespace weir::universe {

/// One record of a set.
struct SeenRecord {
  Octets rdata;  // canonical
  WallTime first_seen;
  WallTime last_seen;
  uint64_t count = 0;
};

struct RecordSet {
  dns::Name name;  // folded
  dns::Type type{};
  dns::Class klass{};
  uint32_t ttl = 0;  // seconds, of the last sighting
  WallTime first_seen;
  WallTime last_seen;
  uint64_t asked = 0;  // by clients
  std::vector<SeenRecord> records;

  WallTime expires() const { return last_seen + std::chrono::seconds(ttl); }
};

}  // namespace weir::universe
