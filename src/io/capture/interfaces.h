// The network interfaces of a namespace: finding one by name, and hearing when any of them changes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/unique_fd.h"
#include "io/loop.h"
#include "io/netlink/kernel_changes.h"

namespace weir::io {

struct Interface {
  unsigned index = 0;
  std::string name;
  bool up = false;
  bool carrier = false;
  bool loopback = false;
  bool ethernet = false;    // frames begin with an Ethernet header; else with an IP header
  bool known_link = false;  // one of the two
};

class Interfaces {
 public:
  /// Of the calling thread's network namespace, wherever it is used later.
  static Result<Interfaces> open();

  std::optional<Interface> find(const std::string& name) const;
  /// What the interface of that index is called now.
  std::optional<std::string> name_of(unsigned index) const;
  /// Calls back on the loop's thread after any interface came, went or changed. The loop outlives
  /// this.
  void on_change(Loop& loop, std::function<void()> callback) {
    changes_.on_change(loop, std::move(callback));
  }

 private:
  Interfaces(UniqueFd query, KernelChanges changes)
      : query_(std::move(query)), changes_(std::move(changes)) {}

  UniqueFd query_;
  KernelChanges changes_;
};

}  // namespace weir::io
