// A producer thread's way into the flow: observations are collected into batches, and batches go
// over a bounded ring to the router.
//
// Only the producer thread touches the builder, so only it can hand over what has been collected:
// `record` does when a batch is full, and a producer that may fall quiet calls `flush` from a timer
// of its own loop (the edge: every 50 ms), and once more at its end. The flow never reaches in.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "base/queue.h"
#include "flow/bell.h"
#include "flow/ledger.h"
#include "flow/settings.h"
#include "flow/store/query_filter.h"
#include "model/tap.h"

namespace weir::flow {

class RingTap final : public model::Tap {
 public:
  /// `waits`: the producer would rather wait for room than lose (files). `router` is rung when
  /// there is something to take. `only`: what else is recorded is passed over.
  RingTap(std::shared_ptr<SourceBook> book, uint16_t source, const BatchSettings& settings,
          bool waits, Bell& router, const QueryFilter* only = nullptr);

  void record(const model::Observation& observation) noexcept override;
  void lose(uint64_t count) noexcept override;
  bool has_room() noexcept override;
  void flush() noexcept override;

  /// For the router: the oldest batch, if there is one.
  std::optional<model::SharedBatch> take();
  /// From now on what is recorded is counted as lost.
  void close();
  SourceBook& book() const { return *book_; }
  const std::shared_ptr<SourceBook>& shared_book() const { return book_; }

 private:
  void receive(uint64_t count);
  void keep(const model::Observation& observation);
  void hand_over();
  bool push(model::SharedBatch& batch);

  const std::shared_ptr<SourceBook> book_;
  TapCount& count_;
  const bool waits_;
  Bell& router_;
  const QueryFilter* const only_;
  Bell room_;  // rung when the router took something, where the producer waits
  std::atomic<bool> closed_{false};
  model::BatchBuilder builder_;
  SpscRing<model::SharedBatch> ring_;
};

}  // namespace weir::flow
