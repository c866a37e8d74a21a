// Opening when there is something to deliver.
#include "flow/late_sink.h"

namespace weir::flow {

Status LateSink::ensure_open() {
  if (sink_ != nullptr) return Done{};
  auto opened = open_();
  if (!opened) {
    Error error = std::move(opened).error();
    error.retry = true;  // permissions and folders are mended while the lane waits
    return error;
  }
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

void LateSink::tend(WallTime now) {
  if (sink_ != nullptr) sink_->tend(now);
}

void LateSink::reopen() {
  if (sink_ != nullptr) sink_->reopen();
}

}  // namespace weir::flow
