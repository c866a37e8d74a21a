// The series of the routing plane. Counters of one thread are read where they are; levels are left
// in gauges whenever something has changed.
#include <array>

#include "route/engine/engine.h"

namespace weir::route {
namespace {

constexpr std::array<std::string_view, 3> kStates = {"active", "grace", "static"};

}  // namespace

void Engine::expose(metrics::Registry& registry) {
  expose_journal(registry);
  expose_barrier(registry);
  routes_ = &registry.gauge("weir_route_routes", "Routes that are wanted now.");
  for (size_t set = 0; set < set_names_.size(); ++set) {
    const std::string& name = set_names_[set];
    for (const std::string_view state : kStates)
      set_gauges_.push_back(&registry.gauge("weir_route_leases", "Leases by set and state.",
                                            {{"set", name}, {"state", std::string(state)}}));
    for (size_t why = 0; why < kRefusals; ++why) {
      const auto refusal = static_cast<Refusal>(why);
      registry.callback(
          "weir_route_refused_total", "Addresses that got no lease, by reason.",
          {{"set", name}, {"reason", std::string(to_text(refusal))}}, true,
          [this, set, refusal] { return static_cast<double>(leases_.refused(set, refusal)); });
    }
    registry.callback("weir_route_evicted_total", "Leases that made room for others.",
                      {{"set", name}}, true,
                      [this, set] { return static_cast<double>(leases_.evicted(set)); });
  }
  for (size_t why = 0; why < kUnusables; ++why) {
    const auto unusable = static_cast<Unusable>(why);
    registry.callback("weir_route_unusable_total", "Observations that teach no route, by reason.",
                      {{"reason", std::string(to_text(unusable))}}, true, [this, unusable] {
                        return static_cast<double>(learner_.reader().unusable(unusable));
                      });
  }
  constexpr size_t kReasons = 9;
  for (size_t why = 0; why < kReasons; ++why)
    for (const bool announced : {true, false}) {
      const auto reason = static_cast<Reason>(why);
      registry.callback("weir_route_changes_total", "Routes that came or went, by reason.",
                        {{"change", announced ? "announced" : "withdrawn"},
                         {"reason", std::string(to_text(reason))}},
                        true, [this, announced, reason] {
                          return static_cast<double>(changes_.changes(announced, reason));
                        });
    }
  registry.callback("weir_route_unlogged_total",
                    "Changes that got no line of the log, for there were too many.", {}, true,
                    [this] { return static_cast<double>(changes_.unlogged()); });
}

void Engine::expose_barrier(metrics::Registry& registry) {
  room_.emplace(registry, set_names_);
  for (const auto& target : targets_)
    for (Receiver* receiver : target->receivers()) room_->add_receiver(*receiver);
  barrier_.overflows = &registry.counter(
      "weir_route_barrier_overflows_total",
      "Answers that did not wait for their routes because too many did (route.max_waiting).");
  for (const auto kind : {model::SourceKind::kEdge, model::SourceKind::kCapture,
                          model::SourceKind::kDnstap, model::SourceKind::kFile})
    lateness_.push_back(&registry.histogram(
        "weir_route_lateness_seconds",
        "From an answer that nobody held until its new routes had been told.",
        metrics::latency_bounds(), {{"source", std::string(model::to_text(kind))}}));
}

void Engine::expose_journal(metrics::Registry& registry) {
  registry.callback("weir_route_unsaved_total",
                    "Commits of leases that were lost because the disk did not keep up.", {}, true,
                    [this] { return journal_ ? static_cast<double>(journal_->lost()) : 0.0; });
  registry.callback("weir_route_save_failures_total", "Writes of leases that failed.", {}, true,
                    [this] { return journal_ ? static_cast<double>(journal_->failed()) : 0.0; });
}

void Engine::count() {
  if (routes_ == nullptr) return;
  routes_->set(static_cast<double>(feed_.size()));
  for (size_t set = 0; set < set_names_.size(); ++set) {
    const LeaseTable::Counts& counts = leases_.counts(set);
    const std::array levels = {counts.active, counts.grace, counts.fixed};
    for (size_t state = 0; state < levels.size(); ++state)
      set_gauges_[set * levels.size() + state]->set(static_cast<double>(levels[state]));
  }
}

}  // namespace weir::route
