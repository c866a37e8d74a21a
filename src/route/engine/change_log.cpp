// A cursor over all groups, read into a ring and into the log.
#include "route/engine/change_log.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/log.h"
#include "proto/dns/name.h"

namespace weir::route {

std::string name_text(Bytes wire) {
  if (wire.empty()) return {};
  std::string text = dns::wire_name_to_text(wire);
  if (text.size() > 1 && text.back() == '.') text.pop_back();
  return text;
}

ChangeLog::ChangeLog(Feed& feed, const LeaseTable& leases, const std::vector<std::string>& sets,
                     const Limits& limits)
    : feed_(feed),
      leases_(leases),
      sets_(sets),
      limits_(limits),
      lines_(limits.lines_a_second, limits.lines_a_second) {
  const auto cursor = feed.open(~GroupMask{0});
  CHECK(cursor);
  cursor_ = *cursor;
}

size_t ChangeLog::follow(size_t most, Instant now, WallTime wall) {
  size_t count = 0;
  for (; count < most; ++count) {
    const auto change = feed_.take(cursor_);
    if (!change) break;
    take(*change, now, wall);
  }
  return count;
}

void ChangeLog::take(const Change& change, Instant now, WallTime wall) {
  counts_[change.announce ? 1 : 0][static_cast<size_t>(change.reason)].add();
  ChangeReading reading{.number = ++last_, .time = wall, .prefix = change.key.prefix};
  reading.announced = change.announce;
  reading.reason = to_text(change.reason);
  if (change.announce) {
    leases_.each_lease(change.route, now, [&](const Provenance& lease) {
      if (!reading.set.empty()) return;
      reading.set = sets_[lease.set];
      reading.name = name_text(lease.name);
    });
  }
  if (!lines_.take(now)) {
    unlogged_.add();
  } else if (reading.announced) {
    log::info(fmt::format("route {} announced: {}, set {}{}{}", reading.prefix.to_text(),
                          reading.reason, reading.set, reading.name.empty() ? "" : ", name ",
                          reading.name));
  } else {
    log::info(fmt::format("route {} withdrawn: {}", reading.prefix.to_text(), reading.reason));
  }
  kept_.push_back(std::move(reading));
  if (kept_.size() > limits_.kept) kept_.pop_front();
}

std::vector<ChangeReading> ChangeLog::after(uint64_t number, size_t most) const {
  std::vector<ChangeReading> found;
  if (kept_.empty()) return found;
  const uint64_t first = kept_.front().number;
  for (size_t at = number < first ? 0 : number - first + 1; at < kept_.size() && most != 0;
       ++at, --most)
    found.push_back(kept_[at]);
  return found;
}

}  // namespace weir::route
