// All series of the process, by name and labels. Planes register what they count when they start;
// the control plane asks for the page.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/counter.h"
#include "metrics/histogram.h"

namespace weir::metrics {

/// Names with values. Their order does not matter; equal names are a mistake of ours.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// References stay valid as long as the registry; whatever a callback asks must live as long as it.
/// All functions may be called from any thread. Bad names, empty help, and one name with two types
/// are mistakes of ours and end the process (CHECK).
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// Finds or makes a series. Names follow Prometheus: `weir_…_total` for counters; `help` is one
  /// sentence. Asking again with the same name and labels gives the same series.
  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                       Labels labels = {});

  /// A series whose value is read when it is asked for. `counter` says which type is exposed.
  /// Series of equal name and labels are added up, so each shard registers its own LocalCounter.
  void callback(std::string_view name, std::string_view help, Labels labels, bool counter,
                std::function<double()> value);
  /// Series whose labels are known only when they are asked for (upstreams, sinks, files):
  /// `collect` calls `emit` once for each, or not at all. It must not call this registry.
  using Emit = std::function<void(Labels labels, double value)>;
  void callback(std::string_view name, std::string_view help, bool counter,
                std::function<void(const Emit& emit)> collect);

  /// The family `name` under another name (of a system that weir replaces). Without `labels` every
  /// series keeps its own; with them there is one series, the sum of all. Nothing is shown while
  /// `name` has no series.
  void alias(std::string_view alias, std::string_view help, std::string_view name,
             Labels labels = {});
  /// The histograms `name`, added up, as one summary with the quantiles 0.5, 0.9 and 0.99.
  void summary_alias(std::string_view alias, std::string_view help, std::string_view name,
                     Labels labels = {});

  /// Prometheus text format 0.0.4, families in name order, HELP and TYPE once each, labels escaped.
  /// Names of other systems may offend promtool (`requests` wants `_total`); they can be left out.
  enum class Aliases : unsigned char { kHide, kShow };
  std::string expose(Aliases aliases = Aliases::kShow) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::metrics
