// The options of a producer, checked, as an outlet and its writer want them.
#pragma once

#include "base/backoff.h"
#include "base/result.h"
#include "emit/target.h"
#include "weir/dnstap.h"

namespace weir::producer {

/// Where `Options::output` is, with the options of its kind. An error names the part that is wrong.
Result<emit::Target> target_of(const tap::Options& options);

/// Whether sizes, bounds and times make sense together.
Status check_limits(const tap::Options& options);

Backoff::Limits backoff_of(const tap::Reconnect& reconnect);

}  // namespace weir::producer
