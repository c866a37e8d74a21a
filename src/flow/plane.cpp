// Putting the flow together, starting it, and ending it in order: taps, router, lanes.
#include "flow/plane.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "base/check.h"
#include "flow/catalogue.h"
#include "flow/lane/late_sink.h"

namespace weir::flow {
namespace {

Error config_error(std::string what) { return {Fault::kConfig, std::move(what), false}; }

Status check(const SinkSettings& sink, bool sources_wait) {
  const LaneSettings& lane = lane_of(sink);
  if (lane.overflow == Overflow::kBlock && !sources_wait)
    return config_error(fmt::format(
        "sink {}: overflow = \"block\" would make the edge wait; use drop_newest or drop_oldest",
        name_of(sink)));
  if (lane.durable && streams_of(sink) > 1)
    return config_error(fmt::format(
        "sink {}: a durable lane is one; use streams = 1, or durable = false", name_of(sink)));
  if (lane.queue_batches == 0 || lane.group_batches == 0 || lane.retry_base <= Duration::zero())
    return config_error(
        fmt::format("sink {}: queue, group and retry must be above 0", name_of(sink)));
  return Done{};
}

template <typename Read>
void expose_gauge(metrics::Registry& registry, std::string_view name, std::string_view help,
                  metrics::Labels labels, const std::shared_ptr<Lane>& lane, Read read) {
  registry.callback(name, help, std::move(labels), false,
                    [lane, read] { return static_cast<double>(read(lane->read())); });
}

}  // namespace

Result<std::unique_ptr<Plane>> Plane::create(FlowSettings settings, metrics::Registry& registry,
                                             const Clock& clock) {
  std::unique_ptr<Plane> plane(new Plane(std::move(settings), registry, clock));
  TRY_DONE(plane->open_sinks());
  TRY_DONE(plane->open_journal());
  TRY_DONE(plane->open_sources());
  return plane;
}

Plane::Plane(FlowSettings settings, metrics::Registry& registry, const Clock& clock)
    : settings_(std::move(settings)),
      registry_(registry),
      clock_(clock),
      ledger_(registry),
      router_(clock) {}

Plane::~Plane() { stop(Duration::zero()); }

Status Plane::open_sinks() {
  std::vector<SinkSettings> sinks = settings_.sinks;
  if (settings_.store_enabled) sinks.insert(sinks.begin(), settings_.store);
  for (const SinkSettings& sink : sinks) {
    TRY_DONE(check(sink, settings_.sources_wait));
    const unsigned streams = streams_of(sink);
    for (unsigned i = 0; i < streams; ++i)
      TRY_DONE(open_sink(sink,
                         streams == 1 ? name_of(sink) : fmt::format("{}-{}", name_of(sink), i + 1),
                         i == 0 ? Router::Takes::kAll : Router::Takes::kTurns));
  }
  return Done{};
}

Status Plane::open_sink(const SinkSettings& sink, std::string name, Router::Takes takes) {
  if (std::any_of(lanes_.begin(), lanes_.end(),
                  [&](const auto& lane) { return lane->name() == name; }))
    return config_error(fmt::format("sink {}: the name is taken", name));
  auto opened = make_sink(sink, settings_, registry_);
  if (opened) {
    return add_sink(std::move(name), *std::move(opened), lane_of(sink), takes);
  }
  // What stands in the settings must be right; a disk that is full today must not keep names from
  // being answered.
  if (opened.error().fault == Fault::kConfig || settings_.sources_wait)
    return std::move(opened).error();
  TRY_DONE(add_sink(std::move(name), std::make_unique<LateSink>([this, sink] {
                      return make_sink(sink, settings_, registry_);
                    }),
                    lane_of(sink), takes));
  lanes_.back()->complain(opened.error());
  return Done{};
}

Status Plane::open_journal() {
  if (std::none_of(lanes_.begin(), lanes_.end(), [](const auto& lane) { return lane->durable(); }))
    return Done{};
  if (settings_.journal.path.empty())
    return config_error("there is no place for the journal: set journal.path, or HOME");
  TRY(journal_,
      journal::Journal::open(settings_.journal, settings_.identity, settings_.version, clock_));
  for (const auto& lane : lanes_)
    if (lane->durable()) TRY_DONE(journal_->add(lane, ledger_.sink(lane->name()), settings_.batch));
  router_.add_journal(*journal_, settings_.sources_wait);
  return Done{};
}

Status Plane::open_sources() {
  for (const SourceSettings& source : settings_.sources)
    TRY_DONE(add_source(name_of(source), kind_of(source), [&](SourceContext context) {
      return make_source(source, std::move(context));
    }));
  return Done{};
}

Status Plane::add_sink(std::string name, std::unique_ptr<Sink> sink, const LaneSettings& settings,
                       Router::Takes takes) {
  CHECK(!started_);
  auto transforms = make_transforms(settings);
  if (!transforms) return config_error(fmt::format("sink {}: {}", name, transforms.error().what));
  auto book = ledger_.sink(name);
  auto lane = std::make_shared<Lane>(std::move(name), std::move(sink), settings, book, clock_);
  lane->transform(*std::move(transforms));
  router_.add_lane(*lane, std::move(book), takes);
  lanes_.push_back(std::move(lane));
  return Done{};
}

Status Plane::add_source(const std::string& name, model::SourceKind kind, const MakeSource& make) {
  CHECK(!started_);
  if (std::any_of(own_sources_.begin(), own_sources_.end(),
                  [&](const auto& own) { return own.first == name; }))
    return config_error(fmt::format("source {}: the name is taken", name));
  auto source =
      make({.name = name,
            .open_tap = [this, name, kind]() -> model::Tap& { return open_tap(name, kind); },
            .metrics = registry_,
            .clock = clock_});
  if (!source) {
    Error error = std::move(source).error();
    error.what = fmt::format("source {}: {}", name, error.what);
    return error;
  }
  own_sources_.emplace_back(name, *std::move(source));
  return Done{};
}

void Plane::start() {
  CHECK(!started_);
  started_ = true;
  expose();
  for (const auto& lane : lanes_) lane->start();
  if (journal_) journal_->start();
  router_.start();
  for (const auto& own : own_sources_) own.second->start();
}

model::Tap& Plane::open_tap(const std::string& source, model::SourceKind kind) {
  const std::lock_guard lock(mutex_);
  auto found = std::find(sources_.begin(), sources_.end(), source);
  if (found == sources_.end()) found = sources_.insert(sources_.end(), source);
  RingTap& tap = taps_.emplace_back(ledger_.source(source, kind),
                                    static_cast<uint16_t>(found - sources_.begin()),
                                    settings_.batch, settings_.sources_wait, router_.bell(),
                                    settings_.only ? &*settings_.only : nullptr);
  router_.add_tap(tap);
  return tap;
}

void Plane::stop(Duration patience) {
  if (!started_ || std::exchange(stopped_, true)) return;
  for (const auto& own : own_sources_) own.second->stop();
  const Instant deadline = clock_.now() + patience;
  {
    const std::lock_guard lock(mutex_);
    for (RingTap& tap : taps_) tap.close();
  }
  // A lane that blocks holds the router; closing the lanes at the deadline sets it free.
  router_.finish(deadline);
  if (journal_) {
    journal_->close();
    journal_->join();
  }
  for (const auto& lane : lanes_) lane->close(deadline);
  router_.join();
  for (const auto& lane : lanes_) lane->join();
}

void Plane::reopen() {
  for (const auto& lane : lanes_) lane->reopen();
  for (const auto& own : own_sources_) own.second->reopen();
}

PlaneReading Plane::read() const {
  PlaneReading reading{ledger_.read_sources(), ledger_.read_sinks(), {}};
  for (const auto& lane : lanes_) reading.lanes.push_back(lane->read());
  return reading;
}

std::vector<std::string> Plane::complaints() const {
  std::vector<std::string> complaints;
  for (const auto& lane : lanes_)
    if (const LaneReading reading = lane->read(); !reading.last_error.empty())
      complaints.push_back(fmt::format("sink {}: {}", reading.name, reading.last_error));
  if (const std::string complaint = journal_ ? journal_->complaint() : ""; !complaint.empty())
    complaints.push_back("journal: " + complaint);
  for (const auto& [name, source] : own_sources_)
    for (const std::string& complaint : source->complaints())
      complaints.push_back(fmt::format("source {}: {}", name, complaint));
  return complaints;
}

std::vector<BlindSpot> Plane::blind_spots() const {
  std::vector<BlindSpot> all;
  for (const auto& [name, source] : own_sources_)
    for (BlindSpot& spot : source->blind_spots()) {
      spot.source = name;
      all.push_back(std::move(spot));
    }
  std::ranges::sort(all, std::ranges::greater{}, &BlindSpot::last);
  return all;
}

std::vector<std::string> Plane::summaries() const {
  std::vector<std::string> lines;
  for (const auto& own : own_sources_)
    for (std::string& line : own.second->summary()) lines.push_back(std::move(line));
  return lines;
}

std::string Plane::store_path() const {
  return settings_.store_enabled ? settings_.store.path : std::string();
}

void Plane::expose() {
  if (journal_) journal_->expose(registry_);
  for (const auto& lane : lanes_) {
    const metrics::Labels sink = {{"sink", lane->name()}};
    expose_gauge(registry_, "weir_sink_queue_depth", "Batches waiting in front of a sink.", sink,
                 lane, [](const LaneReading& reading) { return reading.queue_batches; });
    expose_gauge(registry_, "weir_sink_queue_bytes",
                 "Memory of batches waiting in front of a sink.", sink, lane,
                 [](const LaneReading& reading) { return reading.queue_octets; });
    expose_gauge(registry_, "weir_sink_lag_seconds", "Age of the oldest batch not yet settled.",
                 sink, lane, [](const LaneReading& reading) { return to_seconds(reading.lag); });
    registry_.callback("weir_sink_retries_total", "Deliveries that failed and were tried again.",
                       sink, true, [lane] { return static_cast<double>(lane->read().retries); });
    for (const LaneState state : kLaneStates)
      expose_gauge(registry_, "weir_sink_state", "1 for the state that a sink's lane is in.",
                   {{"sink", lane->name()}, {"state", std::string(to_text(state))}}, lane,
                   [state](const LaneReading& reading) { return reading.state == state ? 1 : 0; });
  }
}

}  // namespace weir::flow
