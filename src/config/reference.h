// What can be configured, in words: `weir config explain KEY` and `weir config reference`.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/schema.h"

namespace weir::config {

/// Sentence, type, range, default and reload rule of a key, or the keys of a table (`edge.cache`;
/// the empty path is the whole). In lists of tables `edge.upstreams.address` and, as diagnostics
/// write it, `edge.upstreams.0.address` are the same.
Result<std::string, Diagnostic> explain(const Schema& schema, std::string_view path);

/// A Markdown page with every key, table by table.
std::string reference(const Schema& schema, std::string_view title);

}  // namespace weir::config
