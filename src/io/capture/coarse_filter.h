// A classic socket filter (BPF as of 1992, which needs no rights) that keeps most of what is not
// wanted out of a packet socket's ring: coarser than bpf/select.h, and never stricter.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <span>
#include <vector>

namespace weir::io {

/// Passes the first `snap_octets` of what may be DNS on one of `ports`, and with `contacts` of what
/// opens connections to ports 853 and 443. With more ports than a filter has room for, or without
/// an Ethernet header, everything passes.
std::vector<sock_filter> coarse_filter(std::span<const uint16_t> ports, bool contacts,
                                       bool ethernet, uint32_t snap_octets);

}  // namespace weir::io
