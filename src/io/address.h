// Between endpoints and the kernel's socket addresses, and the options all sockets of this room
// share.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/endpoint.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace weir::io {

/// Either family; the kernel's `sockaddr_storage` is four times larger than needed.
union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

inline int family_of(const IpAddress& address) { return address.is_v6() ? AF_INET6 : AF_INET; }

inline socklen_t length_of(int family) {
  return family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
}

/// Writes `endpoint`; gives the length the kernel wants to know. `scope` is the interface of a
/// link-local IPv6 address.
inline socklen_t write_address(const Endpoint& endpoint, SocketAddress& to, uint32_t scope = 0) {
  const Bytes octets = endpoint.address.octets();
  if (endpoint.address.is_v6()) {
    to.v6 = {};
    to.v6.sin6_family = AF_INET6;
    to.v6.sin6_port = htons(endpoint.port);
    std::memcpy(&to.v6.sin6_addr, octets.data(), 16);
    if (IN6_IS_ADDR_LINKLOCAL(&to.v6.sin6_addr)) to.v6.sin6_scope_id = scope;
    return sizeof to.v6;
  }
  to.v4 = {};
  to.v4.sin_family = AF_INET;
  to.v4.sin_port = htons(endpoint.port);
  std::memcpy(&to.v4.sin_addr, octets.data(), 4);
  return sizeof to.v4;
}

/// Nothing but zeros for what is no Internet address.
inline Endpoint read_address(const SocketAddress& from) {
  if (from.any.sa_family != AF_INET && from.any.sa_family != AF_INET6) return {};
  if (from.any.sa_family == AF_INET6) {
    return {IpAddress::v6(from.v6.sin6_addr.s6_addr), ntohs(from.v6.sin6_port)};
  }
  return {IpAddress::v4(reinterpret_cast<const uint8_t*>(&from.v4.sin_addr)),
          ntohs(from.v4.sin_port)};
}

bool is_wildcard(const IpAddress& address);
/// The socket's own address (`getsockname`).
Endpoint local_endpoint(int fd);
/// A non-blocking socket of the family of `address`; IPv6 ones take IPv6 only.
Result<UniqueFd> open_socket(const IpAddress& address, int type);
/// Binds, or says to what it could not and why.
Status bind_socket(int fd, const Endpoint& local);
inline bool set_option(int fd, int level, int option, int value) {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

}  // namespace weir::io
