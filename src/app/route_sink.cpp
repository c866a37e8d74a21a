// What the routing plane has to know of others.
#include "app/route_sink.h"

namespace weir::app {

std::vector<IpAddress> upstream_addresses(const edge::EdgeSettings& edge) {
  std::vector<IpAddress> all;
  for (const edge::UpstreamSettings& upstream : edge.upstreams) {
    std::string_view address = upstream.address;
    const size_t scheme = address.find("://");
    if (scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
    address = address.substr(0, address.find_first_of("/#%"));
    if (const auto endpoint = Endpoint::parse(address, 53)) all.push_back(endpoint->address);
    else if (const auto bare = IpAddress::parse(address)) all.push_back(*bare);
  }
  for (const Endpoint& bootstrap : edge.bootstrap) all.push_back(bootstrap.address);
  return all;
}

}  // namespace weir::app
