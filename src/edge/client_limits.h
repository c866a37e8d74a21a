// The bounds on clients' connections, shared by every listener of every shard: how many are open in
// all, and how many from one address. Memory is fixed, whoever connects.
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include "base/endpoint.h"
#include "base/random.h"
#include "edge/settings.h"

namespace weir::edge {

/// Counts by address in two tables of counters under two hashes; an address has at most what the
/// lesser one says. Strangers who meet in both can only make the bound stricter, and cannot choose
/// to: the hashes have seeds of their own.
class ClientLimits {
 public:
  ClientLimits(const TcpSettings& settings, Random&& random);

  /// Any thread. True when one more connection is within the bounds; it is counted until `leave`.
  bool enter(const IpAddress& client) noexcept;
  void leave(const IpAddress& client) noexcept;

 private:
  static constexpr size_t kCounters = size_t{1} << 14;  // of a table
  struct Table {
    uint64_t seed = 0;
    std::unique_ptr<std::atomic<uint32_t>[]> counters;
  };
  std::atomic<uint32_t>& counter(const Table& table, const IpAddress& client) const noexcept;

  const size_t most_;
  const size_t most_per_client_;
  std::atomic<size_t> open_{0};
  std::array<Table, 2> tables_;
};

}  // namespace weir::edge
