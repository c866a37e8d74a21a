// Counting first and asking then: two threads can never both take the last place.
#include "edge/client_limits.h"

#include <algorithm>

#include "base/hash.h"

namespace weir::edge {

ClientLimits::ClientLimits(const TcpSettings& settings, Random&& random)
    : most_(settings.max_connections), most_per_client_(settings.max_connections_per_client) {
  for (Table& table : tables_)
    table = {random.next(), std::make_unique<std::atomic<uint32_t>[]>(kCounters)};
}

std::atomic<uint32_t>& ClientLimits::counter(const Table& table,
                                             const IpAddress& client) const noexcept {
  return table.counters[hash64(client.octets(), table.seed) % kCounters];
}

bool ClientLimits::enter(const IpAddress& client) noexcept {
  size_t before = most_per_client_;
  for (const Table& table : tables_)
    before = std::min<size_t>(before, counter(table, client).fetch_add(1));
  if (open_.fetch_add(1) < most_ && before < most_per_client_) return true;
  leave(client);
  return false;
}

void ClientLimits::leave(const IpAddress& client) noexcept {
  open_.fetch_sub(1);
  for (const Table& table : tables_) counter(table, client).fetch_sub(1);
}

}  // namespace weir::edge
