// Socket addresses, and opening and binding sockets.
#include "io/address.h"

#include <algorithm>
#include <cerrno>

namespace weir::io {

bool is_wildcard(const IpAddress& address) {
  return std::ranges::all_of(address.octets(), [](uint8_t octet) { return octet == 0; });
}

Endpoint local_endpoint(int fd) {
  SocketAddress address{};
  socklen_t length = sizeof address;
  ::getsockname(fd, &address.any, &length);
  return read_address(address);
}

Result<UniqueFd> open_socket(const IpAddress& address, int type) {
  UniqueFd fd(::socket(family_of(address), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return system_error("cannot open a socket", errno);
  if (address.is_v6()) set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  return fd;
}

Status bind_socket(int fd, const Endpoint& local) {
  SocketAddress address;
  const socklen_t length = write_address(local, address);
  if (::bind(fd, &address.any, length) != 0) {
    return system_error("cannot listen on " + local.to_text(), errno);
  }
  return Done{};
}

}  // namespace weir::io
