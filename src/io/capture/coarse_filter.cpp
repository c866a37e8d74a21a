// The filter, instruction by instruction. Jumps go to one of two ends, by name until all is there.
#include "io/capture/coarse_filter.h"

namespace weir::io {
namespace {

constexpr size_t kMostPorts = 32;  // jumps reach 255 instructions
constexpr uint8_t kOn = 0, kTake = 254, kPass = 255;
constexpr uint16_t kLoadHalf = BPF_LD | BPF_H | BPF_ABS, kLoadOctet = BPF_LD | BPF_B | BPF_ABS,
                   kLoadHalfAtX = BPF_LD | BPF_H | BPF_IND, kEqual = BPF_JMP | BPF_JEQ | BPF_K,
                   kAnyBit = BPF_JMP | BPF_JSET | BPF_K, kEnd = BPF_RET | BPF_K;

class Program {
 public:
  void add(uint16_t code, uint32_t k, uint8_t yes = kOn, uint8_t no = kOn) {
    code_.push_back({code, yes, no, k});
  }
  /// Takes what has a port in either of two places.
  void take_ports(std::span<const uint16_t> ports, uint16_t load, uint32_t at) {
    for (const uint32_t place : {at, at + 2}) {
      add(load, place);
      for (const uint16_t port : ports) add(kEqual, port, kTake);
    }
    add(kEnd, 0);
  }
  std::vector<sock_filter> finish(uint32_t snap) {
    const size_t pass = code_.size(), take = pass + 1;
    add(kEnd, 0);
    add(kEnd, snap);
    for (size_t i = 0; i < pass; ++i)
      for (uint8_t* jump : {&code_[i].jt, &code_[i].jf}) {
        if (*jump == kTake) *jump = static_cast<uint8_t>(take - i - 1);
        if (*jump == kPass) *jump = static_cast<uint8_t>(pass - i - 1);
      }
    return std::move(code_);
  }
  /// How many instructions there are.
  size_t size() const { return code_.size(); }
  void skip_from(size_t jump) { code_[jump].jf = static_cast<uint8_t>(size() - jump - 1); }

 private:
  std::vector<sock_filter> code_;
};

/// Behind an Ethernet header; fragments are taken, because only the first has ports.
void add_ipv4(Program& program, std::span<const uint16_t> ports) {
  program.add(kLoadOctet, 23);
  program.add(kEqual, 6, 1);
  program.add(kEqual, 17, kOn, kPass);
  program.add(kLoadHalf, 20);
  program.add(kAnyBit, 0x3fff, kTake);
  program.add(BPF_LDX | BPF_B | BPF_MSH, 14);
  program.take_ports(ports, kLoadHalfAtX, 14);
}

void add_ipv6(Program& program, std::span<const uint16_t> ports) {
  program.add(kLoadOctet, 20);
  for (const uint32_t extension : {43, 44, 51, 60}) program.add(kEqual, extension, kTake);
  // Multicast listeners report themselves in ICMP behind hop-by-hop options, and often.
  program.add(kEqual, 0, kOn, 2);
  program.add(kLoadOctet, 54);
  program.add(kEqual, 58, kPass, kTake);
  program.add(kEqual, 6, 1);
  program.add(kEqual, 17, kOn, kPass);
  program.take_ports(ports, kLoadHalf, 54);
}

}  // namespace

std::vector<sock_filter> coarse_filter(std::span<const uint16_t> ports, bool ethernet,
                                       uint32_t snap_octets) {
  Program program;
  if (ethernet && ports.size() <= kMostPorts) {
    program.add(kLoadHalf, 12);
    for (const uint32_t vlan : {0x8100, 0x88a8, 0x9100}) program.add(kEqual, vlan, kTake);
    const size_t if_ipv4 = program.size();
    program.add(kEqual, 0x0800);
    add_ipv4(program, ports);
    program.skip_from(if_ipv4);
    program.add(kEqual, 0x86dd, kOn, kPass);
    add_ipv6(program, ports);
  } else {
    program.add(kEnd, snap_octets);
  }
  return program.finish(snap_octets);
}

}  // namespace weir::io
