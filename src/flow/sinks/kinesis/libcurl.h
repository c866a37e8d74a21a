// libcurl, loaded when a sink first wants it, as libpq is: a weir without such a sink does without.
#pragma once

#include "base/result.h"

namespace weir::flow::kinesis {

/// Does nothing when it is loaded already. The error says what is to be installed.
Status load_libcurl();
/// A function of the library by name; after `load_libcurl`. Most take any number of arguments, so
/// they are called as they are, and not passed on.
void* find_in_libcurl(const char* name);

}  // namespace weir::flow::kinesis
