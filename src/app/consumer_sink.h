// A plane that consumes what the flow carries, as the sink at the end of a lane: planes do not know
// each other.
#pragma once

#include "flow/sink.h"
#include "model/tap.h"

namespace weir::app {

class ConsumerSink final : public flow::Sink {
 public:
  /// `consumer` outlives the flow.
  explicit ConsumerSink(model::Consumer& consumer) : consumer_(consumer) {}
  Status deliver(const model::Batch& batch) override { return consumer_.deliver(batch); }
  Status settle() override { return consumer_.settle(); }

 private:
  model::Consumer& consumer_;
};

}  // namespace weir::app
