// The Prometheus text format 0.0.4: families with their samples in, text out.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "metrics/histogram.h"
#include "metrics/registry.h"

namespace weir::metrics {

enum class Type : unsigned char { kCounter, kGauge, kHistogram, kSummary };

/// A number, or a histogram's reading (for kHistogram and kSummary).
using Sample = std::variant<double, Histogram::Reading>;
/// By labels in name order.
using Samples = std::map<Labels, Sample>;

/// [a-zA-Z_:][a-zA-Z0-9_:]*, the reserved prefix `__` excepted; labels have no colon.
bool is_metric_name(std::string_view name);
bool is_label_name(std::string_view name);

/// Appends HELP, TYPE and every sample; nothing when there are no samples.
void write_family(std::string& page, std::string_view name, std::string_view help, Type type,
                  const Samples& samples);

}  // namespace weir::metrics
