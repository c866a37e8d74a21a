// The addresses of a host name, found as the system finds them (hosts file, resolver), without
// holding up the loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/endpoint.h"
#include "base/result.h"
#include "io/loop.h"

namespace weir::io {

/// One lookup, under way while the object lives. It runs on a thread of its own, which outlives the
/// object if the system is slow to answer; then nobody is called.
class Lookup {
 public:
  /// At least one address, in the system's order of preference.
  using OnDone = std::function<void(Result<std::vector<IpAddress>> found)>;
  /// Calls back once, on the loop's thread. The callback may destroy the lookup.
  Lookup(Loop& loop, const std::string& host, OnDone on_done);
  ~Lookup();

 private:
  struct State;
  std::shared_ptr<State> state_;
  Watch watch_;
};

}  // namespace weir::io
