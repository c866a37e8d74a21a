// A cycle: what is due goes to the driver, what comes of it back to the schedule.
#include "universe/keep_warm/keeper.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/log.h"
#include "universe/keep_warm/cached_answer.h"
#include "universe/keep_warm/edge_driver.h"
#include "universe/keep_warm/requery.h"
#include "universe/keep_warm/unbound_driver.h"

namespace weir::universe {
namespace {

constexpr std::array<const char*, 2> kActionNames = {"invalidate", "repopulate"};
// koroz's words.
constexpr std::array<const char*, 6> kKindNames = {"a", "aaaa", "cname", "mx", "txt", "any"};

size_t kind_of(dns::Type type) {
  switch (type) {
    case dns::Type::kA: return 0;
    case dns::Type::kAaaa: return 1;
    case dns::Type::kCname: return 2;
    case dns::Type::kMx: return 3;
    case dns::Type::kTxt: return 4;
    default: return 5;
  }
}

std::string address_of(const KeepWarmSettings& settings) {
  return settings.driver == WarmthDriver::kUnbound
             ? fmt::format("{}, {}", settings.unbound.address.to_text(), settings.cache())
             : settings.cache();
}

}  // namespace

Keeper::Keeper(const KeepWarmSettings& settings, metrics::Registry& registry, const Clock& clock)
    : settings_(settings),
      clock_(clock),
      skipped_(registry.counter("weir_keep_warm_cycles_skipped_total",
                                "Cycles left out because the batch before was not done.")),
      schedule_(settings.warmth, SystemRandom().next(), chance_) {
  register_metrics(registry);
}

Keeper::~Keeper() { stop(); }

Result<std::unique_ptr<Keeper>> Keeper::create(const KeepWarmSettings& settings,
                                               model::Refresher* edge, metrics::Registry& registry,
                                               const Clock& clock) {
  std::unique_ptr<Keeper> keeper(new Keeper(settings, registry, clock));
  DriverEvents& events = *keeper;
  if (settings.driver == WarmthDriver::kEdge) {
    CHECK(edge != nullptr);
    keeper->driver_ = std::make_unique<EdgeDriver>(keeper->loop_, *edge, events);
    return keeper;
  }
  if (settings.driver == WarmthDriver::kRequery) {
    keeper->driver_ =
        std::make_unique<Requery>(keeper->loop_, settings.requery, keeper->random_, events);
    return keeper;
  }
  auto driver = UnboundDriver::create(keeper->loop_, settings, keeper->random_, events);
  if (!driver) {
    Error error = std::move(driver).error();
    error.what = "universe.keep_warm.unbound: " + error.what;
    return error;
  }
  keeper->driver_ = *std::move(driver);
  return keeper;
}

void Keeper::register_metrics(metrics::Registry& registry) {
  for (size_t action = 0; action < kActions; ++action) {
    const metrics::Labels command = {{"command", kActionNames[action]}};
    refused_[action] = &registry.counter("weir_keep_warm_refused_total",
                                         "Commands that the resolver answered with no.", command);
    unreached_[action] = &registry.counter("weir_keep_warm_unreached_total",
                                           "Commands that the resolver did not answer.", command);
    for (size_t kind = 0; kind < kKinds; ++kind)
      actions_[action][kind] = &registry.counter(
          "weir_keep_warm_actions_total", "Commands to the resolver, by what they are about.",
          {{"action", kActionNames[action]}, {"record_type", kKindNames[kind]}});
  }
  registry.callback("weir_keep_warm_records", "Records that wait to be refreshed.", {}, false,
                    [this] { return with([&] { return static_cast<double>(schedule_.size()); }); });
  registry.callback(
      "weir_keep_warm_refreshed_total", "Records whose life was renewed.", {}, true,
      [this] { return with([&] { return static_cast<double>(schedule_.refreshed()); }); });
  registry.callback(
      "weir_keep_warm_unmoved_total", "Refreshes answered out of the resolver's cache.", {}, true,
      [this] { return with([&] { return static_cast<double>(schedule_.unmoved()); }); });
  for (size_t i = 0; i < kUnwarmeds; ++i) {
    const auto why = static_cast<Unwarmed>(i);
    registry.callback(
        "weir_keep_warm_dropped_total", "Records that are not waited for any more, by reason.",
        {{"reason", std::string(to_text(why))}}, true,
        [this, why] { return with([&] { return static_cast<double>(schedule_.dropped(why)); }); });
  }
}

void Keeper::start() {
  thread_ = std::thread([this] {
    cycle();
    loop_.run();
  });
}

void Keeper::stop() {
  if (!thread_.joinable()) return;
  loop_.stop();
  thread_.join();
}

void Keeper::adopt(const WarmthSettings& settings) {
  with([&] { schedule_.adopt(settings); });
}

void Keeper::observe(const model::Observation& observation,
                     const std::vector<Sighting>& sightings) {
  if (sightings.empty()) return;
  if (settings_.driver == WarmthDriver::kEdge) return observe_answer(observation, sightings.size());
  const std::lock_guard lock(mutex_);
  const bool asked = sightings.front().told == Told::kClient && !observation.qname.empty() &&
                     !schedule_.is_own(observation.header.id, observation.qname, observation.qtype,
                                       observation.qclass);
  for (const Sighting& sighting : sightings)
    schedule_.see({.name = dns::Name::from_wire(sighting.name),
                   .type = sighting.type,
                   .klass = sighting.klass},
                  sighting.ttl, sighting.at, asked);
}

/// The edge's cache has answers, which depend on more than their records. Those of which not every
/// record counts as seen are left out.
void Keeper::observe_answer(const model::Observation& observation, size_t sightings) {
  if (observation.source != model::SourceKind::kEdge ||
      observation.type != model::MessageType::kClientResponse)
    return;
  const auto answer = read_cached_answer(observation);
  if (!answer || answer->records != sightings) return;
  with([&] { schedule_.see(answer->target, answer->ttl, observation.time(), true); });
}

std::string Keeper::complaint() const {
  return with([&] { return complaint_; });
}

void Keeper::cycle() {
  const Duration period = with([&] { return schedule_.settings().cycle; });
  timer_.start(period, [this] { cycle(); });
  if (!batch_.empty()) return skipped_.add();
  batch_ = with([&] { return schedule_.take_due(clock_.wall_now()); });
  done_ = 0;
  trouble_.clear();
  if (!batch_.empty()) driver_->refresh(batch_);
}

void Keeper::count(Action action, dns::Type type, Outcome outcome, std::string_view why) {
  const auto index = static_cast<size_t>(action);
  actions_[index][kind_of(type)]->add();
  if (outcome == Outcome::kRefused) refused_[index]->add();
  if (outcome != Outcome::kUnreached) return;
  unreached_[index]->add();
  trouble_ = why;
}

void Keeper::settle(size_t index, std::optional<uint32_t> ttl) {
  with([&] { schedule_.settle(batch_[index], clock_.wall_now(), ttl); });
}

void Keeper::on_invalidated(size_t index, Outcome outcome, std::string_view why) {
  count(Action::kInvalidate, batch_[index].type, outcome, why);
  if (outcome != Outcome::kDone) settle(index, std::nullopt);
}

void Keeper::on_asked(size_t index, uint16_t id) {
  with([&] { schedule_.sent(batch_[index], id); });
}

void Keeper::on_repopulated(size_t index, Outcome outcome, uint32_t ttl, std::string_view why) {
  count(Action::kRepopulate, batch_[index].type, outcome, why);
  if (outcome == Outcome::kDone) ++done_;
  settle(index, outcome == Outcome::kDone ? std::optional(ttl) : std::nullopt);
}

/// One complaint for as long as nothing at all gets through.
void Keeper::on_done() {
  const std::string trouble =
      done_ == 0 && !trouble_.empty()
          ? fmt::format("keep_warm: {}: {}", address_of(settings_), log::escape_text(trouble_))
          : std::string();
  batch_.clear();
  const std::lock_guard lock(mutex_);
  if (complaint_.empty() && !trouble.empty()) log::error(trouble);
  if (!complaint_.empty() && trouble.empty()) log::info("keep_warm: records are refreshed again");
  complaint_ = trouble;
}

}  // namespace weir::universe
