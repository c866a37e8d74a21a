// How sources of the telemetry plane are written in TOML.
#include "app/settings/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>

#include "app/settings/tls.h"

namespace weir::app {
namespace {

using config::Report;
using config::Table;
using flow::BlindSpotSettings;
using flow::CaptureSourceSettings;
using flow::DnstapSourceSettings;
using flow::JsonSourceSettings;
using flow::ListeningSourceSettings;
using flow::SocketFileSettings;
using flow::StreamAddress;
using flow::TlsServingSettings;

constexpr unsigned kMostMode = 0777;

config::Form<StreamAddress> address_form() {
  return {StreamAddress::kExpected, &StreamAddress::parse,
          [](const StreamAddress& address) { return address.to_text(); }};
}

/// Octal, as chmod has it.
std::optional<unsigned> parse_mode(std::string_view text) {
  unsigned mode = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (failed != std::errc() || end != text.data() + text.size() || mode > kMostMode)
    return std::nullopt;
  return mode;
}

Table<SocketFileSettings> socket_table() {
  Table<SocketFileSettings> table("The files of Unix sockets that are listened on.");
  table.form("mode", &SocketFileSettings::mode,
             {"a mode in octal such as \"0660\"", parse_mode,
              [](unsigned mode) { return fmt::format("{:04o}", mode); }},
             {.fallback = "0660",
              .doc = "Who may connect, in octal as chmod has it; it holds from the first moment."});
  table.text(
      "owner", &SocketFileSettings::owner,
      {.fallback = "",
       .most = "64",
       .doc = "Whom the file belongs to, a name or a number; empty means whoever runs weir."});
  table.text("group", &SocketFileSettings::group,
             {.fallback = "",
              .most = "64",
              .doc = "The group it belongs to, a name or a number; empty means that of weir."});
  return table;
}

Table<TlsServingSettings> serving_table() {
  Table<TlsServingSettings> table("What listeners over TLS need.");
  table.text("certificate", &TlsServingSettings::certificate,
             {.fallback = "",
              .most = "4095",
              .doc = "A PEM file: weir's certificate, then those between it and the authority."});
  table.text("key", &TlsServingSettings::key,
             {.fallback = "", .most = "4095", .doc = "A PEM file with its private key."});
  table.text("client_ca", &TlsServingSettings::client_ca,
             {.fallback = "",
              .most = "4095",
              .doc = "A PEM file of authorities: clients must then have a certificate of one of "
                     "them; empty means that they need none."});
  return table;
}

bool is_tls(const StreamAddress& address) { return address.kind == StreamAddress::Kind::kTls; }

void check_senders(const ListeningSourceSettings& source, Report& report) {
  if (source.name == "edge") report.wrong("name", "is taken by the query plane");
  for (const StreamAddress& address : source.listen)
    if (address.kind != StreamAddress::Kind::kUnix && !address.address)
      report.wrong("listen", fmt::format("has the name {}", address.host), "addresses only");
  const bool serves = std::ranges::any_of(source.listen, is_tls);
  if (serves && (source.tls.certificate.empty() || source.tls.key.empty()))
    report.wrong("listen", "has TLS without tls.certificate and tls.key", "both of them");
}

void check_dnstap(const DnstapSourceSettings& source, Report& report) {
  if (source.listen.empty() && source.dial.empty())
    report.wrong("listen", "and dial are empty", "an address in one of them");
  check_senders(source, report);
}

void check_json(const JsonSourceSettings& source, Report& report) {
  if (source.listen.empty()) report.wrong("listen", "is empty", "at least one address");
  check_senders(source, report);
}

/// What a source has of another struct, as a member of its own.
template <typename Source, typename M, typename Base>
M Source::* of(M Base::* member) {
  return member;
}

/// Who may connect, and how long they may be silent.
template <typename Source>
void add_senders(Table<Source>& table, std::string handshake, std::string silence) {
  table.prefix("allow", of<Source>(&Source::allow),
               {.fallback = kPrivate,
                .doc = "Who may connect over TCP and TLS: addresses and networks.",
                .most_items = 4096});
  table.integer("max_clients", of<Source>(&Source::max_clients),
                {.fallback = "256",
                 .least = "1",
                 .most = "65536",
                 .doc = "How many senders may be connected at once; more are closed."});
  table.duration("handshake_timeout", of<Source>(&Source::handshake_timeout),
                 {.fallback = "5s", .least = "10ms", .most = "5m", .doc = std::move(handshake)});
  table.duration("idle_timeout", of<Source>(&Source::idle_timeout),
                 {.fallback = "0", .least = "0", .most = "30d", .doc = std::move(silence)});
}

template <typename Source>
void add_overflow(Table<Source>& table) {
  table.choice(
      "overflow", of<Source>(&Source::overflow),
      {{"wait", flow::SourceOverflow::kWait}, {"drop", flow::SourceOverflow::kDrop}},
      {.fallback = "wait",
       .doc = "What to do while the flow has no room: wait, by not reading, until senders wait too "
              "or count the losses themselves; or drop, counted here."});
}

/// A name, unless another is written down.
template <typename Source>
void add_name(Table<Source>& table, std::string fallback) {
  table.text("name", of<Source>(&Source::name),
             {.fallback = std::move(fallback),
              .least = "1",
              .most = "64",
              .doc = "What it is called in metrics and the ledger."});
}

void add_dnstap_limits(Table<DnstapSourceSettings>& table) {
  add_senders(table, "How long a new sender may take until it has begun its stream.",
              "A sender silent for so long is closed; 0 means never: resolvers without clients "
              "have nothing to say.");
  table.size("max_frame", &DnstapSourceSettings::max_frame_octets,
             {.fallback = "256KiB",
              .least = "512",
              .most = "16MiB",
              .doc = "Larger frames are passed over and counted."});
  table.integer("max_rate", &DnstapSourceSettings::max_rate,
                {.fallback = "0",
                 .most = "1000000000",
                 .doc = "How many frames a second are taken from one sender; more have to wait. 0 "
                        "means all."});
  table.integer("threads", &DnstapSourceSettings::threads,
                {.fallback = "1",
                 .least = "1",
                 .most = "64",
                 .doc = "Threads that receive and decode; senders are spread over them."});
  add_overflow(table);
}

Table<DnstapSourceSettings> dnstap_table() {
  Table<DnstapSourceSettings> table(
      "Resolvers and servers that tell what they see, in dnstap over Frame Streams.");
  add_name(table, "dnstap");
  table.form("listen", of<DnstapSourceSettings>(&DnstapSourceSettings::listen), address_form(),
             {.fallback = "[]",
              .doc = "Where senders connect to: unix:PATH, tcp:ADDRESS:PORT, tls:ADDRESS:PORT.",
              .most_items = 64});
  table.form("dial", &DnstapSourceSettings::dial, address_form(),
             {.fallback = "[]",
              .doc = "Senders that listen, to which weir connects, again and again: unix:PATH, "
                     "tcp:HOST:PORT, tls:HOST:PORT.",
              .most_items = 64});
  table.table("socket", of<DnstapSourceSettings>(&DnstapSourceSettings::socket), socket_table());
  add_dnstap_limits(table);
  table.table("tls", of<DnstapSourceSettings>(&DnstapSourceSettings::tls), serving_table());
  table.table("dial_tls", &DnstapSourceSettings::dial_tls,
              tls_asking_table("How those that are dialled over TLS prove who they are."));
  table.check(check_dnstap);
  return table;
}

void add_capture_filter(Table<CaptureSourceSettings>& table) {
  table.integer("ports", of<CaptureSourceSettings>(&CaptureSourceSettings::ports),
                {.fallback = "[53]",
                 .least = "1",
                 .most = "65535",
                 .doc = "Where DNS is spoken; either side of a packet counts.",
                 .most_items = 1024});
  table.prefix("networks", of<CaptureSourceSettings>(&CaptureSourceSettings::networks),
               {.fallback = "[]",
                .doc = "Only what comes from or goes to these addresses and networks; empty means "
                       "everything.",
                .most_items = 4096});
  table.boolean("responses_only", of<CaptureSourceSettings>(&CaptureSourceSettings::responses_only),
                {.fallback = "false", .doc = "Leaves queries out; there is no latency then."});
  table.integer("sample", of<CaptureSourceSettings>(&CaptureSourceSettings::sample),
                {.fallback = "1",
                 .least = "1",
                 .most = "1000000000",
                 .doc = "One exchange of so many is taken, query and response together; over TCP "
                        "one connection of so many."});
}

void add_capture_bounds(Table<CaptureSourceSettings>& table) {
  table.size(
      "ring", of<CaptureSourceSettings>(&CaptureSourceSettings::ring_octets),
      {.fallback = "16MiB",
       .least = "1MiB",
       .most = "1GiB",
       .doc = "Room between the kernel and weir, for eBPF in all and rounded up to a power of "
              "two, for packet sockets for each interface. What does not fit is counted."});
  table.size("snap", of<CaptureSourceSettings>(&CaptureSourceSettings::snap_octets),
             {.fallback = "65600",
              .least = "64",
              .most = "65600",
              .doc = "At most so many octets of a packet are taken; shorter ones save room, and "
                     "longer messages are counted as snapped."});
  table.duration("pairing_patience", &CaptureSourceSettings::pairing_patience,
                 {.fallback = "10s",
                  .least = "10ms",
                  .most = "5m",
                  .doc = "How long after a query its response is believed to belong to it."});
  table.integer("pairing_queries", &CaptureSourceSettings::pairing_queries,
                {.fallback = "65536",
                 .least = "1024",
                 .most = "16777216",
                 .doc = "How many queries may wait for their responses; the oldest make room."});
}

Table<BlindSpotSettings> blind_spots_table() {
  Table<BlindSpotSettings> table(
      "DNS that passes by the resolvers that clients should ask: listed at /api/v1/blind-spots.");
  table.prefix("resolvers", &BlindSpotSettings::resolvers,
               {.fallback = "[]",
                .doc = "Whom clients should ask; DNS of others with others is listed. Empty: "
                       "nothing is looked for.",
                .most_items = 256});
  table.prefix("doh_servers", &BlindSpotSettings::doh_servers,
               {.fallback = R"(["1.1.1.1", "1.0.0.1", "2606:4700:4700::1111",
                 "2606:4700:4700::1001", "8.8.8.8", "8.8.4.4", "2001:4860:4860::8888",
                 "2001:4860:4860::8844", "9.9.9.9", "149.112.112.112", "2620:fe::fe", "2620:fe::9",
                 "94.140.14.14", "94.140.15.15", "208.67.222.222", "208.67.220.220"])",
                .doc = "Addresses whose port 443 is known for DNS over HTTPS: a connection there "
                       "is listed. Others cannot be told from the web.",
                .most_items = 4096});
  table.integer("entries", &BlindSpotSettings::entries,
                {.fallback = "4096",
                 .least = "1",
                 .most = "1000000",
                 .doc = "How many clients and servers are listed; the one seen least lately makes "
                        "room."});
  return table;
}

Table<CaptureSourceSettings> capture_table() {
  Table<CaptureSourceSettings> table(
      "DNS that passes network interfaces, watched by eBPF or packet sockets.");
  add_name(table, "capture");
  table.text("interfaces", &CaptureSourceSettings::interfaces,
             {.fallback = "[]",
              .least = "1",
              .most = "15",
              .doc = "Names of interfaces; one that is not there is waited for.",
              .most_items = 64});
  table.text("netns", &CaptureSourceSettings::netns,
             {.fallback = "",
              .most = "4095",
              .doc = "The network namespace that they are in: a name of ip-netns(8), or a path. "
                     "Empty means weir's own."});
  table.choice(
      "method", &CaptureSourceSettings::method,
      {{"auto", io::CaptureMethod::kAuto},
       {"ebpf", io::CaptureMethod::kEbpf},
       {"packet", io::CaptureMethod::kPacket}},
      {.fallback = "auto",
       .doc = "How packets are seen: by a program in the kernel (Linux 6.6 or later), by a "
              "packet socket, or by the first where it is allowed."});
  table.boolean("promiscuous", &CaptureSourceSettings::promiscuous,
                {.fallback = "false",
                 .doc = "Also what is sent to other machines, where the link shows it."});
  add_capture_filter(table);
  add_capture_bounds(table);
  table.table("blind_spots", &CaptureSourceSettings::blind_spots, blind_spots_table());
  table.check([](const CaptureSourceSettings& source, Report& report) {
    if (source.name == "edge") report.wrong("name", "is taken by the query plane");
    if (source.interfaces.empty()) report.wrong("interfaces", "is empty", "at least one interface");
    if (source.ports.empty()) report.wrong("ports", "is empty", "at least one port");
  });
  return table;
}

void add_json_limits(Table<JsonSourceSettings>& table) {
  add_senders(table, "How long TLS with a new sender may take.",
              "A sender silent for so long is closed; 0 means never.");
  table.size("max_line", &JsonSourceSettings::max_line_octets,
             {.fallback = "64KiB",
              .least = "512",
              .most = "16MiB",
              .doc = "Longer lines are passed over and counted."});
  add_overflow(table);
}

Table<JsonSourceSettings> json_table() {
  Table<JsonSourceSettings> table(
      "Shippers of logs, and other weirs, that tell what they see in lines: flat JSON, DNSWatch's "
      "JSON, or DNSWatch's key=value pairs.");
  add_name(table, "json");
  table.form("listen", of<JsonSourceSettings>(&JsonSourceSettings::listen), address_form(),
             {.fallback = "[]",
              .doc = "Where senders connect to: tcp:ADDRESS:PORT, tls:ADDRESS:PORT, unix:PATH.",
              .most_items = 64});
  table.table("socket", of<JsonSourceSettings>(&JsonSourceSettings::socket), socket_table());
  table.text("tag", &JsonSourceSettings::tag,
             {.fallback = "powerdns.queries",
              .most = "255",
              .doc = "Who is said to tell it (dnstap.identity), where a line does not say."});
  table.boolean("keep_unread", &JsonSourceSettings::keep_unread,
                {.fallback = "false",
                 .doc = "Pass on lines that are no record, as observations of the type UNKNOWN "
                        "whose dnstap.extra is the line; they are counted in either case."});
  add_json_limits(table);
  table.table("tls", of<JsonSourceSettings>(&JsonSourceSettings::tls), serving_table());
  table.check(check_json);
  return table;
}

}  // namespace

Table<SourceTables> source_table() {
  Table<SourceTables> table("Where observations come from besides weir's own edge, by kind.");
  table.table("dnstap", &SourceTables::dnstap, dnstap_table(),
              {.fallback = "[]", .most_items = 64, .unique = "name"});
  table.table("capture", &SourceTables::capture, capture_table(),
              {.fallback = "[]", .most_items = 64, .unique = "name"});
  table.table("json", &SourceTables::json, json_table(),
              {.fallback = "[]", .most_items = 64, .unique = "name"});
  table.check([](const SourceTables& sources, Report& report) {
    std::set<std::string_view> names;  // also those that nobody wrote down
    const auto enter = [&](std::string_view kind, std::string_view name) {
      if (!names.insert(name).second)
        report.wrong(kind, fmt::format("has two sources of the name {}", name));
    };
    for (const DnstapSourceSettings& source : sources.dnstap) enter("dnstap", source.name);
    for (const CaptureSourceSettings& source : sources.capture) enter("capture", source.name);
    for (const JsonSourceSettings& source : sources.json) enter("json", source.name);
  });
  return table;
}

}  // namespace weir::app
