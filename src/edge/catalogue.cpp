// The one file that knows the plug-ins of the query plane.
#include "edge/catalogue.h"

#include "edge/transports.h"
#include "edge/upstreams.h"

namespace weir::edge {

Status add_transports(const TransportContext& context, const Endpoint& endpoint,
                      std::vector<std::unique_ptr<Transport>>& transports) {
  TRY(auto udp, make_udp_transport(context, endpoint));
  // Port 0 asks the kernel for a free one; TCP listens where UDP does.
  const Endpoint chosen{endpoint.address, udp->local().port};
  TRY(auto tcp, make_tcp_transport(context, chosen));
  transports.push_back(std::move(udp));
  transports.push_back(std::move(tcp));
  return Done{};
}

Result<std::unique_ptr<Upstream>> make_upstream(const UpstreamContext& context) {
  return context.state.protocol == UpstreamProtocol::kUdp ? make_datagram_upstream(context)
                                                          : make_stream_upstream(context);
}

}  // namespace weir::edge
