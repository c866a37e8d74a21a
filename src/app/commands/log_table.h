// Rows of the store as a table for people.
#pragma once

#include <string>

#include "flow/plane.h"

namespace weir::app {

std::string log_header();
/// One line. Names cannot move the cursor: the store keeps them in presentation form, and what is
/// not printable is escaped once more. `colour` marks failures.
std::string log_line(const flow::QueryRow& row, bool colour);

}  // namespace weir::app
