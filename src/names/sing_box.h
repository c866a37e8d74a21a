// Rule sets of sing-box in their JSON source form.
#pragma once

#include <functional>
#include <string_view>

#include "names/rule_writer.h"

namespace weir::names {

/// Reads the whole text. `tell(number, taken)` hears of every rule of the file, from 1. A rule that
/// asks for more than names and networks is refused whole.
void read_sing_box(std::string_view text, RuleWriter& out,
                   const std::function<void(size_t number, Taken taken)>& tell);

}  // namespace weir::names
