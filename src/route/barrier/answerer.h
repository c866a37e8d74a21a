// One answering thread's side of the barrier: it looks at each answer itself, and hands those that
// a set wants over to the plane, a turn's together.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/containers/snapshot.h"
#include "io/loop.h"
#include "metrics/metrics.h"
#include "model/barrier.h"
#include "route/barrier/waiting_room.h"
#include "route/claims.h"
#include "route/settings.h"

namespace weir::route {

/// An answer on its way to the plane.
struct HeldAnswer {
  std::shared_ptr<Asker> asker;
  uint64_t ticket = 0;
  Instant begun;
  Octets message;
};

/// What the plane shows its answerers; any thread.
struct BarrierState {
  std::atomic<Instant> since{};  // answers from before have to pass again
  std::atomic<size_t> waiting{0};
  metrics::Counter* overflows = nullptr;  // answers that did not wait because too many did
};

class Answerer final : public model::Barrier {
 public:
  using HandOver = std::function<void(std::vector<HeldAnswer> answers)>;
  using OnRelease = std::function<void(const model::Release&)>;
  struct Context {
    const RouteSettings& settings;
    const Snapshot<names::Matcher>& matcher;
    BarrierState& state;
    const Clock& clock;
    HandOver hand_over;  // any thread
  };
  /// All of `context` outlives the answerer. It is `loop`'s thread that calls, and is called.
  Answerer(Context context, io::Loop& loop, OnRelease on_release);
  ~Answerer() override;

  Instant since() const noexcept override {
    return context_.state.since.load(std::memory_order_acquire);
  }
  bool passes(uint64_t ticket, Bytes answer) override;

 private:
  class Post;
  bool is_wanted(Bytes answer);

  Context context_;
  io::Loop& loop_;
  Snapshot<names::Matcher>::Reader matcher_;
  AnswerReader reader_;
  Claims claims_;
  std::shared_ptr<Post> post_;  // also with the plane, while answers of ours wait there
  std::vector<HeldAnswer> turn_;
};

}  // namespace weir::route
