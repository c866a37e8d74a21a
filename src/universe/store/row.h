// Rows of the history as they are found, and how they are asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "proto/dns/name.h"
#include "proto/dns/types.h"

namespace weir::universe {

/// One record that was seen.
struct SeenRow {
  dns::Name name;  // folded
  dns::Type type{};
  dns::Class klass{};
  Octets rdata;      // canonical
  uint32_t ttl = 0;  // seconds, of the last sighting
  WallTime first;    // whole seconds, as `last`
  WallTime last;
  uint64_t count = 0;  // of sightings
};

/// Everything of a name, or the names of an address.
struct SeenQuery {
  std::variant<dns::Name, IpAddress> of;
  std::optional<dns::Type> type;
  size_t limit = 100;
  std::string cursor;  // `next` of the page before; empty: from the beginning
};

/// `next` is where the following page begins; absent at the end.
struct SeenPage {
  std::vector<SeenRow> rows;
  std::optional<std::string> next;
};

}  // namespace weir::universe
