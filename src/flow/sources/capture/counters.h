// What a capture source counts: packets by what became of them, messages, pairs. The thread that
// watches publishes; metrics read, however long they outlive the source.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "flow/sources/capture/intake.h"
#include "io/capture/probe.h"
#include "metrics/metrics.h"

namespace weir::flow::capture_source {

class Counters {
 public:
  /// Exposes what is published from now on.
  Counters(metrics::Registry& registry, const std::string& source);

  /// From the one thread that watches; how many packets were lost since the last time.
  uint64_t publish(const io::FateCounts& fates, const Intake& intake, size_t interfaces,
                   Duration lag);
  io::FateCounts fates() const;

 private:
  using Value = std::atomic<uint64_t>;
  struct Published {
    std::array<Value, io::kFates> fates{};
    std::array<Value, packet::kRefusals> refused{};
    Value messages{0}, malformed{0}, paired{0}, unasked{0}, unanswered{0}, evicted{0};
    Value fragments_lost{0}, streams_lost{0}, interfaces{0};
    std::atomic<double> lag{0};
  };

  std::shared_ptr<Published> published_ = std::make_shared<Published>();
};

}  // namespace weir::flow::capture_source
