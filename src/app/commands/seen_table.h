// Records of the history as a table for people.
#pragma once

#include <string>

#include "universe/plane.h"

namespace weir::app {

std::string seen_header();
/// One line. What is not printable is escaped: names and data cannot move the cursor.
std::string seen_line(const universe::SeenRow& row);

}  // namespace weir::app
