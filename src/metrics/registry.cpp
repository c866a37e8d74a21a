// The families of the process, and reading them into one page. The lock is taken to register and to
// expose; counting never takes it.
#include "metrics/registry.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "base/check.h"
#include "metrics/exposition.h"

namespace weir::metrics {
namespace {

using Read = std::function<double()>;
using Collect = std::function<void(const Registry::Emit&)>;

struct Family {
  std::string help;
  Type type = Type::kCounter;
  std::vector<double> bounds;
  std::map<Labels, std::unique_ptr<Counter>> counters;
  std::map<Labels, std::unique_ptr<Gauge>> gauges;
  std::map<Labels, Histogram> histograms;
  std::vector<std::pair<Labels, Read>> reads;
  std::vector<Collect> collects;
};

struct Alias {
  std::string help;
  std::string name;
  bool summary = false;
  bool merged = false;
  Labels labels;
};

/// Labels in name order, so that equal sets are equal.
Labels sorted(Labels labels) {
  std::sort(labels.begin(), labels.end());
  const auto same_name = [](const auto& a, const auto& b) { return a.first == b.first; };
  CHECK(std::adjacent_find(labels.begin(), labels.end(), same_name) == labels.end());
  for (const auto& [name, value] : labels)
    CHECK(is_label_name(name) && name != "le" && name != "quantile");
  return labels;
}

void add_sample(Samples& samples, const Labels& labels, Sample sample) {
  const auto [at, is_new] = samples.try_emplace(labels, sample);
  if (is_new) return;
  if (auto* value = std::get_if<double>(&at->second))
    *value += std::get<double>(sample);
  else
    std::get<Histogram::Reading>(at->second).merge(std::get<Histogram::Reading>(sample));
}

Samples read_family(const Family& family) {
  Samples samples;
  for (const auto& [labels, counter] : family.counters)
    add_sample(samples, labels, static_cast<double>(counter->value()));
  for (const auto& [labels, gauge] : family.gauges) add_sample(samples, labels, gauge->value());
  for (const auto& [labels, histogram] : family.histograms)
    add_sample(samples, labels, histogram.read());
  for (const auto& [labels, read] : family.reads) add_sample(samples, labels, read());
  const Registry::Emit emit = [&](Labels labels, double value) {
    add_sample(samples, sorted(std::move(labels)), value);
  };
  for (const Collect& collect : family.collects) collect(emit);
  return samples;
}

Samples under_alias(const Samples& samples, const Alias& alias) {
  if (!alias.merged) return samples;
  Samples merged;
  for (const auto& [labels, sample] : samples) add_sample(merged, alias.labels, sample);
  return merged;
}

}  // namespace

struct Registry::State {
  mutable std::mutex mutex;
  std::map<std::string, Family, std::less<>> families;
  std::map<std::string, Alias, std::less<>> aliases;

  Family& family(std::string_view name, std::string_view help, Type type) {
    CHECK(is_metric_name(name));
    CHECK(!help.empty());
    CHECK(type != Type::kCounter || name.ends_with("_total"));
    CHECK(aliases.find(name) == aliases.end());
    const auto [at, is_new] = families.try_emplace(std::string(name));
    if (is_new) {
      at->second.help = help;
      at->second.type = type;
    }
    CHECK(at->second.type == type);
    return at->second;
  }

  void add_alias(std::string_view name, Alias alias) {
    CHECK(is_metric_name(name));
    CHECK(!alias.help.empty());
    CHECK(families.find(name) == families.end());
    const bool is_new = aliases.try_emplace(std::string(name), std::move(alias)).second;
    CHECK(is_new);
  }
};

Registry::Registry() : state_(std::make_unique<State>()) {}
Registry::~Registry() = default;

Counter& Registry::counter(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard lock(state_->mutex);
  auto& series = state_->family(name, help, Type::kCounter).counters[sorted(std::move(labels))];
  if (!series) series = std::make_unique<Counter>();
  return *series;
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard lock(state_->mutex);
  auto& series = state_->family(name, help, Type::kGauge).gauges[sorted(std::move(labels))];
  if (!series) series = std::make_unique<Gauge>();
  return *series;
}

Histogram& Registry::histogram(std::string_view name, std::string_view help,
                               std::span<const double> bounds, Labels labels) {
  const std::lock_guard lock(state_->mutex);
  Family& family = state_->family(name, help, Type::kHistogram);
  if (family.bounds.empty()) family.bounds.assign(bounds.begin(), bounds.end());
  CHECK(std::equal(bounds.begin(), bounds.end(), family.bounds.begin(), family.bounds.end()));
  return family.histograms.try_emplace(sorted(std::move(labels)), bounds).first->second;
}

void Registry::callback(std::string_view name, std::string_view help, Labels labels, bool counter,
                        std::function<double()> value) {
  CHECK(value != nullptr);
  const std::lock_guard lock(state_->mutex);
  state_->family(name, help, counter ? Type::kCounter : Type::kGauge)
      .reads.emplace_back(sorted(std::move(labels)), std::move(value));
}

void Registry::callback(std::string_view name, std::string_view help, bool counter,
                        std::function<void(const Emit&)> collect) {
  CHECK(collect != nullptr);
  const std::lock_guard lock(state_->mutex);
  state_->family(name, help, counter ? Type::kCounter : Type::kGauge)
      .collects.push_back(std::move(collect));
}

void Registry::alias(std::string_view alias, std::string_view help, std::string_view name,
                     Labels labels) {
  const std::lock_guard lock(state_->mutex);
  const bool merged = !labels.empty();
  state_->add_alias(
      alias, {std::string(help), std::string(name), false, merged, sorted(std::move(labels))});
}

void Registry::summary_alias(std::string_view alias, std::string_view help, std::string_view name,
                             Labels labels) {
  const std::lock_guard lock(state_->mutex);
  state_->add_alias(alias,
                    {std::string(help), std::string(name), true, true, sorted(std::move(labels))});
}

std::string Registry::expose(Aliases aliases) const {
  const std::lock_guard lock(state_->mutex);
  std::map<std::string_view, Samples> samples;
  std::map<std::string_view, std::string> pages;  // one a family, in name order
  for (const auto& [name, family] : state_->families) {
    const Samples& read = samples[name] = read_family(family);
    write_family(pages[name], name, family.help, family.type, read);
  }
  for (const auto& [name, alias] : state_->aliases) {
    const auto family = state_->families.find(alias.name);
    if (aliases == Aliases::kHide || family == state_->families.end()) continue;
    CHECK(!alias.summary || family->second.type == Type::kHistogram);
    write_family(pages[name], name, alias.help,
                 alias.summary ? Type::kSummary : family->second.type,
                 under_alias(samples[alias.name], alias));
  }
  std::string page;
  for (const auto& [name, text] : pages) page += text;
  return page;
}

}  // namespace weir::metrics
