// What koroz keeps: for each name and type the TTL of the latest sighting, and when that was.
// Sightings are gathered for a while, so that a name that many ask for costs one row, not
// thousands.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/hash.h"
#include "base/result.h"
#include "flow/sinks/postgresql/connection.h"
#include "flow/sinks/postgresql/copy_rows.h"
#include "model/observation.h"

namespace weir::flow::postgresql {

class Answers {
 public:
  /// Every record of the answer section of a response.
  void add(const model::Observation& observation);
  size_t size() const { return latest_.size(); }
  bool empty() const { return latest_.empty(); }

  /// Writes what was gathered into the table, in the transaction that is open.
  Status write(Connection& connection, const std::string& table);
  /// After that transaction has ended well.
  void clear();

 private:
  struct Hasher {
    size_t operator()(const Hash128& key) const { return static_cast<size_t>(key.low); }
  };
  struct Sighting {
    dns::Type type{};
    uint32_t ttl = 0;
    WallTime time;
    size_t name = 0;  // in `names_`: a length and a name in wire form, folded
  };

  void see(Bytes name, const dns::Record& record, WallTime time);

  std::unordered_map<Hash128, Sighting, Hasher> latest_;
  Octets names_;
};

}  // namespace weir::flow::postgresql
