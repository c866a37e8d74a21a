// Opening whenever the lane comes by.
#include "flow/lane/late_sink.h"

namespace weir::flow {

Status LateSink::ensure_open() {
  if (sink_ != nullptr) return Done{};
  auto opened = open_();
  if (!opened) {
    Error error = std::move(opened).error();
    error.retry = true;  // permissions and folders are mended while the lane waits
    return error;
  }
  const std::lock_guard lock(mutex_);
  sink_ = *std::move(opened);
  return Done{};
}

Status LateSink::deliver(const model::Batch& batch) {
  TRY_DONE(ensure_open());
  return sink_->deliver(batch);
}

Status LateSink::note(const Gap& gap) {
  TRY_DONE(ensure_open());
  return sink_->note(gap);
}

Status LateSink::settle() { return sink_ != nullptr ? sink_->settle() : Status(Done{}); }

Result<std::optional<uint64_t>> LateSink::recall(std::string_view journal) {
  TRY_DONE(ensure_open());
  return sink_->recall(journal);
}

void LateSink::place(uint64_t position) {
  if (sink_ != nullptr) sink_->place(position);
}

Status LateSink::tend(WallTime now) {
  TRY_DONE(ensure_open());
  return sink_->tend(now);
}

uint64_t LateSink::take_refused() { return sink_ != nullptr ? sink_->take_refused() : 0; }

void LateSink::give_up(uint64_t observations) {
  if (sink_ != nullptr) sink_->give_up(observations);
}

void LateSink::reopen() {
  if (sink_ != nullptr) sink_->reopen();
}

void LateSink::close() {
  if (sink_ != nullptr) sink_->close();
}

void LateSink::interrupt() {
  const std::lock_guard lock(mutex_);
  if (sink_ != nullptr) sink_->interrupt();
}

}  // namespace weir::flow
