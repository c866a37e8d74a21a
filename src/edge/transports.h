// The makers of the transports, one a plug-in file of edge/transports. Only catalogue.cpp calls them.
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
