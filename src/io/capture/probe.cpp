// Which probe it is, and the words for what it counts.
#include "io/capture/probe.h"

#include <fmt/format.h>

#include <numeric>

#include "io/capture/rights.h"

namespace weir::io {
namespace {

constexpr std::array<std::string_view, kFates> kWords = {
    "taken",      "ring_full",     "runt",  "not_ip",     "other_protocol",
    "other_port", "other_network", "query", "sampled_out"};

}  // namespace

std::string_view to_text(Fate fate) { return kWords[static_cast<size_t>(fate)]; }

uint64_t FateCounts::received() const { return std::accumulate(of.begin(), of.end(), uint64_t{0}); }

Result<std::unique_ptr<Probe>> make_probe(CaptureMethod method, const CaptureOptions& options,
                                          const Clock& clock, std::string& refusal) {
  if (method != CaptureMethod::kPacket) {
    auto probe = make_ebpf_probe(options, clock);
    if (probe || method == CaptureMethod::kEbpf) return probe;
    refusal = probe.error().what;
  }
  auto probe = make_packet_probe(options);
  if (!probe && !refusal.empty())
    return Error{probe.error().fault, fmt::format("{}; {}", refusal, probe.error().what)};
  return probe;
}

}  // namespace weir::io
