// UDP in batches: one recvmmsg and one sendmmsg for as many datagrams as there are.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/endpoint.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace weir::io {

/// A datagram that came: valid until the next `receive` on its socket.
struct Datagram {
  Bytes octets;
  Endpoint peer;
  Endpoint local;  // the address it was sent to (IP_PKTINFO), for sockets bound to any address
  uint32_t interface_index = 0;  // known on sockets bound to any address, and for link-local peers
  bool truncated = false;        // it was larger than the buffer
};

class UdpSocket {
 public:
  struct Options {
    bool reuse_port = false;      // several shards on one address
    size_t batch = 64;            // datagrams a system call
    size_t buffer_octets = 4096;  // the largest datagram taken whole
    int kernel_buffer_octets = 4 << 20;
  };
  /// Bound, non-blocking. IPv6 sockets take IPv6 only. Ignores what the path claims about its MTU,
  /// so that forged ICMP cannot make answers fragment: IP_PMTUDISC_OMIT.
  static Result<UdpSocket> bind(const Endpoint& local, const Options& options);
  /// Connected from a random port, so only the peer's datagrams arrive.
  static Result<UdpSocket> connect(const Endpoint& peer, const Options& options);
  UdpSocket(UdpSocket&&) noexcept;
  UdpSocket& operator=(UdpSocket&&) noexcept;
  ~UdpSocket();

  int fd() const;
  const Endpoint& local() const;
  /// What has arrived, at most one batch; empty when there is nothing more. Call it until it is
  /// empty: after a batch that was not full the next call is empty without asking the kernel.
  std::span<const Datagram> receive();
  /// Room for one answer of at most `size` octets (<= 65535); it goes out with `flush`. The answer
  /// leaves from the address the question came to. When there is no room left, what waits is
  /// flushed.
  MutableBytes reserve(size_t size);
  /// Ends the answer begun by `reserve` with its true size. Of `question` only the addresses and
  /// the interface count, so a copy kept from an earlier batch will do. Not for connected sockets.
  void commit(size_t size, const Datagram& question);
  /// To `peer`, from the socket's own address. On a connected socket `peer` is where it goes
  /// anyway.
  void commit_to(size_t size, const Endpoint& peer);
  /// Sends what was committed in one call; gives how many the kernel refused since the last call
  /// (they are lost).
  size_t flush();
  /// On a connected socket, at once. False when the kernel refused.
  bool send(Bytes octets);
  /// On a connected socket: whether the peer's host said that nothing listens there (ICMP), since
  /// it was last asked. Noticed while receiving and sending.
  bool take_refused();
  /// Answers committed and not yet flushed.
  size_t pending() const;

 private:
  struct State;
  explicit UdpSocket(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace weir::io
