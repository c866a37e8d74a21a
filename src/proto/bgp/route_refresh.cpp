// ROUTE-REFRESH to and from octets.
#include "proto/bgp/route_refresh.h"

namespace weir::bgp {

Result<std::optional<RouteRefresh>, Notification> decode_route_refresh(const Frame& frame,
                                                                       bool enhanced) {
  using Found = std::optional<RouteRefresh>;
  WireReader reader(frame.body());
  const uint16_t afi = reader.u16();
  const uint8_t subtype = enhanced ? reader.u8() : (reader.skip(1), uint8_t{0});
  const uint8_t safi = reader.u8();
  // Route filters (RFC 5291) may follow a request; we do not offer them, and pass them over.
  if (subtype != 0 && !reader.at_end())
    return Notification(RouteRefreshError::kBadLength, frame.octets);
  const auto family = family_of(afi, safi);
  if (!family || subtype > static_cast<uint8_t>(Demarcation::kEnd)) return Found{};
  return Found(RouteRefresh{*family, static_cast<Demarcation>(subtype)});
}

std::array<uint8_t, kRouteRefreshSize> encode(const RouteRefresh& refresh) {
  std::array<uint8_t, kRouteRefreshSize> out{};
  WireWriter writer(out);
  begin_message(writer, MessageType::kRouteRefresh);
  writer.u16(afi_of(refresh.family));
  writer.u8(static_cast<uint8_t>(refresh.demarcation));
  writer.u8(kSafiUnicast);
  end_message(writer);
  return out;
}

}  // namespace weir::bgp
