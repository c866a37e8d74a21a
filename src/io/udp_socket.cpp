// UDP in batches. Datagrams arrive in one arena and answers are built in another, so a batch costs
// two system calls and no copy. Sockets bound to one address do no work on control messages.
#include "io/udp_socket.h"

#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "io/address.h"

namespace weir::io {
namespace {

constexpr size_t kLargestDatagram = 65535;
constexpr size_t kCacheLine = 64;
constexpr int kPortAttempts = 16;
constexpr uint16_t kLowestRandomPort = 16384;
constexpr int kErrorsPerReceive = 8;  // asynchronous errors (ICMP) skipped in one call

// Room for one in_pktinfo or in6_pktinfo, aligned as the kernel wants it.
struct alignas(cmsghdr) Control {
  std::array<uint8_t, CMSG_SPACE(sizeof(in6_pktinfo))> octets;
};

size_t rounded_to_line(size_t octets) { return (octets + kCacheLine - 1) & ~(kCacheLine - 1); }

Status set_up(int fd, bool v6, const UdpSocket::Options& options) {
  const int buffer = options.kernel_buffer_octets;
  // The privileged form passes net.core.rmem_max; without the privilege the kernel gives what it
  // may.
  if (!set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, buffer)) {
    set_option(fd, SOL_SOCKET, SO_RCVBUF, buffer);
  }
  if (!set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, buffer)) {
    set_option(fd, SOL_SOCKET, SO_SNDBUF, buffer);
  }
  const bool omitted = v6 ? set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT)
                          : set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
  if (!omitted) return system_error("cannot turn path MTU discovery off", errno);
  if (options.reuse_port && !set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1)) {
    return system_error("cannot share a port", errno);
  }
  return Done{};
}

// A source port that cannot be guessed (RFC 5452 §9.2), from a wider range than the kernel's own.
void bind_to_random_port(int fd, bool v6) {
  SystemRandom random;
  const Endpoint any{v6 ? IpAddress::v6(in6addr_any.s6_addr) : IpAddress(), 0};
  for (int attempt = 0; attempt < kPortAttempts; ++attempt) {
    const uint64_t offset = random.below(kLargestDatagram + 1 - kLowestRandomPort);
    if (bind_socket(fd, {any.address, static_cast<uint16_t>(kLowestRandomPort + offset)})) return;
  }  // else connect() takes one of the kernel's, which are random too
}

}  // namespace

struct UdpSocket::State {
  State(UniqueFd socket, const Endpoint& bound, const Options& options, bool is_connected);

  void read_control(msghdr& header, Datagram& datagram) const;
  void write_control(msghdr& header, Control& control, const Datagram& question) const;
  void push(size_t size);
  size_t send_waiting();

  UniqueFd fd;
  Endpoint local;
  const bool v6;
  const bool connected;
  const bool wildcard;
  const size_t batch;
  const size_t stride;  // from one received datagram to the next; odd in cache lines, see below

  // The send arena is filled from the front; `reserved_at` is where the answer being built stands.
  std::vector<uint8_t> receive_arena;
  std::vector<uint8_t> send_arena;
  std::vector<SocketAddress> receive_addresses, send_addresses;
  std::vector<Control> receive_controls, send_controls;
  std::vector<iovec> receive_parts, send_parts;
  std::vector<mmsghdr> receive_headers, send_headers;
  std::vector<Datagram> datagrams;
  size_t received = 0;  // headers the kernel wrote to, to be made ready again
  bool drained = false;
  bool peer_refused = false;
  size_t waiting = 0;  // answers committed
  size_t reserved_at = 0;
  size_t reserved_octets = 0;
  size_t refused = 0;
};

// A stride of a power of two would put the head of every datagram in the same few sets of the
// cache.
UdpSocket::State::State(UniqueFd socket, const Endpoint& bound, const Options& options,
                        bool is_connected)
    : fd(std::move(socket)),
      local(bound),
      v6(bound.address.is_v6()),
      connected(is_connected),
      wildcard(!is_connected && is_wildcard(bound.address)),
      batch(std::clamp<size_t>(options.batch, 1, 1024)),
      stride(rounded_to_line(std::clamp<size_t>(options.buffer_octets, 512, kLargestDatagram)) |
             kCacheLine),
      receive_arena(batch * stride),
      send_arena(std::max(batch * kCacheLine * 32, rounded_to_line(kLargestDatagram))),
      receive_addresses(batch),
      send_addresses(batch),
      receive_controls(wildcard ? batch : 0),
      send_controls(wildcard ? batch : 0),
      receive_parts(batch),
      send_parts(batch),
      receive_headers(batch),
      send_headers(batch),
      datagrams(batch) {
  const size_t buffer = std::clamp<size_t>(options.buffer_octets, 512, kLargestDatagram);
  for (size_t i = 0; i < batch; ++i) {
    receive_parts[i] = {&receive_arena[i * stride], buffer};
    msghdr& in = receive_headers[i].msg_hdr;
    in.msg_iov = &receive_parts[i];
    in.msg_iovlen = 1;
    if (!connected) in.msg_name = &receive_addresses[i];
    if (wildcard) in.msg_control = &receive_controls[i];
    msghdr& out = send_headers[i].msg_hdr;
    out.msg_iov = &send_parts[i];
    out.msg_iovlen = 1;
    if (!connected) {
      out.msg_name = &send_addresses[i];
      out.msg_namelen = length_of(v6 ? AF_INET6 : AF_INET);
    }
    datagrams[i].local = local;
  }
  received = batch;
}

void UdpSocket::State::read_control(msghdr& header, Datagram& datagram) const {
  for (cmsghdr* at = CMSG_FIRSTHDR(&header); at != nullptr; at = CMSG_NXTHDR(&header, at)) {
    if (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(at), sizeof info);
      datagram.local.address = IpAddress::v4(reinterpret_cast<const uint8_t*>(&info.ipi_addr));
      datagram.interface_index = static_cast<uint32_t>(info.ipi_ifindex);
    } else if (at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(at), sizeof info);
      datagram.local.address = IpAddress::v6(info.ipi6_addr.s6_addr);
      datagram.interface_index = info.ipi6_ifindex;
    }
  }
}

// The interface is left to routing, except where the address means nothing without it.
void UdpSocket::State::write_control(msghdr& header, Control& control,
                                     const Datagram& question) const {
  const Bytes source = question.local.address.octets();
  if (is_wildcard(question.local.address)) return;
  control.octets.fill(0);
  header.msg_control = &control;
  auto* head = reinterpret_cast<cmsghdr*>(&control);
  if (v6) {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, source.data(), 16);
    if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) info.ipi6_ifindex = question.interface_index;
    header.msg_controllen = CMSG_SPACE(sizeof info);
    *head = {CMSG_LEN(sizeof info), IPPROTO_IPV6, IPV6_PKTINFO};
    std::memcpy(CMSG_DATA(head), &info, sizeof info);
  } else {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, source.data(), 4);
    header.msg_controllen = CMSG_SPACE(sizeof info);
    *head = {CMSG_LEN(sizeof info), IPPROTO_IP, IP_PKTINFO};
    std::memcpy(CMSG_DATA(head), &info, sizeof info);
  }
}

void UdpSocket::State::push(size_t size) {
  CHECK(waiting < batch && size <= reserved_octets);
  send_parts[waiting] = {&send_arena[reserved_at], size};
  reserved_at = rounded_to_line(reserved_at + size);
  reserved_octets = 0;
  ++waiting;
}

// A datagram the kernel will not take is skipped; when its buffers are full, the rest is lost as
// well, because waiting would hold up every other client.
size_t UdpSocket::State::send_waiting() {
  size_t done = 0;
  size_t lost = 0;
  while (done < waiting) {
    const int sent = ::sendmmsg(fd.get(), &send_headers[done],
                                static_cast<unsigned>(waiting - done), MSG_NOSIGNAL);
    if (sent > 0) {
      done += static_cast<size_t>(sent);
    } else if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) {
      lost += waiting - done;
      break;
    } else if (errno != EINTR) {
      ++lost;
      ++done;
    }
  }
  waiting = 0;
  reserved_at = 0;
  return lost;
}

Result<UdpSocket> UdpSocket::bind(const Endpoint& local, const Options& options) {
  const bool v6 = local.address.is_v6();
  TRY(UniqueFd fd, open_socket(local.address, SOCK_DGRAM));
  TRY_DONE(set_up(fd.get(), v6, options));
  if (is_wildcard(local.address)) {
    const bool told = v6 ? set_option(fd.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
                         : set_option(fd.get(), IPPROTO_IP, IP_PKTINFO, 1);
    if (!told) return system_error("cannot ask for destination addresses", errno);
  }
  TRY_DONE(bind_socket(fd.get(), local));
  const Endpoint bound = local_endpoint(fd.get());
  return UdpSocket(std::make_unique<State>(std::move(fd), bound, options, false));
}

Result<UdpSocket> UdpSocket::connect(const Endpoint& peer, const Options& options) {
  const bool v6 = peer.address.is_v6();
  TRY(UniqueFd fd, open_socket(peer.address, SOCK_DGRAM));
  TRY_DONE(set_up(fd.get(), v6, options));
  bind_to_random_port(fd.get(), v6);
  SocketAddress address;
  const socklen_t length = write_address(peer, address);
  if (::connect(fd.get(), &address.any, length) != 0) {
    return system_error("cannot reach " + peer.to_text(), errno);
  }
  const Endpoint bound = local_endpoint(fd.get());
  auto state = std::make_unique<State>(std::move(fd), bound, options, true);
  for (Datagram& datagram : state->datagrams) datagram.peer = peer;
  return UdpSocket(std::move(state));
}

UdpSocket::UdpSocket(std::unique_ptr<State> state) : state_(std::move(state)) {}
UdpSocket::UdpSocket(UdpSocket&&) noexcept = default;
UdpSocket& UdpSocket::operator=(UdpSocket&&) noexcept = default;
UdpSocket::~UdpSocket() = default;

int UdpSocket::fd() const { return state_->fd.get(); }
const Endpoint& UdpSocket::local() const { return state_->local; }
size_t UdpSocket::pending() const { return state_->waiting; }

std::span<const Datagram> UdpSocket::receive() {
  State& state = *state_;
  if (std::exchange(state.drained, false)) return {};
  for (size_t i = 0; i < state.received; ++i) {
    msghdr& header = state.receive_headers[i].msg_hdr;
    if (!state.connected) header.msg_namelen = sizeof(SocketAddress);
    if (state.wildcard) header.msg_controllen = sizeof(Control);
  }
  state.received = 0;
  int count = -1;
  for (int attempt = 0; count < 0 && attempt < kErrorsPerReceive; ++attempt) {
    count = ::recvmmsg(state.fd.get(), state.receive_headers.data(),
                       static_cast<unsigned>(state.batch), MSG_DONTWAIT, nullptr);
    if (count < 0 && errno == EAGAIN) return {};
    if (count < 0 && errno == ECONNREFUSED) state.peer_refused = true;
  }
  if (count <= 0) return {};
  state.received = static_cast<size_t>(count);
  state.drained = state.received < state.batch;
  for (size_t i = 0; i < state.received; ++i) {
    mmsghdr& message = state.receive_headers[i];
    Datagram& datagram = state.datagrams[i];
    datagram.octets = {&state.receive_arena[i * state.stride], message.msg_len};
    datagram.truncated = (message.msg_hdr.msg_flags & MSG_TRUNC) != 0;
    if (state.connected) continue;
    const SocketAddress& from = state.receive_addresses[i];
    datagram.peer = read_address(from);
    if (state.v6) datagram.interface_index = from.v6.sin6_scope_id;
    if (state.wildcard) state.read_control(message.msg_hdr, datagram);
  }
  return {state.datagrams.data(), state.received};
}

MutableBytes UdpSocket::reserve(size_t size) {
  State& state = *state_;
  CHECK(size <= kLargestDatagram);
  if (state.waiting == state.batch || state.reserved_at + size > state.send_arena.size()) {
    state.refused += state.send_waiting();
  }
  state.reserved_octets = size;
  return {state.send_arena.data() + state.reserved_at, size};
}

void UdpSocket::commit(size_t size, const Datagram& question) {
  State& state = *state_;
  CHECK(!state.connected && question.peer.address.is_v6() == state.v6);
  const size_t slot = state.waiting;
  state.push(size);
  write_address(question.peer, state.send_addresses[slot], question.interface_index);
  if (state.wildcard) {
    msghdr& header = state.send_headers[slot].msg_hdr;
    header.msg_control = nullptr;
    header.msg_controllen = 0;
    state.write_control(header, state.send_controls[slot], question);
  }
}

void UdpSocket::commit_to(size_t size, const Endpoint& peer) {
  State& state = *state_;
  CHECK(peer.address.is_v6() == state.v6);
  const size_t slot = state.waiting;
  state.push(size);
  if (state.connected) return;
  write_address(peer, state.send_addresses[slot]);
  state.send_headers[slot].msg_hdr.msg_control = nullptr;
  state.send_headers[slot].msg_hdr.msg_controllen = 0;
}

size_t UdpSocket::flush() {
  const size_t lost = state_->send_waiting();
  return lost + std::exchange(state_->refused, 0);
}

bool UdpSocket::send(Bytes octets) {
  // An ICMP error about an earlier datagram is reported once, in place of sending this one.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (::send(state_->fd.get(), octets.data(), octets.size(), MSG_NOSIGNAL) >= 0) return true;
    if (errno != ECONNREFUSED && errno != EINTR) return false;
    if (errno == ECONNREFUSED) state_->peer_refused = true;
  }
  return false;
}

bool UdpSocket::take_refused() { return std::exchange(state_->peer_refused, false); }

}  // namespace weir::io
