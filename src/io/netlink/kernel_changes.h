// Word from the kernel that something about interfaces or addresses has changed; what, is for the
// listener to ask.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.h"
#include "base/unique_fd.h"
#include "io/loop.h"

namespace weir::io {

class KernelChanges {
 public:
  /// `groups` are RTMGRP_… of rtnetlink(7). Of the calling thread's network namespace, wherever it
  /// is used later.
  static Result<KernelChanges> listen(uint32_t groups);

  /// Calls back on the loop's thread after each change. The loop outlives this.
  void on_change(Loop& loop, std::function<void()> callback);

 private:
  explicit KernelChanges(UniqueFd events) : events_(std::move(events)) {}

  UniqueFd events_;
  std::unique_ptr<Watch> watch_;  // ends before the descriptor that it watches
};

}  // namespace weir::io
