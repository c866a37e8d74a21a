// Counters, gauges and histograms, declared next to the code they count and exposed in the
// Prometheus text format. This header is the room's door: the parts stand beside it.
#pragma once

#include "metrics/counter.h"    // IWYU pragma: export
#include "metrics/histogram.h"  // IWYU pragma: export
#include "metrics/registry.h"   // IWYU pragma: export
