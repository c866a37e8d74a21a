// How a file of an older version becomes one of today, step by step.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "sqlite/database.h"

namespace weir::sqlite {

/// What a file is to be. Its version ("PRAGMA user_version") is the number of steps it has gone.
struct Schema {
  std::string_view what;  // "history": the beginning of errors
  /// Tells files of different kinds apart ("PRAGMA application_id"); 0 is what SQLite begins with.
  int64_t application = 0;
  std::span<const char* const> steps;  // SQL; step i brings a file from version i to i + 1
};

/// Makes a new file, or brings an older one to the last version, each step whole or not at all; a
/// file of a newer weir, or of something else, is refused and not touched.
Status migrate(Database& database, const Schema& schema);

}  // namespace weir::sqlite
