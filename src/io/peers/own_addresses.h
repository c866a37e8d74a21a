// The addresses of this machine in the calling thread's network namespace, and word of when they
// change.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "base/endpoint.h"
#include "base/result.h"
#include "io/loop.h"
#include "io/netlink/kernel_changes.h"

namespace weir::io {

class OwnAddresses {
 public:
  static Result<OwnAddresses> open();

  /// All of them now, loopback included.
  std::vector<IpAddress> list() const;
  /// Calls back on the loop's thread after any address came or went. The loop outlives this.
  void on_change(Loop& loop, std::function<void()> callback) {
    changes_.on_change(loop, std::move(callback));
  }

 private:
  explicit OwnAddresses(KernelChanges changes) : changes_(std::move(changes)) {}

  KernelChanges changes_;
};

}  // namespace weir::io
