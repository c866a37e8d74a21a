// Asks by ioctl (netdevice(7)), at first and after each change.
#include "io/capture/interfaces.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

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
  TRY(KernelChanges changes, KernelChanges::listen(RTMGRP_LINK));
  return Interfaces(std::move(query), std::move(changes));
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

}  // namespace weir::io
