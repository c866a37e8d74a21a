// The series of neighbours: weir_bgp_….
#include "route/targets/bgp/speaker.h"

namespace weir::route {
namespace {

struct Series {
  const char* name;
  const char* help;
  bool counter;
  double (*value)(const PeerReading&);
};

constexpr Series kSeries[] = {
    {"weir_bgp_session_up", "1 while the session with the neighbour is up.", false,
     [](const PeerReading& peer) { return peer.up ? 1.0 : 0.0; }},
    {"weir_bgp_routes", "Routes that the neighbour has been told of.", false,
     [](const PeerReading& peer) { return static_cast<double>(peer.routes); }},
    {"weir_bgp_waiting_octets", "Octets that the neighbour has not taken.", false,
     [](const PeerReading& peer) { return static_cast<double>(peer.waiting_octets); }},
    {"weir_bgp_announced_total", "Prefixes announced to the neighbour.", true,
     [](const PeerReading& peer) { return static_cast<double>(peer.announced); }},
    {"weir_bgp_withdrawn_total", "Prefixes withdrawn from the neighbour.", true,
     [](const PeerReading& peer) { return static_cast<double>(peer.withdrawn); }},
    {"weir_bgp_unexportable_total", "Routes not told for want of a next hop of their family.", true,
     [](const PeerReading& peer) { return static_cast<double>(peer.unexportable); }},
    {"weir_bgp_received_total", "Prefixes that the neighbour sent, none of which is taken.", true,
     [](const PeerReading& peer) { return static_cast<double>(peer.received); }},
    {"weir_bgp_established_total", "Sessions that came up.", true,
     [](const PeerReading& peer) { return static_cast<double>(peer.established); }},
    {"weir_bgp_collisions_total", "Connections that gave way to another one.", true,
     [](const PeerReading& peer) { return static_cast<double>(peer.collisions); }},
    {"weir_bgp_errors_sent_total", "Notifications sent.", true,
     [](const PeerReading& peer) { return static_cast<double>(peer.errors_sent); }},
    {"weir_bgp_errors_received_total", "Notifications received.", true,
     [](const PeerReading& peer) { return static_cast<double>(peer.errors_received); }},
};

}  // namespace

void Speaker::expose(metrics::Registry& registry) {
  strangers_ = &registry.counter("weir_bgp_strangers_total",
                                 "Connections from addresses of no neighbour, closed at once.");
  for (const Series& series : kSeries)
    registry.callback(series.name, series.help, series.counter,
                      [this, &series](const metrics::Registry::Emit& emit) {
                        const auto readings = readings_.get();
                        if (readings == nullptr) return;
                        for (const PeerReading& peer : *readings)
                          emit({{"peer", peer.name}}, series.value(peer));
                      });
}

}  // namespace weir::route
