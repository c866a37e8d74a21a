// Decides whether a list just read may take the place of the one in use. A refused list changes
// nothing: the last good one stays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "names/reader.h"

namespace weir::names {

struct GuardLimits {
  double most_refused = 0.01;  // of the lines
  double most_change = 0.5;    // of the rules in use
  size_t small_change = 0;     // so few rules may come or go, whatever part of the list they are
};

enum class Rejection : uint8_t { kMarkup, kEmpty, kErrors, kChange };
std::string_view to_text(Rejection rejection);

/// What speaks against `fresh`, if anything does. `in_use` is the number of rules of the list it
/// would replace; nothing before the first.
std::optional<Rejection> reject(const Reading& fresh, std::optional<size_t> in_use,
                                const GuardLimits& limits = {});

}  // namespace weir::names
