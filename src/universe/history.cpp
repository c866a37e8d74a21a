// The thread's round: open, restore once, write all that changed, delete what is too old, wait.
#include "universe/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/backoff.h"
#include "base/log.h"

namespace weir::universe {
namespace {

constexpr Duration kRetryBase = 500ms;
constexpr Duration kRetryMost = 30s;
// Between two attempts at the end, when patience is short.
constexpr Duration kLastRetry = 100ms;
// Sets of records that are taken, or given back, under the table's lock at once: others wait a few
// milliseconds.
constexpr size_t kPortion = 2048;

}  // namespace

History::History(const HistorySettings& settings, size_t most_restored, SharedTable& table,
                 const Clock& clock)
    : settings_(settings), most_restored_(most_restored), table_(table), clock_(clock) {}

History::~History() { stop(Duration::zero()); }

void History::start() {
  thread_ = std::thread([this] { run(); });
}

void History::stop(Duration patience) {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  ended_.notify_all();
  turned_.notify_all();
  thread_.join();
  deadline_ = clock_.now() + patience;
  Status outcome = turn();
  while (!outcome && outcome.error().retry && clock_.now() + kLastRetry < *deadline_) {
    {
      std::unique_lock lock(mutex_);
      ended_.wait_for(lock, kLastRetry);
    }
    outcome = turn();
  }
  if (const size_t left = waiting(); left > 0)
    log::error(fmt::format("universe: {} sets of records were not written: {}", left,
                           outcome ? "no time was left" : outcome.error().what));
  writer_.reset();
}

void History::wait_until_written(size_t most) {
  std::unique_lock lock(mutex_);
  turned_.wait(lock, [&] { return stop_ || !complaint_.empty() || waiting() <= most; });
}

size_t History::waiting() const {
  return table_.with([&](const Table& table) {
    return in_hand_.load(std::memory_order_relaxed) + table.changed();
  });
}

std::string History::complaint() const {
  const std::lock_guard lock(mutex_);
  return complaint_;
}

bool History::stopping() const {
  const std::lock_guard lock(mutex_);
  return stop_;
}

bool History::wait(Duration time) {
  std::unique_lock lock(mutex_);
  ended_.wait_for(lock, time, [&] { return stop_; });
  return !stop_;
}

void History::run() {
  Backoff backoff({.first = kRetryBase, .most = kRetryMost});
  for (Duration pause{0}; wait(pause);) {
    const Status outcome = turn();
    if (outcome) {
      recover();
      backoff.reset();
      pause = settings_.group_interval;
    } else {
      complain(outcome.error());
      pause = backoff.next().value_or(kRetryMost);
    }
    turned_.notify_all();
  }
}

Status History::turn() {
  TRY_DONE(open());
  if (!is_restored() && !stopping()) TRY_DONE(restore());
  TRY_DONE(write());
  if (stopping()) return Done{};
  TRY(const size_t deleted, writer_->retain(clock_.wall_now()));
  deleted_.add(deleted);
  return Done{};
}

Status History::open() {
  if (writer_ != nullptr && !writer_->in_place()) {
    log::warning("universe: " + settings_.path + " was deleted; it is begun anew");
    writer_.reset();
  }
  if (writer_ == nullptr) {
    TRY(writer_, HistoryWriter::open(settings_));
  }
  return Done{};
}

/// Comes before the first writing, so that what is in the table already was not counted in the
/// file.
Status History::restore() {
  std::vector<RecordSet> portion;
  const auto put_back = [&] {
    table_.with([&](Table& table) {
      for (const RecordSet& set : portion) table.restore(set);
    });
    restored_.add(portion.size());
    portion.clear();
  };
  TRY_DONE(writer_->restore(most_restored_, [&](const RecordSet& set) {
    portion.push_back(set);
    if (portion.size() == kPortion) put_back();
    return !stopping();
  }));
  put_back();
  is_restored_.store(true, std::memory_order_release);
  if (restored_.value() > 0)
    log::info(
        fmt::format("universe: {} records are back from {}", restored_.value(), settings_.path));
  return Done{};
}

/// What had changed when it began: under load there is always more. Updates have a bound of their
/// own, but at the end.
Status History::write() {
  size_t updates = stopping() ? SIZE_MAX : settings_.group_updates;
  size_t due = group_.size() + table_.with([&](Table& table) {
    return table.news() + std::min(updates, table.changed() - table.news());
  });
  while (due > 0 && (!deadline_ || clock_.now() < *deadline_)) {
    while (group_.size() < settings_.group_sets) {
      const size_t most = std::min(kPortion, settings_.group_sets - group_.size());
      // Counted before others see the table again: nothing is in neither place.
      std::vector<RecordSet> more = table_.with([&](Table& table) {
        std::vector<RecordSet> taken = table.take_changed(most, updates);
        in_hand_.store(group_.size() + taken.size(), std::memory_order_relaxed);
        return taken;
      });
      if (more.empty()) break;
      std::move(more.begin(), more.end(), std::back_inserter(group_));
    }
    if (group_.empty()) return Done{};
    if (Status added = writer_->add(group_); !added) {
      failures_.add();
      return added;
    }
    written_.add(group_.size());
    due -= std::min(due, group_.size());
    group_.clear();
    in_hand_.store(0, std::memory_order_relaxed);
  }
  return Done{};
}

void History::complain(const Error& error) {
  writer_.reset();  // opened anew next time
  const std::lock_guard lock(mutex_);
  if (complaint_.empty())
    log::error(fmt::format("universe: history {}: {}", settings_.path, error.what));
  complaint_ = fmt::format("universe: history {}: {}", settings_.path, error.what);
}

void History::recover() {
  const std::lock_guard lock(mutex_);
  if (complaint_.empty()) return;
  complaint_.clear();
  log::info("universe: history " + settings_.path + " is written again");
}

}  // namespace weir::universe
