// Listens on rtnetlink(7) for changes, whose contents do not matter: what is, is asked for again by
// getifaddrs(3).
#include "io/own_addresses.h"

#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "io/address.h"

namespace weir::io {

Result<OwnAddresses> OwnAddresses::open() {
  UniqueFd events(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  sockaddr_nl local{};
  local.nl_family = AF_NETLINK;
  local.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  if (!events ||
      ::bind(events.get(), reinterpret_cast<const sockaddr*>(&local), sizeof(local)) != 0)
    return system_error("cannot listen for changes of addresses", errno);
  return OwnAddresses(std::move(events));
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

void OwnAddresses::on_change(Loop& loop, std::function<void()> callback) {
  watch_ = std::make_unique<Watch>(loop, events_.get());
  watch_->on_readable([fd = events_.get(), callback = std::move(callback)] {
    // Also what came while there was no room (ENOBUFS) is a change.
    std::array<char, 8192> message;
    while (::recv(fd, message.data(), message.size(), 0) > 0 || errno == ENOBUFS) {
    }
    callback();
  });
}

}  // namespace weir::io
