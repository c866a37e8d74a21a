// A network namespace that a test has to itself, with loopback up: for what needs an interface
// whose traffic is only the test's.
#pragma once

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <functional>
#include <thread>

#include "base/bytes.h"
#include "base/unique_fd.h"

namespace weir::kit {

/// Runs `work` in a thread that is alone in a new namespace; false when that is not allowed.
inline bool in_lone_network(const std::function<void()>& work) {
  bool made = false;
  std::thread([&] {
    if (::unshare(CLONE_NEWNET) != 0) return;
    const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM, 0));
    ifreq request{};
    request.ifr_name[0] = 'l';
    request.ifr_name[1] = 'o';
    request.ifr_flags = IFF_UP;
    if (::ioctl(fd.get(), SIOCSIFFLAGS, &request) != 0) return;
    made = true;
    work();
  }).join();
  return made;
}

/// Sends a datagram to 127.0.0.1; nobody has to listen there.
inline void send_datagram(uint16_t port, Bytes octets) {
  const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  static_cast<void>(::sendto(fd.get(), octets.data(), octets.size(), 0,
                             reinterpret_cast<const sockaddr*>(&to), sizeof(to)));
}

}  // namespace weir::kit
