// One look at the receivers, then one at each answer.
#include "route/barrier/waiting_room.h"

#include <algorithm>

namespace weir::route {
namespace {

constexpr Duration kShortest = 50us;
constexpr Duration kLongest = 1ms;
constexpr int64_t kPart = 4;  // of the time that the last has waited

constexpr std::array kBounds = {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                0.01,    0.025,  0.05,    0.1,    0.25,  0.5,    1.0};

}  // namespace

WaitingRoom::WaitingRoom(metrics::Registry& registry, const std::vector<std::string>& sets)
    : registry_(registry),
      wait_(registry.histogram("weir_route_barrier_wait_seconds",
                               "How long answers were held until their routes were in place.",
                               kBounds)),
      count_(registry.gauge("weir_route_barrier_waiting", "Answers that are held now.")) {
  const auto missed = [&](const std::string& set, const char* outcome) {
    return &registry.counter("weir_route_barrier_missed_total",
                             "Answers whose routes were not in place by the deadline of their set.",
                             {{"set", set}, {"outcome", outcome}});
  };
  for (const std::string& set : sets)
    missed_.push_back({missed(set, "answered"), missed(set, "refused")});
}

void WaitingRoom::add_receiver(Receiver& receiver) {
  const auto passed_over = [&](const char* reason) {
    return &registry_.counter(
        "weir_route_barrier_skipped_total",
        "Answers that did not wait for a target: it was down, or had let a deadline pass.",
        {{"target", std::string(receiver.name())}, {"reason", reason}});
  };
  receivers_.push_back(
      {.receiver = &receiver, .passed_over = {passed_over("down"), passed_over("behind")}});
}

void WaitingRoom::look(Instant now) {
  if (waiting_.empty()) return;
  for (Known& known : receivers_) {
    known.up = known.receiver->is_up();
    known.reached = known.up ? known.receiver->reached(now) : 0;
    if (!known.up || !known.behind()) known.owed = 0;
  }
  std::vector<std::shared_ptr<Asker>> told;
  std::erase_if(waiting_, [&](Waiting& waiting) {
    if (!decide(waiting, now)) return false;
    if (std::ranges::find(told, waiting.asker) == told.end()) told.push_back(waiting.asker);
    return true;
  });
  for (const auto& asker : told) asker->flush();
  count_.set(static_cast<double>(waiting_.size()));
}

/// True when the answer has been let go.
bool WaitingRoom::decide(Waiting& waiting, Instant now) {
  bool refused = false;
  std::erase_if(waiting.legs, [&](const Leg& leg) {
    if (is_over(leg)) {
      note_passes(leg);
      return true;
    }
    if (now < leg.deadline) return false;
    missed_[leg.set][leg.refuses ? 1 : 0]->add();
    note_misses(leg);
    refused |= leg.refuses;
    return true;
  });
  if (!refused && !waiting.legs.empty()) return false;
  wait_.observe(to_seconds(now - waiting.begun));
  waiting.asker->let_go({waiting.ticket, refused, now, waiting.good_for});
  return true;
}

bool WaitingRoom::is_over(const Leg& leg) const {
  return std::ranges::all_of(receivers_, [&](const Known& known) {
    if (!known.up || !concerns(known, leg)) return true;
    return known.reached >= leg.version || (known.behind() && !leg.refuses);
  });
}

void WaitingRoom::note_misses(const Leg& leg) {
  for (Known& known : receivers_)
    if (known.up && concerns(known, leg) && known.reached < leg.version)
      known.owed = std::max(known.owed, leg.version);
}

void WaitingRoom::note_passes(const Leg& leg) {
  for (const Known& known : receivers_) {
    if (!concerns(known, leg)) continue;
    if (!known.up)
      known.passed_over[static_cast<size_t>(Pass::kDown)]->add();
    else if (known.reached < leg.version)
      known.passed_over[static_cast<size_t>(Pass::kBehind)]->add();
  }
}

Duration WaitingRoom::pause(Instant now) const {
  return std::clamp((now - waiting_.back().begun) / kPart, kShortest, kLongest);
}

}  // namespace weir::route
