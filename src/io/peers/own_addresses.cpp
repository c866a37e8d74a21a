// Asks by getifaddrs(3), at first and after each change.
#include "io/peers/own_addresses.h"

#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstring>

#include "io/address.h"

namespace weir::io {

Result<OwnAddresses> OwnAddresses::open() {
  TRY(KernelChanges changes, KernelChanges::listen(RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR));
  return OwnAddresses(std::move(changes));
}

std::vector<IpAddress> OwnAddresses::list() const {
  std::vector<IpAddress> found;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return found;
  for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr) continue;
    const int family = each->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    SocketAddress address{};
    std::memcpy(&address, each->ifa_addr, length_of(family));
    found.push_back(read_address(address).address);
  }
  ::freeifaddrs(first);
  return found;
}

}  // namespace weir::io
