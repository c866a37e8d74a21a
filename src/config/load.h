// The way in: text, overrides and a table give settings, or everything that is wrong with them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/overrides.h"
#include "config/table.h"

namespace weir::config {

template <typename S>
using Loaded = Result<S, Diagnostics>;

/// The most that a configuration file may have; ours have a few thousand octets.
inline constexpr size_t kMostFileOctets = 4 << 20;

/// A whole file, or one diagnostic with its name.
Result<std::string, Diagnostic> read_file(const std::string& path);

/// Fills `settings` and returns every mistake, in the order of their places; none means success.
Diagnostics load_into(const Schema& schema, std::string_view text, const std::string& file_name,
                      std::span<const Override> overrides, void* settings);

/// Overrides apply in their order: the environment's first, then the command line's.
template <typename S>
Loaded<S> load(const Table<S>& table, std::string_view text, const std::string& file_name,
               std::span<const Override> overrides = {}) {
  S settings{};
  Diagnostics wrong = load_into(table.schema(), text, file_name, overrides, &settings);
  if (!wrong.empty()) return wrong;
  return settings;
}

}  // namespace weir::config
