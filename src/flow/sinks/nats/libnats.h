// cnats, loaded when a sink first wants it, as libpq is: a weir without such a sink does without.
#pragma once

#include "base/result.h"

namespace weir::flow::nats {

/// Before the first call of any function of the library; does nothing when it is loaded already.
/// The error says what is to be installed.
Status load_libnats();

}  // namespace weir::flow::nats
