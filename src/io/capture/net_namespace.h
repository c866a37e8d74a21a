// Network namespaces: a thread visits one, opens sockets and attaches programs there, and comes
// back.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace weir::io {

class NetNamespace {
 public:
  /// By name, as `ip netns` has it, or by path; empty is the one that the process is in.
  explicit NetNamespace(const std::string& name);

  bool is_own() const { return path_.empty(); }
  const std::string& path() const { return path_; }
  /// Which namespace stands under the path now, as a number; 0 when none does.
  uint64_t identity() const;

  /// The calling thread is in the namespace while this lives.
  class Visit {
   public:
    Visit(Visit&& other) noexcept = default;
    ~Visit();

   private:
    friend class NetNamespace;
    Visit() = default;
    UniqueFd home_;  // none: it never left
  };
  /// Needs CAP_SYS_ADMIN, unless it is our own.
  Result<Visit> visit() const;

 private:
  std::string path_;
};

}  // namespace weir::io
