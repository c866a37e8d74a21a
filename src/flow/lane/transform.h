// What stands between a lane and its sink: filter, sample, anonymise. So one sink sees all, and
// another little. A plug-in of flow/transforms implements a Transform; a lane has a chain of them.
#pragma once

#include <memory>
#include <vector>

#include "model/batch.h"

namespace weir::flow {

/// For one thread. What it does with an observation depends on that observation only, so that what
/// is offered to a sink again is the same.
class Transform {
 public:
  virtual ~Transform() = default;
  /// May change it; what it then points to is the transform's own until the next call. False: the
  /// sink is not to see it.
  virtual bool apply(model::Observation& observation) = 0;
};

/// The transforms of one lane, in order.
class Transforms {
 public:
  explicit Transforms(std::vector<std::unique_ptr<Transform>> chain);
  /// What the sink is to see of `whole`.
  model::SharedBatch apply(const model::Batch& whole);

 private:
  std::vector<std::unique_ptr<Transform>> chain_;
  model::BatchBuilder builder_;
};

}  // namespace weir::flow
