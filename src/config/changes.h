// What differs between two configurations, and whether a running program can take it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/table.h"

namespace weir::config {

struct Change {
  std::string path;  // `edge.cache.size`, `edge.upstreams.quad9` for an element come or gone
  Reload reload = Reload::kRestart;
  std::string before;  // TOML; secrets masked; empty when it was not there
  std::string after;

  /// `edge.cache.size: "64MiB" -> "1GiB"`.
  std::string to_text() const;
};

/// In the order of the schema. Elements of a list of tables are matched by their unique key, else
/// by place.
std::vector<Change> changes(const Schema& schema, const void* before, const void* after);

template <typename S>
std::vector<Change> changes(const Table<S>& table, const S& before, const S& after) {
  return changes(table.schema(), static_cast<const void*>(&before),
                 static_cast<const void*>(&after));
}

/// Refuses when a change needs a restart, naming every such key.
Status check_reload(const std::vector<Change>& changes);

}  // namespace weir::config
