// The addresses of this machine in the calling thread's network namespace, and word of when they
// change.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/endpoint.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "io/loop.h"

namespace weir::io {

class OwnAddresses {
 public:
  static Result<OwnAddresses> open();

  /// All of them now, loopback included.
  std::vector<IpAddress> list() const;
  /// Calls back on the loop's thread after any address came or went. The loop outlives this.
  void on_change(Loop& loop, std::function<void()> callback);

 private:
  explicit OwnAddresses(UniqueFd events) : events_(std::move(events)) {}

  UniqueFd events_;
  std::unique_ptr<Watch> watch_;  // ends before the descriptor that it watches
};

}  // namespace weir::io
