// The probe in the kernel: XDP for what arrives, tcx for what leaves, one ring for both. Programs
// hang on links, which end with the process.
#include <fmt/format.h>

#include "io/capture/probe.h"
#include "io/capture/rights.h"

#ifdef WEIR_EBPF
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include <atomic>
#include <bit>
#include <cerrno>
#include <map>

#include "bpf/record.h"
#include "bpf/watch.skel.h"
#include "proto/pcap/link_type.h"

namespace weir::io {
namespace {

static_assert(kFates == WEIR_FATES);

constexpr size_t kLeastRing = 1 << 18;
constexpr size_t kMostRing = 1 << 30;
// The kernel's numbers (6.6 and later), which older headers of it lack.
constexpr auto kTcxIngress = static_cast<bpf_attach_type>(46);
constexpr auto kTcxEgress = static_cast<bpf_attach_type>(47);

struct Closed {
  void operator()(watch_bpf* program) const { watch_bpf__destroy(program); }
  void operator()(ring_buffer* ring) const { ring_buffer__free(ring); }
};

class EbpfProbe final : public Probe {
 public:
  explicit EbpfProbe(const Clock& clock) : clock_(clock) {}

  Status load(const CaptureOptions& options);
  Result<std::string> attach(const Interface& interface) override;
  void detach(unsigned index) override { links_.erase(index); }
  int fd() const override { return ring_buffer__epoll_fd(ring_.get()); }
  size_t drain(size_t most, FrameTaker& taker) override;
  FateCounts counts() const override;

 private:
  Status configure(const CaptureOptions& options);
  Status set_networks(const std::vector<Prefix>& networks);
  Result<std::string> attach_arriving(const Interface& interface, std::vector<UniqueFd>& links);
  void on_record(const uint8_t* octets);

  const Clock& clock_;
  std::unique_ptr<watch_bpf, Closed> program_;
  std::unique_ptr<ring_buffer, Closed> ring_;
  std::map<unsigned, std::vector<UniqueFd>> links_;  // by the interface's index
  // While draining.
  FrameTaker* taker_ = nullptr;
  size_t left_ = 0;
  Duration to_wall_{0};  // from the kernel's monotonic time
};

Error refused(std::string_view what, int error_number) {
  if (error_number == EPERM || error_number == EACCES)
    if (const std::string missing = missing_rights({Right::kBpf, Right::kNetAdmin});
        !missing.empty())
      return {Fault::kConfig, "eBPF " + missing};
  return system_error(fmt::format("eBPF: {}", what), error_number);
}

Status EbpfProbe::load(const CaptureOptions& options) {
  // The library's own lines are for its developers; what failed is in the errors.
  libbpf_set_print(nullptr);
  program_.reset(watch_bpf__open());
  if (!program_) return refused("cannot open the program", errno);
  TRY_DONE(configure(options));
  if (const int failed = watch_bpf__load(program_.get()); failed != 0)
    return refused("the kernel does not load the program", -failed);
  TRY_DONE(set_networks(options.networks));
  const auto on_sample = [](void* self, void* record, size_t) {
    auto* probe = static_cast<EbpfProbe*>(self);
    probe->on_record(static_cast<const uint8_t*>(record));
    return --probe->left_ == 0 ? -EAGAIN : 0;
  };
  ring_.reset(ring_buffer__new(bpf_map__fd(program_->maps.ring), on_sample, this, nullptr));
  if (!ring_) return refused("cannot open the ring", errno);
  return Done{};
}

Status EbpfProbe::configure(const CaptureOptions& options) {
  weir_filter& filter = program_->rodata->filter;
  for (const uint16_t port : options.ports)
    filter.ports[port / 8] = static_cast<uint8_t>(filter.ports[port / 8] | 1 << port % 8);
  filter.sample = options.sample;
  if (options.snap_octets != 0) filter.snap = static_cast<uint32_t>(options.snap_octets);
  filter.responses_only = options.responses_only;
  filter.contacts = options.contacts;
  filter.networks = !options.networks.empty();
  const size_t octets = std::bit_ceil(std::clamp(options.ring_octets, kLeastRing, kMostRing));
  if (bpf_map__set_max_entries(program_->maps.ring, static_cast<uint32_t>(octets)) != 0)
    return refused("cannot size the ring", errno);
  return Done{};
}

/// A key of the map: IPv4 stands as IPv4-mapped IPv6.
struct NetworkKey {
  uint32_t bits;
  std::array<uint8_t, 16> address;
};

Status EbpfProbe::set_networks(const std::vector<Prefix>& networks) {
  for (const Prefix& prefix : networks) {
    NetworkKey key{prefix.length, {}};
    const Bytes octets = prefix.address.octets();
    if (prefix.address.is_v4()) {
      key.bits += 96;
      key.address[10] = key.address[11] = 0xff;
    }
    std::copy(octets.begin(), octets.end(), key.address.end() - static_cast<long>(octets.size()));
    const uint8_t yes = 1;
    if (bpf_map_update_elem(bpf_map__fd(program_->maps.networks), &key, &yes, BPF_ANY) != 0)
      return refused("cannot set networks", errno);
  }
  return Done{};
}

int program_fd(const bpf_program* program) { return bpf_program__fd(program); }

Result<UniqueFd> link(int program, unsigned interface, bpf_attach_type where, unsigned flags = 0) {
  bpf_link_create_opts options{};
  options.sz = sizeof(options);
  options.flags = flags;
  const int fd = bpf_link_create(program, static_cast<int>(interface), where, &options);
  if (fd < 0) return refused("cannot attach", -fd);
  return UniqueFd(fd);
}

/// XDP in the driver or above it; where another XDP program is, or no Ethernet, tcx.
Result<std::string> EbpfProbe::attach_arriving(const Interface& interface,
                                               std::vector<UniqueFd>& links) {
  if (interface.ethernet) {
    const int xdp = program_fd(program_->progs.watch_xdp);
    for (const unsigned flags : {0u, static_cast<unsigned>(XDP_FLAGS_SKB_MODE)}) {
      auto made = link(xdp, interface.index, BPF_XDP, flags);
      if (!made) continue;
      links.push_back(*std::move(made));
      return std::string("XDP");
    }
  }
  const auto& programs = program_->progs;
  TRY(UniqueFd made,
      link(program_fd(interface.ethernet ? programs.watch_frame : programs.watch_packet),
           interface.index, kTcxIngress));
  links.push_back(std::move(made));
  return std::string("tcx");
}

Result<std::string> EbpfProbe::attach(const Interface& interface) {
  std::vector<UniqueFd> links;
  TRY(std::string how, attach_arriving(interface, links));
  // What leaves through loopback arrives there.
  if (!interface.loopback) {
    const auto& programs = program_->progs;
    auto made = link(program_fd(interface.ethernet ? programs.watch_frame : programs.watch_packet),
                     interface.index, kTcxEgress);
    if (!made)
      return Error{made.error().fault,
                   made.error().what + " for what leaves (tcx, since Linux 6.6)"};
    links.push_back(*std::move(made));
    how += how == "tcx" ? "" : ", tcx";
  }
  links_[interface.index] = std::move(links);
  return "eBPF (" + how + ")";
}

void EbpfProbe::on_record(const uint8_t* octets) {
  const auto* record = reinterpret_cast<const weir_record*>(octets);
  taker_->take({{octets + sizeof(weir_record), record->captured},
                record->original,
                record->link == WEIR_LINK_ETHERNET ? pcap::kLinkEthernet : pcap::kLinkRaw,
                wall_time(static_cast<int64_t>(record->time)) + to_wall_});
}

size_t EbpfProbe::drain(size_t most, FrameTaker& taker) {
  to_wall_ = clock_.wall_now().time_since_epoch() - clock_.now().time_since_epoch();
  taker_ = &taker;
  left_ = most;
  ring_buffer__consume(ring_.get());
  if (left_ == most) {
    // Whoever calls us may sleep now; what came before that was said is taken.
    __atomic_store_n(&program_->bss->awaited, 1, __ATOMIC_SEQ_CST);
    ring_buffer__consume(ring_.get());
  }
  taker_ = nullptr;
  return most - left_;
}

FateCounts EbpfProbe::counts() const {
  FateCounts sum;
  for (const weir_counts& each : program_->bss->counts)
    for (size_t i = 0; i < kFates; ++i)
      sum.of[i] += *static_cast<const volatile __u64*>(&each.fates[i]);
  return sum;
}

}  // namespace

Result<std::unique_ptr<Probe>> make_ebpf_probe(const CaptureOptions& options, const Clock& clock) {
  auto probe = std::make_unique<EbpfProbe>(clock);
  TRY_DONE(probe->load(options));
  return std::unique_ptr<Probe>(std::move(probe));
}

}  // namespace weir::io
#else
namespace weir::io {

Result<std::unique_ptr<Probe>> make_ebpf_probe(const CaptureOptions&, const Clock&) {
  return Error{Fault::kConfig, "eBPF was left out when weir was built"};
}

}  // namespace weir::io
#endif
