// One interface watched through a packet socket: frames come in blocks of a memory-mapped ring
// (TPACKET_V3). And the same kind of socket as what holds an interface in promiscuous mode.
#pragma once

#include <cstdint>
#include <functional>

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "io/capture/interfaces.h"
#include "io/capture/probe.h"

namespace weir::io {

class PacketSocket {
 public:
  static Result<PacketSocket> open(const Interface& interface, const CaptureOptions& options);
  PacketSocket(PacketSocket&& other) noexcept;
  ~PacketSocket();

  int fd() const { return fd_.get(); }
  unsigned interface() const { return interface_; }
  bool ethernet() const { return ethernet_; }
  /// Gives the frames of one block, if one is ready; how many it were.
  size_t take_block(const std::function<void(const Frame&)>& take);
  /// Frames for which there was no room, since the last call.
  uint64_t lost();
  /// Forgets an error that the interface caused (it went down), which would keep the socket ready.
  void clear_error();

 private:
  PacketSocket(UniqueFd fd, const Interface& interface)
      : fd_(std::move(fd)), interface_(interface.index), ethernet_(interface.ethernet) {}
  Status set_up(const Interface& interface, const CaptureOptions& options);
  bool set_filter(const CaptureOptions& options);

  UniqueFd fd_;
  unsigned interface_;
  bool ethernet_;
  uint8_t* blocks_ = nullptr;
  size_t octets_ = 0;  // of all blocks
  size_t next_ = 0;    // the block that is filled next
};

/// The interface is promiscuous until what is given is closed, which the kernel does at the end of
/// the process. Needs CAP_NET_RAW.
Result<UniqueFd> hold_promiscuous(unsigned interface);

}  // namespace weir::io
