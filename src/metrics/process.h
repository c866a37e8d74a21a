// What every process of ours tells about itself and its machine: CPU, memory, descriptors, version,
// and the kernel's own counts of lost UDP datagrams and TCP connections.
#pragma once

#include <string>
#include <string_view>

#include "metrics/registry.h"

namespace weir::metrics {

/// Registers `process_…`, `weir_build_info{version}`, `weir_udp_…_total` and
/// `weir_tcp_listen_overflows_total`. Values are read when the page is asked for; a series whose
/// file below `proc` is missing or unreadable is absent.
void register_process(Registry& registry, std::string_view version, std::string proc = "/proc");

}  // namespace weir::metrics
