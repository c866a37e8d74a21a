// What could not be taken out is not asked for: the answer would come out of the cache.
#include "universe/keep_warm/unbound_driver.h"

namespace weir::universe {

UnboundDriver::UnboundDriver(io::Loop& loop, const KeepWarmSettings& settings, Random& random,
                             DriverEvents& events)
    : events_(events), requery_(loop, settings.requery, random, events) {}

Result<std::unique_ptr<Driver>> UnboundDriver::create(io::Loop& loop,
                                                      const KeepWarmSettings& settings,
                                                      Random& random, DriverEvents& events) {
  std::unique_ptr<UnboundDriver> driver(new UnboundDriver(loop, settings, random, events));
  UnboundDriver* const self = driver.get();
  UnboundControl::Events told{
      .on_flushed = [self](size_t index, Outcome outcome,
                           std::string_view why) { self->on_flushed(index, outcome, why); },
      .on_done = [self] { self->requery_.ask(std::move(self->flushed_)); }};
  TRY(driver->control_, UnboundControl::create(loop, settings.unbound, std::move(told)));
  return std::unique_ptr<Driver>(std::move(driver));
}

void UnboundDriver::refresh(const std::vector<Target>& batch) {
  batch_ = batch;
  flushed_.clear();
  std::vector<Job> jobs;
  for (const Target& target : batch_) jobs.push_back({jobs.size(), target});
  control_->flush(std::move(jobs));
}

void UnboundDriver::on_flushed(size_t index, Outcome outcome, std::string_view why) {
  if (outcome == Outcome::kDone) flushed_.push_back({index, batch_[index]});
  events_.on_invalidated(index, outcome, why);
}

}  // namespace weir::universe
