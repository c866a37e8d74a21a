// What the universe counts, under the names of the metrics page.
#include "universe/plane.h"

namespace weir::universe {
namespace {

double number(uint64_t value) { return static_cast<double>(value); }

}  // namespace

uint64_t Plane::unseen(Unseen why) const { return reader_.unseen(why); }

void Plane::register_metrics(metrics::Registry& registry) {
  const auto of_table = [&](std::string_view name, std::string_view help, bool counter, auto read) {
    registry.callback(name, help, {}, counter, [this, read] {
      return number(table_.with([&](const Table& table) { return uint64_t{read(table)}; }));
    });
  };
  of_table("weir_universe_records", "Records that are in memory.", false,
           [](const Table& table) { return table.records(); });
  of_table("weir_universe_record_sets", "Sets of records in memory: by name, type and class.",
           false, [](const Table& table) { return table.sets(); });
  of_table("weir_universe_names", "Names that records in memory belong to.", false,
           [](const Table& table) { return table.names(); });
  of_table("weir_universe_bytes", "Memory of all that.", false,
           [](const Table& table) { return table.octets(); });
  of_table("weir_universe_sightings_total", "Records seen in answers, and taken.", true,
           [](const Table& table) { return table.seen(); });
  of_table("weir_universe_evictions_total", "Records that left memory to make room.", true,
           [](const Table& table) { return table.evicted(); });
  of_table("weir_universe_refused_total", "Sightings that a bound of a name refused.", true,
           [](const Table& table) { return table.refused(); });
  for (size_t i = 0; i < kUnseens; ++i) {
    const auto why = static_cast<Unseen>(i);
    registry.callback(
        "weir_universe_unseen_total", "Messages and records that showed nothing, by reason.",
        {{"reason", std::string(to_text(why))}}, true, [this, why] { return number(unseen(why)); });
  }
  if (history_) register_history(registry);
}

void Plane::register_history(metrics::Registry& registry) {
  const auto of_history = [&](std::string_view name, std::string_view help, bool counter,
                              auto read) {
    registry.callback(name, help, {}, counter,
                      [this, read] { return number(uint64_t{read(*history_)}); });
  };
  of_history("weir_universe_history_written_total", "Changed sets of records written down.", true,
             [](const History& history) { return history.written(); });
  of_history("weir_universe_history_failures_total", "Groups of them that failed, tried again.",
             true, [](const History& history) { return history.failures(); });
  of_history("weir_universe_history_deleted_total", "Records that retention deleted.", true,
             [](const History& history) { return history.deleted(); });
  of_history("weir_universe_history_restored_total", "Records brought back at the start.", true,
             [](const History& history) { return history.restored(); });
  of_history("weir_universe_history_restored", "1 once the start has brought back everything.",
             false, [](const History& history) { return history.is_restored() ? 1U : 0U; });
  registry.callback(
      "weir_universe_history_waiting", "Changed sets not yet written down.", {}, false, [this] {
        return number(history_->in_hand() +
                      table_.with([](const Table& table) { return table.changed(); }));
      });
  registry.callback(
      "weir_universe_history_forgotten_total",
      "Changes lost because they could not be written in time.", {}, true,
      [this] { return number(table_.with([](const Table& table) { return table.forgotten(); })); });
}

}  // namespace weir::universe
