// From counts of losses to gaps and log lines.
#include "flow/loss_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace weir::flow {
namespace {

constexpr Duration kLogPause = 10s;

}  // namespace

void LossWatch::watch(std::shared_ptr<SourceBook> book) {
  const LossCounts* losses = &book->losses();
  std::string origin = "source " + book->name();
  watched_.push_back({std::move(origin), {std::move(book), losses}, {}, 0, clock_.now()});
}

void LossWatch::watch(std::shared_ptr<SinkBook> book) {
  const LossCounts* losses = &book->losses();
  std::string origin = "sink " + book->name();
  watched_.push_back({std::move(origin), {std::move(book), losses}, {}, 0, clock_.now()});
}

std::vector<Gap> LossWatch::look() {
  std::vector<Gap> gaps;
  const WallTime now = clock_.wall_now();
  for (Watched& watched : watched_) look_at(watched, now, gaps);
  last_look_ = now;
  return gaps;
}

void LossWatch::look_at(Watched& watched, WallTime now, std::vector<Gap>& gaps) {
  for (size_t i = 0; i < kLosses; ++i) {
    const auto loss = static_cast<Loss>(i);
    const uint64_t total = watched.losses->of(loss);
    const uint64_t lost = total - std::exchange(watched.seen[i], total);
    if (lost == 0) continue;
    gaps.push_back({std::min(last_look_, now), now, watched.origin, std::string(stage_of(loss)),
                    std::string(reason_of(loss)), lost});
    watched.not_logged += lost;
  }
  if (watched.not_logged > 0 && clock_.now() >= watched.log_again) log_losses(watched);
}

void LossWatch::log_losses(Watched& watched) {
  std::string text = fmt::format("{}: {} observations lost; in all", watched.origin,
                                 std::exchange(watched.not_logged, 0));
  for (size_t i = 0; i < kLosses; ++i)
    if (watched.seen[i] > 0)
      text += fmt::format(" {}/{} {}", stage_of(static_cast<Loss>(i)),
                          reason_of(static_cast<Loss>(i)), watched.seen[i]);
  log::warning(text);
  watched.log_again = clock_.now() + kLogPause;
}

}  // namespace weir::flow
