// Sightings into the table, answers out of it or of the history.
#include "universe/plane.h"

#include <charconv>
#include <utility>

#include "base/random.h"
#include "universe/table_pages.h"

namespace weir::universe {

Plane::Plane(const UniverseSettings& settings, metrics::Registry& registry, const Clock& clock)
    : clock_(clock), table_(settings.limits, SystemRandom().next()), reader_(settings.sightings) {
  if (settings.history.enabled)
    history_ = std::make_unique<History>(settings.history, settings.limits.records, table_, clock);
  register_metrics(registry);
}

Plane::~Plane() { stop(Duration::zero()); }

Result<std::unique_ptr<Plane>> Plane::create(const UniverseSettings& settings,
                                             metrics::Registry& registry, const Clock& clock) {
  return std::unique_ptr<Plane>(new Plane(settings, registry, clock));
}

void Plane::start() {
  if (history_) history_->start();
}

void Plane::stop(Duration patience) {
  if (history_) history_->stop(patience);
}

void Plane::adopt(const UniverseSettings& settings) {
  const std::lock_guard lock(reader_mutex_);
  reader_.adopt(settings.sightings);
}

Status Plane::deliver(const model::Batch& batch) {
  const std::lock_guard lock(reader_mutex_);
  table_.with([&](Table& table) {
    for (const model::Observation& observation : batch.observations()) {
      const bool for_client = observation.type == model::MessageType::kClientResponse;
      for (const Sighting& sighting : reader_.read(observation)) {
        table.see(sighting);
        if (for_client) table.ask(sighting.name, sighting.type, sighting.klass);
      }
    }
  });
  return Done{};
}

std::vector<RecordSet> Plane::live(size_t most) const {
  const WallTime now = clock_.wall_now();
  return table_.with([&](const Table& table) { return table.live(now, most); });
}

Result<SeenPage> Plane::find(const SeenQuery& query) {
  if (!history_) return find_in_table(query);
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
  return lines;
}

}  // namespace weir::universe
