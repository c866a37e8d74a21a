// packet(7), with rings as Documentation/networking/packet_mmap of the kernel has them.
#include "io/capture/packet_socket.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>

#include "io/capture/coarse_filter.h"
#include "io/capture/rights.h"
#include "proto/pcap/link_type.h"

namespace weir::io {
namespace {

constexpr size_t kBlock = 1 << 18;
constexpr size_t kFewestBlocks = 4;
constexpr uint32_t kWhole = 1 << 18;    // octets; more than any frame
constexpr size_t kNominalFrame = 2048;  // the kernel wants a number; blocks hold frames of any size
constexpr unsigned kRetireMilliseconds = 10;  // a block is ours then even if it is not full

Error refused(std::string_view what, int error_number) {
  if (error_number == EPERM || error_number == EACCES)
    if (std::string missing = missing_rights({Right::kNetRaw}); !missing.empty())
      return {Fault::kConfig, "a packet socket " + missing};
  return system_error("packet socket: " + std::string(what), error_number);
}

template <typename T>
bool set(int fd, int option, const T& value, int level = SOL_PACKET) {
  return ::setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

bool bind_to(int fd, unsigned interface) {
  sockaddr_ll local{};
  local.sll_family = AF_PACKET;
  local.sll_protocol = htons(ETH_P_ALL);
  local.sll_ifindex = static_cast<int>(interface);
  return ::bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof(local)) == 0;
}

}  // namespace

Result<PacketSocket> PacketSocket::open(const Interface& interface, const CaptureOptions& options) {
  // Without a protocol nothing comes before the socket is bound to its interface.
  UniqueFd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return refused("cannot open", errno);
  PacketSocket made(std::move(fd), interface);
  TRY_DONE(made.set_up(interface, options));
  return made;
}

bool PacketSocket::set_filter(const CaptureOptions& options) {
  const auto snap = static_cast<uint32_t>(options.snap_octets);
  auto code = coarse_filter(options.ports, options.contacts, ethernet_, snap == 0 ? kWhole : snap);
  return set(fd(), SO_ATTACH_FILTER,
             sock_fprog{static_cast<unsigned short>(code.size()), code.data()}, SOL_SOCKET);
}

Status PacketSocket::set_up(const Interface& interface, const CaptureOptions& options) {
  const int fd = fd_.get();
  if (!set(fd, PACKET_VERSION, int{TPACKET_V3})) return refused("TPACKET_V3", errno);
  // What leaves through loopback arrives there, too.
  if (interface.loopback && !set(fd, PACKET_IGNORE_OUTGOING, 1))
    return refused("PACKET_IGNORE_OUTGOING", errno);
  if (!set_filter(options)) return refused("no filter", errno);
  tpacket_req3 ring{};
  ring.tp_block_size = kBlock;
  ring.tp_block_nr = static_cast<unsigned>(std::max(options.ring_octets / kBlock, kFewestBlocks));
  ring.tp_frame_size = kNominalFrame;
  ring.tp_frame_nr = static_cast<unsigned>(kBlock / kNominalFrame) * ring.tp_block_nr;
  ring.tp_retire_blk_tov = kRetireMilliseconds;
  if (!set(fd, PACKET_RX_RING, ring)) return refused("no ring", errno);
  octets_ = size_t{ring.tp_block_nr} * kBlock;
  void* blocks = ::mmap(nullptr, octets_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (blocks == MAP_FAILED) return refused("cannot map the ring", errno);
  blocks_ = static_cast<uint8_t*>(blocks);
  if (!bind_to(fd, interface.index)) return refused("cannot bind to " + interface.name, errno);
  return Done{};
}

PacketSocket::PacketSocket(PacketSocket&& other) noexcept
    : fd_(std::move(other.fd_)),
      interface_(other.interface_),
      ethernet_(other.ethernet_),
      blocks_(std::exchange(other.blocks_, nullptr)),
      octets_(other.octets_),
      next_(other.next_) {}

PacketSocket::~PacketSocket() {
  if (blocks_ != nullptr) ::munmap(blocks_, octets_);
}

size_t PacketSocket::take_block(const std::function<void(const Frame&)>& take) {
  auto* block = reinterpret_cast<tpacket_block_desc*>(blocks_ + next_ * kBlock);
  std::atomic_ref<uint32_t> status(block->hdr.bh1.block_status);
  if ((status.load(std::memory_order_acquire) & TP_STATUS_USER) == 0) return 0;
  const uint32_t frames = block->hdr.bh1.num_pkts;
  const uint8_t* at = reinterpret_cast<const uint8_t*>(block) + block->hdr.bh1.offset_to_first_pkt;
  for (uint32_t i = 0; i < frames; ++i) {
    const auto* head = reinterpret_cast<const tpacket3_hdr*>(at);
    take({{at + head->tp_mac, head->tp_snaplen},
          head->tp_len,
          ethernet_ ? pcap::kLinkEthernet : pcap::kLinkRaw,
          wall_time(int64_t{head->tp_sec} * 1'000'000'000 + head->tp_nsec)});
    at += head->tp_next_offset;
  }
  status.store(TP_STATUS_KERNEL, std::memory_order_release);
  next_ = (next_ + 1) % (octets_ / kBlock);
  return frames;
}

uint64_t PacketSocket::lost() {
  tpacket_stats_v3 statistics{};
  socklen_t size = sizeof(statistics);
  if (::getsockopt(fd(), SOL_PACKET, PACKET_STATISTICS, &statistics, &size) != 0) return 0;
  return statistics.tp_drops;
}

void PacketSocket::clear_error() {
  int error = 0;
  socklen_t size = sizeof(error);
  static_cast<void>(::getsockopt(fd(), SOL_SOCKET, SO_ERROR, &error, &size));
}

Result<UniqueFd> hold_promiscuous(unsigned interface) {
  UniqueFd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  packet_mreq wish{};
  wish.mr_ifindex = static_cast<int>(interface);
  wish.mr_type = PACKET_MR_PROMISC;
  if (!fd || !set(fd.get(), PACKET_ADD_MEMBERSHIP, wish)) return refused("promiscuous mode", errno);
  return fd;
}

}  // namespace weir::io
