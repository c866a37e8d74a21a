// Watching interfaces: what is wanted of their packets, what comes out, and what was counted. Two
// probes do it: one by programs in the kernel (eBPF), one by a packet socket where those are
// refused.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "base/result.h"
#include "io/capture/interfaces.h"

namespace weir::io {

/// A frame as it was on the link; valid while it is taken.
struct Frame {
  Bytes octets;
  uint32_t original_size = 0;  // more than `octets` holds when it was snapped
  uint32_t link_type = 0;      // LINKTYPE_ (proto/pcap/link_type.h)
  WallTime time;               // when the kernel saw it
};

class FrameTaker {
 public:
  virtual ~FrameTaker() = default;
  virtual void take(const Frame& frame) = 0;
};

/// What becomes of a packet that is looked at; in the order of bpf/record.h.
enum class Fate : uint8_t {
  kTaken,
  kRingFull,
  kRunt,
  kNotIp,
  kOtherProtocol,
  kOtherPort,
  kOtherNetwork,
  kQuery,
  kSampledOut,
};
inline constexpr size_t kFates = 9;
/// `ring_full`, `other_port` …: the label of a counter.
std::string_view to_text(Fate fate);

struct FateCounts {
  std::array<uint64_t, kFates> of{};

  uint64_t operator[](Fate fate) const { return of[static_cast<size_t>(fate)]; }
  uint64_t& operator[](Fate fate) { return of[static_cast<size_t>(fate)]; }
  /// All that were looked at.
  uint64_t received() const;
};

struct CaptureOptions {
  std::vector<uint16_t> ports{53};  // of either side
  std::vector<Prefix> networks;     // one side is in one of them; empty: all
  bool responses_only = false;
  bool contacts = false;          // also what opens connections to ports 853 and 443
  uint32_t sample = 1;            // one exchange of so many
  size_t snap_octets = 0;         // of a frame; 0: all
  size_t ring_octets = 16 << 20;  // between the kernel and us
};

/// Watches any number of interfaces. What needs rights is its maker and `attach`. One thread uses
/// it, but `counts` is for any. Nothing is left behind in the kernel when the process ends, however
/// it ends.
class Probe {
 public:
  virtual ~Probe() = default;
  /// Begins to watch; how, in words: `eBPF (XDP, tcx)`.
  virtual Result<std::string> attach(const Interface& interface) = 0;
  virtual void detach(unsigned index) = 0;
  /// Becomes readable when a frame comes after `drain` gave none; a rare one may be late, so look
  /// now and then all the same.
  virtual int fd() const = 0;
  /// Gives what has come to `taker`, at most about `most` frames; how many it were.
  virtual size_t drain(size_t most, FrameTaker& taker) = 0;
  virtual FateCounts counts() const = 0;
};

/// How frames go out of the kernel.
enum class CaptureMethod : uint8_t { kAuto, kEbpf, kPacket };

/// Makes the probe in the calling thread's network namespace. kAuto: eBPF, or a packet socket where
/// the kernel refuses it; `refusal` then says why. An error names the capabilities that are missing
/// and how they are granted.
Result<std::unique_ptr<Probe>> make_probe(CaptureMethod method, const CaptureOptions& options,
                                          const Clock& clock, std::string& refusal);

/// The two kinds.
Result<std::unique_ptr<Probe>> make_ebpf_probe(const CaptureOptions& options, const Clock& clock);
Result<std::unique_ptr<Probe>> make_packet_probe(const CaptureOptions& options);

}  // namespace weir::io
