// The thread of the plane, the one that reads lists, and the way in from all others.
#include "route/plane.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/random.h"
#include "route/catalogue.h"
#include "route/engine/engine.h"

namespace weir::route {
namespace {

std::vector<names::SetSource> sources_of(const RouteSettings& settings) {
  std::vector<names::SetSource> sources;
  for (const SetSettings& set : settings.sets) sources.push_back({set.name, set.lists, set.names});
  return sources;
}

void tell(const names::FileReport& report) {
  const std::string where = fmt::format("list {} of set {}", report.file, report.set);
  if (!report.taken()) {
    log::warning(
        fmt::format("{} was not taken: {}; {} rules stay", where, report.problem, report.rules));
    return;
  }
  log::info(fmt::format("{}: loaded {}, skipped {}", where, report.rules, report.refused));
  for (const names::Diagnostic& each : report.diagnostics)
    log::warning(fmt::format("{}:{}: {}: {}", report.file, each.line, names::to_text(each.refusal),
                             log::escape_text(each.text)));
}

}  // namespace

Result<std::unique_ptr<Plane>> Plane::create(RouteSettings settings, std::vector<IpAddress> never,
                                             metrics::Registry& registry, const Clock& clock) {
  std::unique_ptr<Plane> plane(new Plane(std::move(settings), std::move(never), clock));
  TRY_DONE(plane->build(registry));
  return plane;
}

Plane::Plane(RouteSettings settings, std::vector<IpAddress> never, const Clock& clock)
    : settings_(std::move(settings)), never_(std::move(never)), clock_(clock) {}

Plane::~Plane() {
  if (thread_.joinable()) stop();
}

Status Plane::build(metrics::Registry& registry) {
  SystemRandom random;
  const uint64_t seed = random.next();
  TRY(exports_, plan_exports(settings_));
  collection_.emplace(sources_of(settings_), settings_.guard, seed);
  TRY(auto lists, collection_->load());
  for (const names::FileReport& report : lists.reports) tell(report);
  engine_ = std::make_unique<Engine>(settings_, exports_, loop_, clock_, seed);
  TRY_DONE(add_targets({settings_, exports_, loop_, clock_, registry}, *engine_));
  engine_->expose(registry);
  TRY(addresses_, io::OwnAddresses::open());
  watch_addresses();
  engine_->adopt(std::move(lists));
  if (!settings_.keep_state) return Done{};
  TRY(auto journal,
      Journal::open(loop_, {.path = settings_.state_file, .commit = settings_.state_commit}));
  engine_->restore(std::move(journal));
  return Done{};
}

void Plane::watch_addresses() {
  const auto use = [this] {
    std::vector<IpAddress> ours = addresses_->list();
    ours.insert(ours.end(), never_.begin(), never_.end());
    engine_->set_ours(std::move(ours));
  };
  use();
  addresses_->on_change(loop_, use);
}

void Plane::start() {
  thread_ = std::thread([this] { loop_.run(); });
  on_loop([this] { engine_->start(); });
}

void Plane::stop() {
  std::binary_semaphore gone(0);
  loop_.post([&] { engine_->stop([&] { gone.release(); }); });
  gone.acquire();
  loop_.stop();
  thread_.join();
  if (loader_.joinable()) loader_.join();
}

void Plane::on_loop(const std::function<void()>& work) {
  if (!thread_.joinable()) return work();
  std::binary_semaphore done(0);
  loop_.post([&] {
    work();
    done.release();
  });
  done.acquire();
}

Status Plane::deliver(const model::Batch& batch) {
  on_loop([&] { engine_->learn(batch); });
  return Done{};
}

/// Answers to our own clients have to be among what is learned from.
bool Plane::has_barrier() const {
  return std::ranges::find(settings_.messages, model::MessageType::kClientResponse) !=
             settings_.messages.end() &&
         std::ranges::any_of(settings_.sets, [](const SetSettings& set) {
           return set.barrier_deadline != Duration{};
         });
}

std::unique_ptr<model::Barrier> Plane::open_barrier(
    io::Loop& loop, std::function<void(const model::Release&)> on_release) {
  const auto hand_over = [this](std::vector<HeldAnswer> answers) {
    loop_.post([this, held = std::make_shared<std::vector<HeldAnswer>>(std::move(answers))] {
      engine_->hold(std::move(*held));
    });
  };
  return std::make_unique<Answerer>(
      Answerer::Context{settings_, engine_->matcher(), engine_->barrier(), clock_, hand_over}, loop,
      std::move(on_release));
}

void Plane::reload() {
  loop_.post([this] {
    if (loading_) {
      again_ = true;
      return;
    }
    loading_ = true;
    if (loader_.joinable()) loader_.join();  // it has posted its result: it is at its end
    loader_ = std::thread([this] {
      auto lists = std::make_shared<Result<names::Collection::Loaded>>(collection_->load());
      loop_.post([this, lists] { take_lists(*lists); });
    });
  });
}

void Plane::take_lists(const Result<names::Collection::Loaded>& lists) {
  loading_ = false;
  if (!lists) {
    log::error("the lists were not reloaded: " + lists.error().what);
  } else {
    for (const names::FileReport& report : lists->reports) tell(report);
    engine_->adopt(*lists);
  }
  if (std::exchange(again_, false)) reload();
}

PlaneReading Plane::read() {
  PlaneReading reading;
  on_loop([&] { reading = engine_->read(); });
  return reading;
}

LeasePage Plane::leases(const LeaseQuery& query) {
  LeasePage page;
  on_loop([&] { page = engine_->leases(query); });
  return page;
}

std::vector<ChangeReading> Plane::changes(uint64_t after, size_t most) {
  std::vector<ChangeReading> found;
  on_loop([&] { found = engine_->changes().after(after, most); });
  return found;
}

}  // namespace weir::route
