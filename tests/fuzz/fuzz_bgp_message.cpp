// Any octets as a stream of BGP messages, in every way that two sides may have agreed on: nothing
// is read beyond a message, every error names itself, and what was understood is encoded and read
// again as the same.
#include <algorithm>
#include <string>
#include <vector>

#include "base/check.h"
#include "proto/bgp/open.h"
#include "proto/bgp/pack.h"
#include "proto/bgp/route_refresh.h"
#include "proto/bgp/session/session.h"
#include "proto/bgp/update.h"

namespace weir::bgp {
namespace {

/// How the two sides agreed, from one octet.
UpdateContext context_of(uint8_t bits) {
  UpdateContext context;
  context.external = (bits & 1) != 0;
  context.four_octet_as = (bits & 2) != 0;
  context.ipv4_over_ipv6 = (bits & 4) != 0;
  if ((bits & 8) != 0) context.families = FamilySet(Family::kIpv6Unicast);
  if ((bits & 16) != 0) context.first_as = 65001;
  return context;
}

/// Texts are cut when they are encoded, and one parameter's worth of the rest comes back as it was.
void check_open(const Open& open) {
  if (open.capabilities.roles_differ) return;
  Open cut = open;
  cut.capabilities.ignored = 0;
  for (std::string_view* text :
       {&cut.capabilities.host_name, &cut.capabilities.domain_name, &cut.capabilities.software})
    *text = text->substr(0, 64);
  cut.capabilities.four_octet_as = open.as;
  cut.capabilities.multiprotocol = !cut.capabilities.families.empty();
  if (auto& restart = cut.capabilities.graceful_restart)
    restart->forwarding = restart->forwarding & restart->families;
  const Octets octets = encode(cut);
  const auto frame = next_frame(octets, kMaxMessage);
  CHECK(frame.ok() && frame->has_value());
  const auto back = decode_open((*frame)->body());
  CHECK(back.ok() && *back == cut);
}

/// What an update announces, with its attributes as an owner would say them.
struct Meaning {
  RouteAttributes attributes;
  std::vector<Prefix> v4, v6, gone;
};

void take_lists(const Attributes& from, RouteAttributes& to) {
  for (size_t i = 0; i < count_u32(from.communities); ++i)
    to.communities.push_back(u32_at(from.communities, i));
  for (size_t i = 0; i < from.extended_communities.size() / 8; ++i)
    to.extended_communities.push_back(u64_at(from.extended_communities, i));
  for (size_t i = 0; i < from.large_communities.size() / 12; ++i)
    to.large_communities.push_back(large_at(from.large_communities, i));
}

Meaning meaning_of(const Update& update) {
  Meaning meaning;
  const Attributes& from = update.attributes;
  RouteAttributes& to = meaning.attributes;
  to.origin = from.origin.value_or(Origin::kIgp);
  to.med = from.med;
  to.local_pref = from.local_pref;
  to.atomic_aggregate = from.atomic_aggregate;
  to.aggregator = from.aggregator;
  to.only_to_customer = from.only_to_customer;
  take_lists(from, to);
  for_each_announced(update, [&](const Prefix& prefix, const NextHop& next_hop) {
    (prefix.address.is_v4() ? meaning.v4 : meaning.v6).push_back(prefix);
    if (next_hop.address.is_v4())
      to.next_hop_v4 = next_hop.address;
    else
      to.next_hop_v6 = next_hop;
  });
  for_each_withdrawn(update, [&](const Prefix& prefix) { meaning.gone.push_back(prefix); });
  return meaning;
}

/// Announced again, the prefixes and the attributes are the same.
void check_packed(Family family, const Meaning& meaning, const std::vector<Prefix>& prefixes) {
  if (prefixes.empty()) return;
  const bool has_hop = family == Family::kIpv4Unicast
                           ? meaning.attributes.next_hop_v4 || meaning.attributes.next_hop_v6
                           : meaning.attributes.next_hop_v6.has_value();
  if (!has_hop) return;
  const AttributeSet set = AttributeSet::encode(meaning.attributes, {.external = false});
  Octets out(kMaxExtendedMessage);
  std::vector<Prefix> back;
  for (std::span<const Prefix> left = prefixes; !left.empty();) {
    const Packed packed = pack_announcement(family, set, left, out);
    if (packed.prefixes == 0) return;  // attributes that leave no room
    const auto frame = next_frame(Bytes(out).first(packed.octets), kMaxExtendedMessage);
    CHECK(frame.ok() && frame->has_value());
    const Update again = decode_update(**frame, {.external = false, .ipv4_over_ipv6 = true});
    CHECK(again.findings.empty());
    CHECK(again.attributes.med == meaning.attributes.med);
    CHECK(count_u32(again.attributes.communities) == meaning.attributes.communities.size());
    CHECK(again.attributes.aggregator == meaning.attributes.aggregator);
    for_each_announced(again,
                       [&](const Prefix& prefix, const NextHop&) { back.push_back(prefix); });
    left = left.subspan(packed.prefixes);
  }
  CHECK(back == prefixes);
}

void check_update(const Frame& frame, const UpdateContext& context) {
  const Update update = decode_update(frame, context);
  const Meaning meaning = meaning_of(update);
  const bool reset = update.approach == Approach::kSessionReset;
  CHECK(reset == (update.reset.code == ErrorCode::kUpdate));
  CHECK((update.approach == Approach::kNone) == update.findings.empty());
  for (const Finding& finding : update.findings.kept()) CHECK(!to_text(finding).empty());
  if (reset) CHECK(meaning.v4.empty() && meaning.v6.empty() && meaning.gone.empty());
  if (update.approach == Approach::kTreatAsWithdraw)
    CHECK(meaning.v4.empty() && meaning.v6.empty());
  if (const auto& path = update.attributes.as_path) {
    size_t count = 0;
    const AsPath as4 = update.attributes.as4_path.value_or(AsPath());
    for_each_as(*path, as4, [&](uint32_t) { ++count; });
    CHECK(count >= path->hops() || !as4.empty() || path->empty());
  }
  check_packed(Family::kIpv4Unicast, meaning, meaning.v4);
  check_packed(Family::kIpv6Unicast, meaning, meaning.v6);
}

void check_frame(const Frame& frame, uint8_t bits) {
  switch (frame.type) {
    case MessageType::kOpen:
      if (const auto open = decode_open(frame.body())) return check_open(*open);
      return;
    case MessageType::kUpdate: return check_update(frame, context_of(bits));
    case MessageType::kNotification: {
      const Notification notification = decode_notification(frame.body());
      CHECK(!to_text(notification).empty());
      for (const unsigned char c : shutdown_text(notification)) CHECK(c >= 0x20 && c != 0x7f);
      return;
    }
    case MessageType::kKeepalive: return;
    case MessageType::kRouteRefresh: {
      const auto refresh = decode_route_refresh(frame, (bits & 32) != 0);
      if (!refresh || !*refresh) return;
      const auto octets = encode(**refresh);
      const auto again = next_frame(octets, kMaxMessage);
      CHECK(again.ok() && again->has_value());
      CHECK(**decode_route_refresh(**again, true) == **refresh);
      return;
    }
  }
}

/// The same octets to a session that someone has called: it ends, or it waits for more.
void check_session(Bytes stream) {
  SeededRandom random(1);
  SessionSettings settings;
  settings.local_as = 65000;
  settings.identifier = 1;
  Session session(settings, random);
  session.start(Instant{});
  const ConnectionId id = session.accepted(Instant{});
  while (!stream.empty()) {
    const Incoming incoming = session.read(Instant{}, id, stream);
    CHECK(incoming.consumed <= stream.size());
    if (incoming.consumed == 0) break;
    stream = stream.subspan(incoming.consumed);
  }
  while (session.next_action()) {
  }
}

}  // namespace
}  // namespace weir::bgp

/// Octets: one of what was agreed on, then messages {type, two octets of length, body} that get
/// their headers here, so that no octet of the input is spent on markers.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir::bgp;
  if (size == 0) return 0;
  const uint8_t bits = data[0];
  weir::Bytes rest(data + 1, size - 1);
  static_cast<void>(next_frame(rest, kMaxExtendedMessage));
  weir::Octets stream;
  while (rest.size() >= 3) {
    const size_t count = std::min<size_t>(weir::load_u16(&rest[1]), rest.size() - 3);
    const size_t length = kHeaderSize + count;
    stream.insert(stream.end(), 16, 0xff);
    stream.push_back(static_cast<uint8_t>(length >> 8));
    stream.push_back(static_cast<uint8_t>(length));
    stream.push_back(rest[0]);
    stream.insert(stream.end(), rest.begin() + 3, rest.begin() + 3 + static_cast<long>(count));
    rest = rest.subspan(3 + count);
  }
  weir::Bytes left = stream;
  const size_t most = (bits & 64) != 0 ? kMaxExtendedMessage : kMaxMessage;
  while (!left.empty()) {
    const auto frame = next_frame(left, most);
    if (!frame || !*frame) break;
    // A copy of its own, so that the sanitizer sees who reads beyond it.
    const weir::Octets alone((*frame)->octets.begin(), (*frame)->octets.end());
    check_frame({(*frame)->type, alone}, bits);
    left = left.subspan((*frame)->octets.size());
  }
  check_session(stream);
  return 0;
}
