// LINKTYPE_ numbers (https://www.tcpdump.org/linktypes.html): with what a captured packet begins.
#pragma once

#include <cstdint>

namespace weir::pcap {

enum LinkType : uint32_t {
  kLinkNull = 0,  // BSD loopback: an address family in the capturing machine's byte order
  kLinkEthernet = 1,
  kLinkRawBsd = 12,      // DLT_RAW on most systems
  kLinkRawOpenbsd = 14,  // DLT_RAW on OpenBSD
  kLinkRaw = 101,        // an IP header, either version
  kLinkLoop = 108,       // OpenBSD loopback: an address family in network order
  kLinkLinuxSll = 113,
  kLinkIpv4 = 228,
  kLinkIpv6 = 229,
  kLinkLinuxSll2 = 276,
};

}  // namespace weir::pcap
