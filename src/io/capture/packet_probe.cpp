// The probe for where the kernel refuses programs: a packet socket for each interface, and in user
// space the choice that the program would have made.
#include <sys/epoll.h>

#include <atomic>
#include <cerrno>
#include <map>

#include "io/capture/packet_socket.h"
#include "io/capture/selection.h"

namespace weir::io {
namespace {

class PacketProbe final : public Probe {
 public:
  PacketProbe(const CaptureOptions& options, UniqueFd ready)
      : options_(options), selection_(options), ready_(std::move(ready)) {}

  Result<std::string> attach(const Interface& interface) override {
    TRY(PacketSocket made, PacketSocket::open(interface, options_));
    epoll_event event{};
    event.events = EPOLLIN;
    if (::epoll_ctl(ready_.get(), EPOLL_CTL_ADD, made.fd(), &event) != 0)
      return system_error("cannot wait for frames", errno);
    detach(interface.index);
    sockets_.emplace(interface.index, std::move(made));
    return std::string("packet socket");
  }

  void detach(unsigned index) override {
    const auto found = sockets_.find(index);
    if (found == sockets_.end()) return;
    count(Fate::kRingFull, found->second.lost());
    sockets_.erase(found);
  }

  int fd() const override { return ready_.get(); }

  size_t drain(size_t most, FrameTaker& taker) override {
    size_t taken = 0;
    for (auto& [index, socket] : sockets_) {
      const auto take = [&](const Frame& frame) {
        const Fate fate = selection_.of_frame(frame.octets, socket.ethernet());
        count(fate, 1);
        if (fate == Fate::kTaken) taker.take(frame);
      };
      const size_t before = taken;
      while (taken < most) {
        const size_t block = socket.take_block(take);
        if (block == 0) break;
        taken += block;
      }
      if (taken == before) socket.clear_error();
      count(Fate::kRingFull, socket.lost());
    }
    return taken;
  }

  FateCounts counts() const override {
    FateCounts read;
    for (size_t i = 0; i < kFates; ++i) read.of[i] = counts_[i].load(std::memory_order_relaxed);
    return read;
  }

 private:
  /// Only one thread counts.
  void count(Fate fate, uint64_t by) {
    auto& counter = counts_[static_cast<size_t>(fate)];
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  const CaptureOptions options_;
  const Selection selection_;
  UniqueFd ready_;  // readable when a socket is
  std::map<unsigned, PacketSocket> sockets_;
  std::array<std::atomic<uint64_t>, kFates> counts_{};
};

}  // namespace

Result<std::unique_ptr<Probe>> make_packet_probe(const CaptureOptions& options) {
  UniqueFd ready(::epoll_create1(EPOLL_CLOEXEC));
  if (!ready) return system_error("cannot wait for frames", errno);
  return std::unique_ptr<Probe>(std::make_unique<PacketProbe>(options, std::move(ready)));
}

}  // namespace weir::io
