// Sightings into the table, answers out of it or of the history.
#include "universe/plane.h"

#include <utility>

#include "base/random.h"
#include "universe/table_pages.h"

namespace weir::universe {

Plane::Plane(const UniverseSettings& settings, metrics::Registry& registry, const Clock& clock)
    : clock_(clock),
      sources_wait_(settings.sources_wait),
      most_waiting_(settings.limits.records / 4),
      table_(settings.limits, SystemRandom().next()),
      reader_(settings.sightings, SystemRandom().next()) {
  if (settings.history.enabled)
    history_ = std::make_unique<History>(settings.history, settings.limits.records, table_, clock);
  register_metrics(registry);
}

Plane::~Plane() { stop(Duration::zero()); }

Result<std::unique_ptr<Plane>> Plane::create(const UniverseSettings& settings,
                                             metrics::Registry& registry, const Clock& clock,
                                             model::Refresher* edge) {
  std::unique_ptr<Plane> plane(new Plane(settings, registry, clock));
  if (settings.keep_warm.enabled) {
    TRY(plane->keeper_, Keeper::create(settings.keep_warm, edge, registry, clock));
  }
  return plane;
}

void Plane::start() {
  if (history_) history_->start();
  if (keeper_) keeper_->start();
}

void Plane::stop(Duration patience) {
  if (keeper_) keeper_->stop();
  if (history_) history_->stop(patience);
}

void Plane::adopt(const UniverseSettings& settings) {
  const std::lock_guard lock(reader_mutex_);
  reader_.adopt(settings.sightings);
  if (keeper_) keeper_->adopt(settings.keep_warm.warmth);
}

Status Plane::deliver(const model::Batch& batch) {
  const std::lock_guard lock(reader_mutex_);
  table_.with([&](Table& table) {
    for (const model::Observation& observation : batch.observations()) {
      const std::vector<Sighting>& sightings = reader_.read(observation);
      for (const Sighting& sighting : sightings) table.see(sighting);
      if (keeper_) keeper_->observe(observation, sightings);
    }
  });
  return Done{};
}

Status Plane::settle() {
  if (sources_wait_ && history_) history_->wait_until_written(most_waiting_);
  return Done{};
}

uint64_t Plane::lost() const {
  return table_.with([](const Table& table) { return table.forgotten(); }) +
         (history_ ? history_->waiting() : 0);
}

std::vector<RecordSet> Plane::live(size_t most) const {
  const WallTime now = clock_.wall_now();
  return table_.with([&](const Table& table) { return table.live(now, most); });
}

Result<SeenPage> Plane::find(const SeenQuery& query) {
  if (!history_ || is_of_memory(query.cursor)) return find_in_table(query);
  if (asked_ != nullptr && !asked_->in_place()) asked_.reset();
  if (asked_ == nullptr) {
    auto opened = HistoryReader::open(history_->path());
    if (!opened) return find_in_table(query);
    asked_ = *std::move(opened);
  }
  auto page = asked_->find(query);
  if (page || page.error().fault == Fault::kConfig) return page;
  asked_.reset();  // opened anew next time
  return find_in_table(query);
}

Result<SeenPage> Plane::find_in_table(const SeenQuery& query) const {
  return table_.with([&](const Table& table) { return page_of(table, query); });
}

std::vector<std::string> Plane::complaints() const {
  std::vector<std::string> lines;
  if (history_)
    if (std::string complaint = history_->complaint(); !complaint.empty())
      lines.push_back(std::move(complaint));
  if (keeper_)
    if (std::string complaint = keeper_->complaint(); !complaint.empty())
      lines.push_back(std::move(complaint));
  return lines;
}

}  // namespace weir::universe
