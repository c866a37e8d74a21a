// Words of the settings to plug-ins: the only file of the query plane that names them.
#include "edge/catalogue.h"

#include "edge/transports/factories.h"
#include "edge/upstream_address.h"
#include "edge/upstreams/factories.h"

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
  TRY(const UpstreamAddress address, UpstreamAddress::parse(context.state.settings.address));
  switch (address.protocol) {
    case UpstreamProtocol::kUdp: return make_datagram_upstream(context, address);
    case UpstreamProtocol::kTcp:
    case UpstreamProtocol::kTls: return make_stream_upstream(context, address);
  }
  return Error{Fault::kOurs, "an upstream protocol without a plug-in", false};
}

}  // namespace weir::edge
