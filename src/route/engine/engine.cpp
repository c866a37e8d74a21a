// Learning, reloading and timing, a bounded step at a time, and waking those who follow.
#include "route/engine/engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/log.h"

namespace weir::route {
namespace {

constexpr size_t kStepsPerTurn = 8192;     // of leases that end, of changes told
constexpr size_t kReviewsPerTurn = 32768;  // leases asked about after a reload
constexpr Duration kFixedLife = 2h;        // of networks in lists, which targets are told again
constexpr size_t kMostScanned = 1 << 20;   // leases looked at for one page

std::vector<std::string> names_of(const RouteSettings& settings) {
  std::vector<std::string> names;
  for (const SetSettings& set : settings.sets) names.push_back(set.name);
  return names;
}

AnswerSettings answers_of(const RouteSettings& settings) {
  return {.types = settings.messages, .hints = settings.hints, .nat64 = settings.nat64};
}

}  // namespace

Engine::Engine(const RouteSettings& settings, const Exports& exports, io::Loop& loop,
               const Clock& clock, uint64_t seed)
    : settings_(settings),
      exports_(exports),
      loop_(loop),
      clock_(clock),
      set_names_(names_of(settings)),
      feed_(seed),
      leases_(feed_, admission_, clock.now(), seed, {.most_leases = settings.most_leases}),
      learner_(matcher_, answers_of(settings), leases_),
      changes_(feed_, leases_, set_names_,
               {.kept = settings.recent_changes, .lines_a_second = settings.log_rate}),
      timer_(loop),
      looking_(loop) {
  leases_.watch([this](const LeaseTable::Renewal& renewal) { keep(renewal); });
  admission_.set_never(settings.never);
  for (size_t set = 0; set < settings.sets.size(); ++set) {
    SetPolicy policy = settings.sets[set];
    policy.group = exports.group_of_set[set];
    leases_.configure(set, policy);
  }
}

void Engine::add_target(std::unique_ptr<Target> target) {
  target->on_restart([this] { forget_passes(); });
  targets_.push_back(std::move(target));
}

void Engine::set_ours(std::vector<IpAddress> addresses) {
  ours_ = std::move(addresses);
  use_ours();
  leases_.recheck(clock_.now());
  settle();
}

void Engine::use_ours() {
  std::vector<IpAddress> all = ours_;
  const auto add = [&all](const std::optional<IpAddress>& address) {
    if (address) all.push_back(*address);
  };
  for (const ExportSettings& group : exports_.groups) {
    add(group.next_hop_v4);
    add(group.next_hop_v6);
  }
  for (const PeerSettings& peer : settings_.peers) {
    add(peer.next_hop_v4);
    add(peer.next_hop_v6);
  }
  add(settings_.router_id);
  for (const auto& target : targets_)
    for (const IpAddress& address : target->addresses()) all.push_back(address);
  admission_.set_ours(all);
}

void Engine::start() {
  use_ours();
  for (const auto& target : targets_) target->start();
  for (const auto& target : targets_) target->restored();
  settle();
}

void Engine::stop(std::function<void()> done) {
  timer_.stop();
  looking_.stop();
  auto left = std::make_shared<size_t>(targets_.size());
  if (targets_.empty()) return done();
  for (const auto& target : targets_)
    target->stop([left, done] {
      if (--*left == 0) done();
    });
}

void Engine::learn(const model::Batch& batch) {
  const Instant now = clock_.now();
  std::vector<const model::Observation*> news;
  for (const model::Observation& observation : batch.observations())
    if (learner_.learn(observation, now).fresh) news.push_back(&observation);
  if (news.empty()) return arm();
  settle();
  const WallTime told = clock_.wall_now();
  for (const model::Observation* observation : news)
    if (const auto kind = static_cast<size_t>(observation->source); kind < lateness_.size())
      lateness_[kind]->observe(to_seconds(std::max(Duration{}, told - observation->time())));
}

void Engine::hold(std::vector<HeldAnswer> answers) {
  CHECK(room_);
  const Instant now = clock_.now();
  bool fresh = false;
  for (HeldAnswer& answer : answers) {
    model::Observation seen;
    seen.type = model::MessageType::kClientResponse;
    seen.response_message = answer.message;
    const Learned learned = learner_.learn(seen, now);
    fresh |= learned.fresh;
    Waiting waiting{std::move(answer.asker), answer.ticket, answer.begun,
                    legs_of(learned, answer.begun)};
    for (const Leg& leg : waiting.legs) {
      const SetPolicy& policy = leases_.policy(leg.set);
      waiting.good_for = std::min(waiting.good_for, policy.ceil + policy.grace);
    }
    room_->enter(std::move(waiting));
  }
  if (fresh)
    settle();
  else
    arm();
  look();
}

std::vector<Leg> Engine::legs_of(const Learned& learned, Instant begun) const {
  std::vector<Leg> legs;
  for (const LearnedRoute& each : learned.routes) {
    const SetPolicy& policy = leases_.policy(each.set);
    if (policy.barrier_deadline == Duration{}) continue;
    const Route& route = feed_[each.route];
    if (legs.empty() || legs.back().set != each.set)
      legs.push_back(
          {each.set, route.group, 0, begun + policy.barrier_deadline, policy.barrier_refuses});
    legs.back().version = std::max(legs.back().version, route.version);
  }
  return legs;
}

void Engine::look() {
  const Instant now = clock_.now();
  room_->look(now);
  if (room_->empty()) return looking_.stop();
  looking_.start(room_->pause(now), [this] { look(); });
}

void Engine::adopt(names::Collection::Loaded lists) {
  reports_ = std::move(lists.reports);
  matcher_.publish(std::move(lists.matcher));
  forget_passes();
  for (size_t set = 0; set < lists.networks.size(); ++set)
    leases_.set_networks(set, lists.networks[set]);
  review_at_ = 1;
  settle();
}

void Engine::restore(std::unique_ptr<Journal> journal) {
  const Instant now = clock_.now();
  const WallTime wall = clock_.wall_now();
  const auto matcher = matcher_.get();
  size_t restored = 0, expired = 0, refused = 0;
  for (const SavedLease& saved : journal->take_saved()) {
    const auto named = std::ranges::find(set_names_, saved.set);
    const auto set = static_cast<size_t>(named - set_names_.begin());
    const bool listed = named != set_names_.end() &&
                        (matcher->match(saved.name).included & names::set_bit(set)) != 0;
    if (listed && saved.expires + settings_.sets[set].grace <= wall) {
      ++expired;
      continue;
    }
    const Duration left = std::max(Duration{}, saved.expires - wall);
    const bool kept =
        listed && !leases_.restore({set, saved.name, saved.address, left}, now).refusal;
    ++(kept ? restored : refused);
  }
  if (restored + expired + refused != 0 || journal->was_torn())
    log::info(fmt::format(
        "routes from before: {} leases restored, {} expired, {} not wanted any "
        "more{}",
        restored, expired, refused, journal->was_torn() ? "; the end of the file was torn" : ""));
  journal_ = std::move(journal);
  journal_->begin_anew();
  compact_at_ = 1;
  settle();
}

void Engine::keep(const LeaseTable::Renewal& renewal) {
  for (const auto& target : targets_) target->renewed(renewal.route);
  if (journal_ == nullptr) return;
  const WallTime expires = clock_.wall_now() + (renewal.expires - clock_.now());
  journal_->add({set_names_[renewal.set],
                 {renewal.name.begin(), renewal.name.end()},
                 renewal.address,
                 expires});
}

/// Renewals are told when they make a lease longer by a quarter of the least life: so much more is
/// left to it than was said.
Duration Engine::life_of(RouteId route) const {
  Duration longest{};
  leases_.each_lease(route, clock_.now(), [&](const Provenance& lease) {
    const SetPolicy& policy = settings_.sets[lease.set];
    Duration life = lease.left;
    if (lease.state == LeaseState::kStatic) life = kFixedLife;
    if (lease.state == LeaseState::kActive) life += policy.grace + policy.floor / 4 + 1s;
    longest = std::max(longest, life);
  });
  return longest;
}

/// Writes the journal anew when it has grown, some leases at a time.
void Engine::keep_compact() {
  if (journal_ == nullptr) return;
  if (compact_at_ == 0) {
    if (!journal_->has_grown()) return;
    journal_->begin_anew();
    compact_at_ = 1;
  }
  const WallTime wall = clock_.wall_now();
  compact_at_ = leases_.review(compact_at_, kReviewsPerTurn, Farewell::kNow, clock_.now(),
                               [&](const Provenance& lease) -> std::optional<Reason> {
                                 if (lease.state == LeaseState::kStatic) return std::nullopt;
                                 const Duration grace = settings_.sets[lease.set].grace;
                                 const bool active = lease.state == LeaseState::kActive;
                                 journal_->add_anew({set_names_[lease.set],
                                                     {lease.name.begin(), lease.name.end()},
                                                     lease.route.prefix.address,
                                                     wall + lease.left - (active ? 0s : grace)});
                                 return std::nullopt;
                               });
  if (compact_at_ == 0) journal_->finish_anew();
}

/// Some of the leases from before the reload: those that no set wants any more go.
void Engine::review() {
  if (review_at_ == 0) return;
  const auto matcher = matcher_.get();
  review_at_ = leases_.review(review_at_, kReviewsPerTurn, Farewell::kNow, clock_.now(),
                              revoke_unwanted(*matcher));
}

void Engine::settle() {
  review();
  keep_compact();
  for (const auto& target : targets_) target->wake();
  tell_changes();
  count();
  arm();
}

/// After the targets: what they send does not wait for what we say of it.
void Engine::tell_changes() {
  telling_ = changes_.follow(kStepsPerTurn, clock_.now(), clock_.wall_now()) == kStepsPerTurn;
}

void Engine::run_timer() {
  leases_.advance(clock_.now(), kStepsPerTurn);
  settle();
}

void Engine::arm() {
  const auto due = leases_.next_due();
  Duration wait = Duration::max();
  if (due) wait = std::max(Duration{}, *due - clock_.now());
  if (review_at_ != 0 || compact_at_ != 0 || telling_) wait = Duration{};
  if (wait == Duration::max()) return timer_.stop();
  timer_.start(wait, [this] { run_timer(); });
}

PlaneReading Engine::read() const {
  PlaneReading reading{.routes = feed_.size(), .leases = leases_.size(), .names = leases_.names()};
  reading.lists = reports_;
  reading.unlogged = changes_.unlogged();
  for (size_t set = 0; set < set_names_.size(); ++set) {
    SetReading& each = reading.sets.emplace_back(SetReading{.name = set_names_[set]});
    for (const names::FileReport& report : reports_)
      if (report.set == each.name) each.rules += report.rules;
    const LeaseTable::Counts& counts = leases_.counts(set);
    each.active = counts.active;
    each.grace = counts.grace;
    each.fixed = counts.fixed;
    each.evicted = leases_.evicted(set);
    for (size_t why = 0; why < kRefusals; ++why) {
      const auto refusal = static_cast<Refusal>(why);
      if (const uint64_t count = leases_.refused(set, refusal); count != 0)
        each.refused.emplace_back(to_text(refusal), count);
    }
  }
  for (size_t why = 0; why < kUnusables; ++why) {
    const auto unusable = static_cast<Unusable>(why);
    reading.unusable.emplace_back(to_text(unusable), learner_.reader().unusable(unusable));
  }
  for (const auto& target : targets_) target->read(reading.peers);
  return reading;
}

LeasePage Engine::leases(const LeaseQuery& query) {
  LeasePage page;
  const auto take = [&](const Provenance& lease) -> std::optional<Reason> {
    const Prefix& prefix = lease.route.prefix;
    if (page.leases.size() >= query.most) return std::nullopt;
    if (query.address && !prefix.contains(*query.address)) return std::nullopt;
    if (!query.set.empty() && set_names_[lease.set] != query.set) return std::nullopt;
    std::string name = name_text(lease.name);
    if (!query.name.empty() && name != query.name) return std::nullopt;
    page.leases.push_back(
        {prefix, set_names_[lease.set], std::move(name), lease.state, lease.left});
    return std::nullopt;
  };
  // A step is no longer than the room that is left: no lease is passed over.
  LeaseId at = std::max<LeaseId>(query.from, 1);
  for (size_t scanned = 0; at != 0 && page.leases.size() < query.most && scanned < kMostScanned;) {
    const size_t step = std::max<size_t>(query.most - page.leases.size(), 1);
    at = leases_.review(at, step, Farewell::kNow, clock_.now(), take);
    scanned += step;
  }
  page.next = at;
  return page;
}

}  // namespace weir::route
