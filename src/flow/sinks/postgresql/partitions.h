// The event table's partitions: made ahead of time and where rows need one, dropped when all of
// their rows are older than is kept.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "flow/settings.h"
#include "flow/sinks/postgresql/connection.h"
#include "model/batch.h"

namespace weir::flow::postgresql {

class Partitions {
 public:
  explicit Partitions(const PostgresqlSinkSettings& settings) : settings_(settings) {}

  /// Reads which there are.
  Status load(Connection& connection);
  /// The spans, counted from 1970, that rows of the batch fall into and that have no partition yet.
  std::vector<int64_t> missing(const model::Batch& batch, WallTime now) const;
  /// Makes a partition, inside a transaction. Where it cannot be had (its rows lie in the
  /// default partition already, or another overlaps it), the default one or the other serves.
  Status make(Connection& connection, int64_t span);
  /// Those for now and the time ahead.
  Status make_ahead(Connection& connection, WallTime now);
  /// Drops what is too old. No row is deleted one by one.
  Status drop_old(Connection& connection, WallTime now);

  /// True for a row that retention would drop at once.
  bool is_too_old(WallTime time, WallTime now) const {
    return settings_.retention > Duration::zero() && time < now - settings_.retention;
  }
  size_t count() const { return ends_.size(); }

  /// So many partitions are made at most; what has none goes into the default one.
  static constexpr size_t kMost = 2000;

 private:
  int64_t span_of(WallTime time) const;
  std::string name_of(int64_t span) const;
  std::string in_schema(const std::string& name) const;

  const PostgresqlSinkSettings settings_;
  std::map<std::string, int64_t> ends_;  // name → end, seconds since 1970
  std::set<int64_t> served_;             // spans that need no partition any more
};

}  // namespace weir::flow::postgresql
