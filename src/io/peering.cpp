// Options of TCP sockets (tcp(7), ip(7), ipv6(7)), set before the first segment leaves.
#include "io/peering.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "io/address.h"
#include "io/channel.h"
#include "io/connection.h"
#include "io/listener.h"

namespace weir::io {
namespace {

constexpr int kLargestTtl = 255;
// <linux/in6.h> has it, and cannot stand beside <netinet/in.h>.
constexpr int kIpv6MinHopCount = 73;

Status sign(int fd, const IpAddress& peer, const std::string& key) {
  tcp_md5sig signature{};
  SocketAddress address;
  const socklen_t length = write_address({peer, 0}, address);
  std::memcpy(&signature.tcpm_addr, &address, length);
  signature.tcpm_keylen = static_cast<uint16_t>(key.size());
  if (key.size() > sizeof signature.tcpm_key)
    return Error{Fault::kConfig, "the MD5 key for " + peer.to_text() + " is longer than 80 octets"};
  std::memcpy(signature.tcpm_key, key.data(), key.size());
  if (::setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &signature, sizeof signature) != 0)
    return system_error("cannot sign segments for " + peer.to_text(), errno);
  return Done{};
}

Status set_ttls(int fd, bool v6, const PeeringOptions& peering) {
  const int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
  const int send = v6 ? IPV6_UNICAST_HOPS : IP_TTL;
  const int take = v6 ? kIpv6MinHopCount : IP_MINTTL;
  if (peering.ttl != 0 && !set_option(fd, level, send, peering.ttl))
    return system_error("cannot set the TTL of a connection", errno);
  if (peering.least_ttl != 0 && !set_option(fd, level, take, peering.least_ttl))
    return system_error("cannot set the least TTL of a connection", errno);
  return Done{};
}

Status bind_local(int fd, const PeeringOptions& peering) {
  const std::string& device = peering.interface;
  if (!device.empty() && ::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device.data(),
                                      static_cast<socklen_t>(device.size())) != 0)
    return system_error("cannot use interface " + device, errno);
  if (!peering.local) return Done{};
  SocketAddress address;
  const socklen_t length = write_address({*peering.local, 0}, address);
  if (::bind(fd, &address.any, length) != 0)
    return system_error("cannot connect from " + peering.local->to_text(), errno);
  return Done{};
}

}  // namespace

Result<std::unique_ptr<Stream>> connect_peer(Loop& loop, const Endpoint& peer,
                                             const PeeringOptions& peering,
                                             const StreamOptions& options, StreamEvents& events) {
  TRY(UniqueFd fd, open_socket(peer.address, SOCK_STREAM));
  TRY_DONE(bind_local(fd.get(), peering));
  if (!peering.md5_key.empty()) TRY_DONE(sign(fd.get(), peer.address, peering.md5_key));
  TRY_DONE(prepare_accepted(fd.get(), peer.address, peering));
  auto channel = make_plain_channel(fd.get());
  auto connection =
      std::make_shared<Connection>(loop, std::move(fd), peer, options, events, std::move(channel));
  SocketAddress address;
  const socklen_t length = write_address(peer, address);
  connection->connect(address.any, length);
  return own_stream(std::move(connection));
}

Status prepare_accepted(int fd, const IpAddress& peer, const PeeringOptions& peering) {
  set_option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, peering.unsent_octets);
  return set_ttls(fd, peer.is_v6(), peering);
}

Result<std::unique_ptr<Listener>> listen_for_peers(Loop& loop, const Endpoint& local,
                                                   const std::vector<SignedPeer>& peers,
                                                   Listener::OnConnection on_connection) {
  TRY(UniqueFd fd, open_socket(local.address, SOCK_STREAM));
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  TRY_DONE(set_ttls(fd.get(), local.address.is_v6(), {.ttl = kLargestTtl}));
  for (const SignedPeer& peer : peers)
    if (peer.address.is_v6() == local.address.is_v6())
      TRY_DONE(sign(fd.get(), peer.address, peer.md5_key));
  TRY_DONE(bind_socket(fd.get(), local));
  return listen_on(loop, std::move(fd), local.to_text(), std::move(on_connection));
}

}  // namespace weir::io
