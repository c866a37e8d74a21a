// Settings back to text: `weir config show`.
#pragma once

#include <string>
#include <string_view>

#include "config/table.h"

namespace weir::config {

/// TOML that loads to the same settings, a comment where a value is not the default. Secrets are
/// `"***"`, in values and comments.
std::string show(const Schema& schema, const void* settings);

template <typename S>
std::string show(const Table<S>& table, const S& settings) {
  return show(table.schema(), static_cast<const void*>(&settings));
}

/// A field's value as TOML, masked when it is a secret; empty for an optional that is not set.
std::string value_text(const Field& field, const Value& value);
/// A field's default as TOML; empty when it has none.
std::string default_text(const Field& field);

/// The line that opens a table: `[edge.cache]`, `[[edge.upstreams]]`.
std::string header(const Field& field, std::string_view path);

}  // namespace weir::config
