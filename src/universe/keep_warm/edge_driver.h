// Keeping weir's own cache warm: the edge fetches the answers anew. Nothing is taken out of the
// cache before, as the edge does not look there: clients get the old answer until the new one is in
// its place.
#pragma once

#include <vector>

#include "io/loop.h"
#include "model/refresher.h"
#include "universe/keep_warm/driver.h"

namespace weir::universe {

class EdgeDriver final : public Driver {
 public:
  /// All of it outlives this object; `edge` has ended when it and `loop` go.
  EdgeDriver(io::Loop& loop, model::Refresher& edge, DriverEvents& events);

  void refresh(const std::vector<Target>& batch) override;

 private:
  void on_told(size_t index, const model::Refreshed& refreshed);

  io::Loop& loop_;
  model::Refresher& edge_;
  DriverEvents& events_;
  size_t under_way_ = 0;
};

}  // namespace weir::universe
