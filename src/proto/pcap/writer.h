// Capture files, written: pcap with nanosecond times in network byte order, which every reader
// takes.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/clock.h"

namespace weir::pcap {

/// The head of a file whose packets begin as `link_type` says (link_type.h); records follow.
void append_file_header(Octets& out, uint32_t link_type);
/// A packet; `original_size` is that of the packet itself when it was captured whole.
void append_record(Octets& out, WallTime time, Bytes packet, uint32_t original_size);

}  // namespace weir::pcap
