// The transport plug-ins as catalogue.cpp sees them, one function each.
#pragma once

#include <memory>

#include "base/result.h"
#include "edge/catalogue.h"
#include "edge/transport.h"

namespace weir::edge {

Result<std::unique_ptr<Transport>> make_udp_transport(const TransportContext& context,
                                                      const Endpoint& endpoint);
Result<std::unique_ptr<Transport>> make_tcp_transport(const TransportContext& context,
                                                      const Endpoint& endpoint);

}  // namespace weir::edge
