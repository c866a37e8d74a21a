// The filter, instruction by instruction. Jumps go to one of two ends, by name until all is there.
#include "io/capture/coarse_filter.h"

namespace weir::io {
namespace {

constexpr size_t kMostPorts = 32;  // jumps reach 255 instructions
constexpr uint8_t kOn = 0, kTake = 254, kPass = 255;
constexpr uint32_t kTcp = 6, kUdp = 17;
constexpr uint16_t kLoadHalf = BPF_LD | BPF_H | BPF_ABS, kLoadOctet = BPF_LD | BPF_B | BPF_ABS,
                   kLoadHalfAtX = BPF_LD | BPF_H | BPF_IND,
                   kLoadOctetAtX = BPF_LD | BPF_B | BPF_IND, kAnd = BPF_ALU | BPF_AND | BPF_K,
                   kEqual = BPF_JMP | BPF_JEQ | BPF_K, kAnyBit = BPF_JMP | BPF_JSET | BPF_K,
                   kEnd = BPF_RET | BPF_K;

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
  }
  /// Takes what opens a connection to one of the two ports, where the port is loaded already; see
  /// weir_is_contact of bpf/select.h. `load` loads an octet behind `at`.
  void take_contacts(uint32_t protocol_at, uint16_t load, uint32_t at) {
    add(kEqual, 853, 1);
    add(kEqual, 443, kOn, kPass);
    add(kLoadOctet, protocol_at);
    add(kEqual, kTcp, kOn, 3);
    add(load, at + 13);
    add(kAnd, 0x12);
    add(kEqual, 0x02, kTake, kPass);
    add(load, at + 8);
    add(kAnd, 0xe0);
    add(kEqual, 0xc0, kTake, kPass);
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
void add_ipv4(Program& program, std::span<const uint16_t> ports, bool contacts) {
  program.add(kLoadOctet, 23);
  program.add(kEqual, kTcp, 1);
  program.add(kEqual, kUdp, kOn, kPass);
  program.add(kLoadHalf, 20);
  program.add(kAnyBit, 0x3fff, kTake);
  program.add(BPF_LDX | BPF_B | BPF_MSH, 14);
  program.take_ports(ports, kLoadHalfAtX, 14);
  if (contacts) program.take_contacts(23, kLoadOctetAtX, 14);
  program.add(kEnd, 0);
}

void add_ipv6(Program& program, std::span<const uint16_t> ports, bool contacts) {
  program.add(kLoadOctet, 20);
  for (const uint32_t extension : {43, 44, 51, 60}) program.add(kEqual, extension, kTake);
  // Multicast listeners report themselves in ICMP behind hop-by-hop options, and often.
  program.add(kEqual, 0, kOn, 2);
  program.add(kLoadOctet, 54);
  program.add(kEqual, 58, kPass, kTake);
  program.add(kEqual, kTcp, 1);
  program.add(kEqual, kUdp, kOn, kPass);
  program.take_ports(ports, kLoadHalf, 54);
  if (contacts) program.take_contacts(20, kLoadOctet, 54);
  program.add(kEnd, 0);
}

}  // namespace

std::vector<sock_filter> coarse_filter(std::span<const uint16_t> ports, bool contacts,
                                       bool ethernet, uint32_t snap_octets) {
  Program program;
  if (ethernet && ports.size() <= kMostPorts) {
    program.add(kLoadHalf, 12);
    for (const uint32_t vlan : {0x8100, 0x88a8, 0x9100}) program.add(kEqual, vlan, kTake);
    const size_t if_ipv4 = program.size();
    program.add(kEqual, 0x0800);
    add_ipv4(program, ports, contacts);
    program.skip_from(if_ipv4);
    program.add(kEqual, 0x86dd, kOn, kPass);
    add_ipv6(program, ports, contacts);
  } else {
    program.add(kEnd, snap_octets);
  }
  return program.finish(snap_octets);
}

}  // namespace weir::io
