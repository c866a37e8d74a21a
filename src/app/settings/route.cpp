// How routes are written in TOML: sets of names, what their routes say, and neighbours.
#include "app/settings/route.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "model/observation.h"
#include "route/engine/peer_address.h"

namespace weir::app {
namespace {

using config::Report;
using config::Table;
using route::NftablesSettings;
using route::PeerSettings;
using route::RouteSettings;
using route::SetSettings;

constexpr size_t kMostTargets = 30;  // cursors of the feed, but for those of our own

struct NamedCommunity {
  std::string_view name;
  uint32_t value;
};
constexpr NamedCommunity kCommunities[] = {
    {"no-export", bgp::community::kNoExport},
    {"no-advertise", bgp::community::kNoAdvertise},
    {"no-export-subconfed", bgp::community::kNoExportSubconfed},
    {"blackhole", bgp::community::kBlackhole},
    {"graceful-shutdown", bgp::community::kGracefulShutdown},
};

/// `65000:100:7` as numbers, exactly `N` of them, each at most `most`.
template <size_t N>
std::optional<std::array<uint32_t, N>> parse_numbers(std::string_view text, uint32_t most) {
  std::array<uint32_t, N> numbers{};
  for (size_t i = 0; i < N; ++i) {
    const size_t end = i + 1 == N ? text.size() : text.find(':');
    if (end == std::string_view::npos) return std::nullopt;
    const auto [at, failed] = std::from_chars(text.data(), text.data() + end, numbers[i]);
    if (failed != std::errc() || at != text.data() + end || numbers[i] > most) return std::nullopt;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return numbers;
}

std::optional<uint32_t> parse_community(std::string_view text) {
  for (const NamedCommunity& each : kCommunities)
    if (each.name == text) return each.value;
  const auto halves = parse_numbers<2>(text, UINT16_MAX);
  if (!halves) return std::nullopt;
  return (*halves)[0] << 16 | (*halves)[1];
}

std::string print_community(uint32_t value) {
  for (const NamedCommunity& each : kCommunities)
    if (each.value == value) return std::string(each.name);
  return fmt::format("{}:{}", value >> 16, value & UINT16_MAX);
}

config::Form<uint32_t> community_form() {
  return {"a community such as \"65000:100\" or \"no-export\"", parse_community, print_community};
}

config::Form<bgp::LargeCommunity> large_community_form() {
  return {"a large community such as \"65000:1:2\"",
          [](std::string_view text) -> std::optional<bgp::LargeCommunity> {
            const auto parts = parse_numbers<3>(text, UINT32_MAX);
            if (!parts) return std::nullopt;
            return bgp::LargeCommunity{(*parts)[0], (*parts)[1], (*parts)[2]};
          },
          [](const bgp::LargeCommunity& value) {
            return fmt::format("{}:{}:{}", value.global, value.local1, value.local2);
          }};
}

config::Form<IpAddress> v4_form() {
  return {"an IPv4 address",
          [](std::string_view text) -> std::optional<IpAddress> {
            const auto address = IpAddress::parse(text);
            return address && address->is_v4() ? address : std::nullopt;
          },
          [](const IpAddress& address) { return address.to_text(); }};
}
config::Form<IpAddress> v6_form() {
  return {"an IPv6 address",
          [](std::string_view text) -> std::optional<IpAddress> {
            const auto address = IpAddress::parse(text);
            return address && address->is_v6() ? address : std::nullopt;
          },
          [](const IpAddress& address) { return address.to_text(); }};
}
config::Form<IpAddress> address_form() {
  return {"an address", &IpAddress::parse,
          [](const IpAddress& address) { return address.to_text(); }};
}
config::Form<std::string> peer_form() {
  return {"an address or a name, with a port or without",
          [](std::string_view text) -> std::optional<std::string> {
            if (!route::PeerAddress::parse(text)) return std::nullopt;
            return std::string(text);
          },
          [](const std::string& text) { return text; }};
}
config::Form<model::MessageType> message_form() {
  return {"a type of dnstap that answers, such as \"CLIENT_RESPONSE\"",
          [](std::string_view text) -> std::optional<model::MessageType> {
            const auto type = model::message_type_from_text(text);
            return type && model::is_response(*type) ? type : std::nullopt;
          },
          [](model::MessageType type) { return std::string(model::to_text(type)); }};
}

/// What a set has of its policy and exports, as a member of its own.
template <typename M, typename Base>
M SetSettings::* own(M Base::* member) {
  return member;
}

void add_leases(Table<SetSettings>& table) {
  table.duration("floor", own(&SetSettings::floor),
                 {.fallback = "5m",
                  .least = "0",
                  .most = "365d",
                  .doc = "A route lives at least so long after an answer, however short its TTL."});
  table.duration("ceiling", own(&SetSettings::ceil),
                 {.fallback = "24h",
                  .least = "1s",
                  .most = "365d",
                  .doc = "And at most so long, however long its TTL."});
  table.duration("grace", own(&SetSettings::grace),
                 {.fallback = "10m",
                  .least = "0",
                  .most = "30d",
                  .doc = "How long it stays after that, for connections that are still in use."});
  table.integer("max_per_name", own(&SetSettings::most_per_name),
                {.fallback = "50",
                 .least = "1",
                 .most = "1000",
                 .doc = "Addresses of one name that have routes at once."});
  table.integer("max_leases", own(&SetSettings::most_leases),
                {.fallback = "20000",
                 .least = "1",
                 .most = "10000000",
                 .doc = "Addresses with names that the set may have at once."});
  table.number("rate", own(&SetSettings::rate),
               {.fallback = "500",
                .least = "0.001",
                .most = "1000000",
                .doc = "New routes a second; more are refused until the next answer."});
  table.number("burst", own(&SetSettings::burst),
               {.fallback = "5000",
                .least = "1",
                .most = "10000000",
                .doc = "New routes at once, before the rate holds."});
}

void add_barrier(Table<SetSettings>& table) {
  table.duration("barrier_deadline", own(&SetSettings::barrier_deadline),
                 {.fallback = "80ms",
                  .least = "0",
                  .most = "5s",
                  .doc = "An answer of weir's own to a client waits for its new routes, and no "
                         "longer than this; 0 means not at all."});
  table.choice(
      "barrier_missed", own(&SetSettings::barrier_refuses), {{"answer", false}, {"servfail", true}},
      {.fallback = "answer", .doc = "What the client gets when they are not in place by then."});
}

void add_admission(Table<SetSettings>& table) {
  table.boolean("ipv4", own(&SetSettings::ipv4), {.fallback = "true", .doc = "Routes for A."});
  table.boolean("ipv6", own(&SetSettings::ipv6), {.fallback = "true", .doc = "Routes for AAAA."});
  table.prefix("exclude", own(&SetSettings::excluded),
               {.fallback = "[]", .doc = "Networks that this set never routes."});
  table.prefix("allow_special", own(&SetSettings::allow_special),
               {.fallback = "[]",
                .doc = "Special-purpose networks (RFC 6890) that this set may route, such as "
                       "private ones."});
  table.integer("min_length_v4", own(&SetSettings::least_length_v4),
                {.fallback = "8",
                 .least = "1",
                 .most = "32",
                 .doc = "Networks in lists that are larger than this are refused."});
  table.integer("min_length_v6", own(&SetSettings::least_length_v6),
                {.fallback = "16", .least = "1", .most = "128", .doc = "The same for IPv6."});
}

void add_exports(Table<SetSettings>& table) {
  table.form("next_hop_v4", own(&SetSettings::next_hop_v4), v4_form(),
             {.doc = "Where traffic to IPv4 addresses of the set is to go."});
  table.form("next_hop_v6", own(&SetSettings::next_hop_v6), v6_form(),
             {.doc = "Where traffic to IPv6 addresses of the set is to go."});
  table.form("communities", own(&SetSettings::communities), community_form(),
             {.fallback = R"(["no-export"])",
              .doc = "Communities of its routes: \"65000:100\", or no-export, no-advertise, "
                     "no-export-subconfed, blackhole, graceful-shutdown.",
              .most_items = 64});
  table.form("large_communities", own(&SetSettings::large_communities), large_community_form(),
             {.fallback = "[]", .doc = "Large communities of its routes.", .most_items = 64});
  table.integer("local_pref", own(&SetSettings::local_pref),
                {.doc = "LOCAL_PREF towards internal neighbours; 100 unless it is given."});
  table.integer("med", own(&SetSettings::med), {.doc = "MULTI_EXIT_DISC; none unless given."});
}

Table<SetSettings> set_table() {
  Table<SetSettings> table("Names whose addresses become routes.");
  table.text("name", own(&SetSettings::name),
             {.least = "1", .most = "64", .doc = "What it is called in metrics and the log."});
  table.path("lists", &SetSettings::lists,
             {.fallback = "[]",
              .most = "4095",
              .doc = "Files with names, in any syntax of lists; read again on SIGHUP.",
              .most_items = 64});
  table.text("names", &SetSettings::names,
             {.fallback = "[]",
              .least = "1",
              .most = "1024",
              .doc = "Names written here, in the same syntax as in lists."});
  table.choice(
      "match", own(&SetSettings::scope),
      {{"chain", route::Scope::kChain},
       {"qname", route::Scope::kQname},
       {"target", route::Scope::kTarget}},
      {.fallback = "chain",
       .doc = "Which names of an answer are looked up: the asked one and all aliases, only "
              "the asked one, or the one that has the addresses."});
  add_leases(table);
  add_barrier(table);
  add_admission(table);
  add_exports(table);
  table.check([](const SetSettings& set, Report& report) {
    if (set.lists.empty() && set.names.empty())
      report.wrong("lists", "and names are empty", "at least one of them");
    if (set.ceil < set.floor) report.wrong("ceiling", "is below floor", "at least floor");
  });
  return table;
}

void add_transport(Table<PeerSettings>& table) {
  table.form("local_address", &PeerSettings::local_address, address_form(),
             {.doc = "Where connections to it come from; the system chooses unless it is given."});
  table.text("interface", &PeerSettings::interface,
             {.fallback = "",
              .most = "15",
              .doc = "The interface, or VRF, of these connections; empty means any."});
  table.text("md5_key_file", &PeerSettings::md5_key_file,
             {.fallback = "",
              .most = "4095",
              .doc = "A file with the key that signs segments (RFC 2385); empty means unsigned."});
  table.boolean("active", &PeerSettings::active,
                {.fallback = "true", .doc = "Connect to the neighbour."});
  table.boolean(
      "passive", &PeerSettings::passive,
      {.fallback = "true", .doc = "Take connections from it, where route.listen has an address."});
  table.integer("gtsm_hops", &PeerSettings::gtsm_hops,
                {.fallback = "0",
                 .most = "254",
                 .doc = "Takes nothing that came over more hops (RFC 5082); 0 turns it off. The "
                        "neighbour has to send with TTL 255."});
  table.integer("multihop", &PeerSettings::multihop,
                {.fallback = "1",
                 .least = "1",
                 .most = "255",
                 .doc = "How many hops an external neighbour may be away."});
  table.duration("hold_time", &PeerSettings::hold,
                 {.fallback = "90s",
                  .least = "0",
                  .most = "65535s",
                  .doc = "Silence after which a neighbour is given up; 0 means never."});
  table.duration("connect_retry", &PeerSettings::connect_retry,
                 {.fallback = "5s",
                  .least = "100ms",
                  .most = "2m",
                  .doc = "The pause after a connection that failed; it grows to 2m."});
}

void add_session(Table<PeerSettings>& table) {
  table.boolean("ipv4", &PeerSettings::ipv4, {.fallback = "true", .doc = "IPv4 unicast."});
  table.boolean("ipv6", &PeerSettings::ipv6, {.fallback = "true", .doc = "IPv6 unicast."});
  table.boolean("ipv4_over_ipv6", &PeerSettings::ipv4_over_ipv6,
                {.fallback = "false", .doc = "IPv4 routes with IPv6 next hops (RFC 8950)."});
  table.form("next_hop_v4", &PeerSettings::next_hop_v4, v4_form(),
             {.doc = "For routes whose set has none; else our own address of the session."});
  table.form("next_hop_v6", &PeerSettings::next_hop_v6, v6_form(),
             {.doc = "The same for IPv6. Without any, IPv6 routes are not told over IPv4."});
  table.duration(
      "graceful_restart", &PeerSettings::graceful_restart,
      {.fallback = "2m",
       .least = "0",
       .most = "4095s",
       .doc = "How long the neighbour is asked to keep our routes while we are away (RFC "
              "4724); 0 turns it off."});
}

void add_proof(Table<PeerSettings>& table) {
  table.choice(
      "barrier", &PeerSettings::barrier,
      {{"none", route::BarrierLevel::kNone},
       {"sent", route::BarrierLevel::kSent},
       {"acked", route::BarrierLevel::kAcked}},
      {.fallback = "acked",
       .doc = "When a route counts as in place there, for answers that wait: at once, when "
              "it has been sent, or when TCP has acknowledged it."});
  table.duration("settle", &PeerSettings::settle,
                 {.fallback = "2ms",
                  .least = "0",
                  .most = "5s",
                  .doc = "And so much later, for the neighbour's own work."});
}

Table<PeerSettings> peer_table() {
  Table<PeerSettings> table("Neighbours that are told over BGP.");
  table.text("name", &PeerSettings::name,
             {.least = "1", .most = "64", .doc = "What it is called in metrics and the log."});
  table.form("address", &PeerSettings::address, peer_form(),
             {.doc = "Where it is: an address or a name, with a port unless it is 179."});
  table.integer("as", &PeerSettings::as, {.least = "1", .doc = "Its autonomous system."});
  table.integer("local_as", &PeerSettings::local_as,
                {.least = "1", .doc = "Ours towards it; route.as unless it is given."});
  table.text("sets", &PeerSettings::sets,
             {.fallback = "[]",
              .least = "1",
              .most = "64",
              .doc = "The sets whose routes it gets; \"*\" is all. Empty means all for an internal "
                     "neighbour; an external one has to have its sets named (RFC 8212).",
              .most_items = 64});
  add_transport(table);
  add_session(table);
  add_proof(table);
  table.check([](const PeerSettings& peer, Report& report) {
    if (!peer.active && !peer.passive) report.wrong("active", "and passive are both off");
    if (peer.hold > 0s && peer.hold < 3s) report.wrong("hold_time", "is below 3s", "0, or 3s");
    if (!peer.ipv4 && !peer.ipv6) report.wrong("ipv4", "and ipv6 are both off", "one of them");
  });
  return table;
}

void check_sets(const RouteSettings& route, Report& report) {
  for (const NftablesSettings& each : route.nftables)
    for (const std::string& name : each.sets)
      if (name != "*" &&
          std::ranges::find(route.sets, name, &SetSettings::name) == route.sets.end())
        report.wrong("nftables",
                     fmt::format("{} is to get set {}, which is not there", each.name, name));
  if (route.sets.empty() && !route.nftables.empty())
    report.wrong("nftables", "has sets, and there is no [[route.set]] for them", "a set");
  if (route.nftables.size() + route.peers.size() > kMostTargets)
    report.wrong("nftables", "and peer are too many together",
                 fmt::format("at most {}", kMostTargets));
}

void check_route(const RouteSettings& route, Report& report) {
  if (route.sets.empty() && !route.peers.empty())
    report.wrong("peer", "has neighbours, and there is no [[route.set]] for them", "a set");
  if (route.peers.empty()) return;
  if (route.as == 0) report.wrong("as", "is missing", "our autonomous system");
  if (!route.router_id) report.wrong("router_id", "is missing", "an IPv4 address of ours");
  for (const PeerSettings& peer : route.peers) {
    const bool external = peer.as != peer.local_as.value_or(route.as);
    if (external && peer.sets.empty())
      report.wrong("peer", fmt::format("{} is external and has no sets (RFC 8212)", peer.name),
                   "sets = [\"*\"], or the names of some");
    for (const std::string& name : peer.sets)
      if (name != "*" &&
          std::ranges::find(route.sets, name, &SetSettings::name) == route.sets.end())
        report.wrong("peer",
                     fmt::format("{} is to get set {}, which is not there", peer.name, name));
  }
}

void add_guard(Table<RouteSettings>& table) {
  Table<names::GuardLimits> guard("When a list that was read again is not taken.");
  guard.number("max_refused", &names::GuardLimits::most_refused,
               {.fallback = "0.01",
                .least = "0",
                .most = "1",
                .doc = "The part of its lines that may be wrong. The first reading of all passes "
                       "over them."});
  guard.number("max_change", &names::GuardLimits::most_change,
               {.fallback = "0.5",
                .least = "0",
                .most = "1000000",
                .doc = "The part of its rules that may come or go at once."});
  guard.integer("small_change", &names::GuardLimits::small_change,
                {.fallback = "100",
                 .most = "10000000",
                 .doc = "So many rules may come or go, whatever part of the list they are."});
  table.table("guard", &RouteSettings::guard, guard);
}

void add_limits(Table<RouteSettings>& table) {
  table.integer("max_leases", &RouteSettings::most_leases,
                {.fallback = "1000000",
                 .least = "1",
                 .most = "100000000",
                 .doc = "Addresses with names that all sets together may have."});
  table.integer("max_waiting", &RouteSettings::most_waiting,
                {.fallback = "10000",
                 .least = "1",
                 .most = "1000000",
                 .doc = "Answers that may wait for their routes at once; more do not wait."});
  table.boolean("keep_state", &RouteSettings::keep_state,
                {.fallback = "true", .doc = "Keep leases in a file, for the next start."});
  table.text("state_file", &RouteSettings::state_file,
             {.fallback = "",
              .most = "4095",
              .doc = "That file; empty means routes.state beside the store."});
  table.duration("state_commit", &RouteSettings::state_commit,
                 {.fallback = "50ms",
                  .least = "1ms",
                  .most = "1m",
                  .doc = "How long new leases are collected before they are written."});
  table.choice(
      "on_stop", &RouteSettings::on_stop,
      {{"keep", route::OnStop::kKeep},
       {"withdraw", route::OnStop::kWithdraw},
       {"drain", route::OnStop::kDrain}},
      {.fallback = "keep",
       .doc = "What becomes of routes when weir ends: neighbours keep them for the time of "
              "graceful_restart, they go at once, or they are marked as going (RFC 8326) "
              "and go after drain_time."});
  table.duration("drain_time", &RouteSettings::drain_time,
                 {.fallback = "5s", .least = "0", .most = "1h", .doc = "The pause of drain."});
  table.duration("end_of_rib_wait", &RouteSettings::end_of_rib_wait,
                 {.fallback = "0",
                  .least = "0",
                  .most = "1h",
                  .doc = "How long after the start neighbours go on keeping routes that answers "
                         "have not brought back yet."});
  table.number("log_rate", &RouteSettings::log_rate,
               {.fallback = "100",
                .least = "0",
                .most = "1000000",
                .doc = "Changes of routes that are logged a second; more are only counted."});
  table.integer("recent_changes", &RouteSettings::recent_changes,
                {.fallback = "10000",
                 .least = "1",
                 .most = "1000000",
                 .doc = "Changes that are kept for `weir routes watch`."});
}

}  // namespace

Table<RouteSettings> route_table() {
  Table<RouteSettings> table(
      "Names that are answered become routes at neighbours; without [[route.set]] nothing does.");
  table.integer("as", &RouteSettings::as, {.fallback = "0", .doc = "Our autonomous system."});
  table.form("router_id", &RouteSettings::router_id, v4_form(),
             {.doc = "Who we are to neighbours: an IPv4 address of ours."});
  table.endpoint("listen", &RouteSettings::listen,
                 {.fallback = "[]",
                  .doc = "Where neighbours connect to; empty means that they do not.",
                  .default_port = 179,
                  .most_items = 16});
  table.table("set", &RouteSettings::sets, set_table(),
              {.fallback = "[]", .most_items = names::kMostSets, .unique = "name"});
  table.table("peer", &RouteSettings::peers, peer_table(),
              {.fallback = "[]", .most_items = kMostTargets, .unique = "name"});
  table.table("nftables", &RouteSettings::nftables, nftables_table(),
              {.fallback = "[]", .most_items = kMostTargets, .unique = "name"});
  table.prefix("never", &RouteSettings::never,
               {.fallback = "[]",
                .doc = "Networks that are never routed, besides special-purpose ones, our own "
                       "addresses, neighbours, next hops and upstreams.",
                .most_items = 100'000});
  table.prefix("nat64", &RouteSettings::nat64,
               {.fallback = R"(["64:ff9b::/96"])",
                .doc = "AAAA records in these were made from A records, and are passed over."});
  table.form("messages", &RouteSettings::messages, message_form(),
             {.fallback = R"(["CLIENT_RESPONSE"])",
              .doc = "What is learned from, in dnstap's words.",
              .most_items = 7});
  table.boolean("hints", &RouteSettings::hints,
                {.fallback = "true",
                 .doc = "Addresses in HTTPS and SVCB records count as those of A and AAAA."});
  add_guard(table);
  add_limits(table);
  table.check(check_route);
  table.check(check_sets);
  return table;
}

}  // namespace weir::app
