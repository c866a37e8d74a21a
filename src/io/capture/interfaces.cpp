// Asks by ioctl (netdevice(7)) and listens on rtnetlink(7) for changes, whose contents do not
// matter: what is, is asked for again.
#include "io/capture/interfaces.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace weir::io {
namespace {

std::optional<ifreq> ask(int fd, unsigned long what, ifreq request) {
  if (::ioctl(fd, what, &request) != 0) return std::nullopt;
  return request;
}

}  // namespace

Result<Interfaces> Interfaces::open() {
  UniqueFd query(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!query) return system_error("cannot ask for interfaces", errno);
  UniqueFd events(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  sockaddr_nl local{};
  local.nl_family = AF_NETLINK;
  local.nl_groups = RTMGRP_LINK;
  if (!events ||
      ::bind(events.get(), reinterpret_cast<const sockaddr*>(&local), sizeof(local)) != 0)
    return system_error("cannot listen for changes of interfaces", errno);
  return Interfaces(std::move(query), std::move(events));
}

std::optional<Interface> Interfaces::find(const std::string& name) const {
  ifreq request{};
  if (name.empty() || name.size() >= sizeof(request.ifr_name)) return std::nullopt;
  name.copy(request.ifr_name, name.size());
  const auto index = ask(query_.get(), SIOCGIFINDEX, request);
  const auto flags = ask(query_.get(), SIOCGIFFLAGS, request);
  const auto link = ask(query_.get(), SIOCGIFHWADDR, request);
  if (!index || !flags || !link) return std::nullopt;
  Interface found{.index = static_cast<unsigned>(index->ifr_ifindex), .name = name};
  found.up = (flags->ifr_flags & IFF_UP) != 0;
  found.carrier = (flags->ifr_flags & IFF_RUNNING) != 0;
  found.loopback = (flags->ifr_flags & IFF_LOOPBACK) != 0;
  const unsigned short type = link->ifr_hwaddr.sa_family;
  found.ethernet = type == ARPHRD_ETHER || type == ARPHRD_LOOPBACK;
  found.known_link = found.ethernet || type == ARPHRD_NONE || type == ARPHRD_RAWIP ||
                     type == ARPHRD_PPP || type == ARPHRD_TUNNEL || type == ARPHRD_TUNNEL6 ||
                     type == ARPHRD_SIT || type == ARPHRD_IPGRE;
  return found;
}

std::optional<std::string> Interfaces::name_of(unsigned index) const {
  ifreq request{};
  request.ifr_ifindex = static_cast<int>(index);
  const auto named = ask(query_.get(), SIOCGIFNAME, request);
  if (!named) return std::nullopt;
  return std::string(named->ifr_name, ::strnlen(named->ifr_name, sizeof(named->ifr_name)));
}

void Interfaces::on_change(Loop& loop, std::function<void()> callback) {
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
