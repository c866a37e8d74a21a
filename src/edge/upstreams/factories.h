// The upstream plug-ins as catalogue.cpp sees them, one function each.
#pragma once

#include <memory>

#include "edge/catalogue.h"
#include "edge/upstream_address.h"

namespace weir::edge {

/// DNS over TCP (RFC 7766) or TLS (RFC 7858): pipelined connections.
Result<std::unique_ptr<Upstream>> make_stream_upstream(const UpstreamContext& context,
                                                       const UpstreamAddress& address);
/// DNS over UDP, and over TCP where an answer was truncated.
Result<std::unique_ptr<Upstream>> make_datagram_upstream(const UpstreamContext& context,
                                                         const UpstreamAddress& address);

}  // namespace weir::edge
