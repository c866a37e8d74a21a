// How sources of the telemetry plane are written in TOML.
#include "app/settings_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>

#include "app/settings_tls.h"

namespace weir::app {
namespace {

using config::Report;
using config::Table;
using flow::DnstapSourceSettings;
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

void check_dnstap(const DnstapSourceSettings& source, Report& report) {
  if (source.name == "edge") report.wrong("name", "is taken by the query plane");
  if (source.listen.empty() && source.dial.empty())
    report.wrong("listen", "and dial are empty", "an address in one of them");
  for (const StreamAddress& address : source.listen)
    if (address.kind != StreamAddress::Kind::kUnix && !address.address)
      report.wrong("listen", fmt::format("has the name {}", address.host), "addresses only");
  const bool serves = std::ranges::any_of(source.listen, is_tls);
  if (serves && (source.tls.certificate.empty() || source.tls.key.empty()))
    report.wrong("listen", "has TLS without tls.certificate and tls.key", "both of them");
}

void add_dnstap_limits(Table<DnstapSourceSettings>& table) {
  table.prefix("allow", &DnstapSourceSettings::allow,
               {.fallback = kPrivate,
                .doc = "Who may connect over TCP and TLS: addresses and networks.",
                .most_items = 4096});
  table.integer("max_clients", &DnstapSourceSettings::max_clients,
                {.fallback = "256",
                 .least = "1",
                 .most = "65536",
                 .doc = "How many senders may be connected at once; more are closed."});
  table.duration("handshake_timeout", &DnstapSourceSettings::handshake_timeout,
                 {.fallback = "5s",
                  .least = "10ms",
                  .most = "5m",
                  .doc = "How long a new sender may take until it has begun its stream."});
  table.duration("idle_timeout", &DnstapSourceSettings::idle_timeout,
                 {.fallback = "0",
                  .least = "0",
                  .most = "30d",
                  .doc = "A sender silent for so long is closed; 0 means never: resolvers without "
                         "clients have nothing to say."});
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
  table.choice(
      "overflow", &DnstapSourceSettings::overflow,
      {{"wait", flow::SourceOverflow::kWait}, {"drop", flow::SourceOverflow::kDrop}},
      {.fallback = "wait",
       .doc = "What to do while the flow has no room: wait, by not reading, until senders wait too "
              "or count the losses themselves; or drop, counted here."});
}

Table<DnstapSourceSettings> dnstap_table() {
  Table<DnstapSourceSettings> table(
      "Resolvers and servers that tell what they see, in dnstap over Frame Streams.");
  table.text("name", &DnstapSourceSettings::name,
             {.fallback = "dnstap",
              .least = "1",
              .most = "64",
              .doc = "What it is called in metrics and the ledger."});
  table.form("listen", &DnstapSourceSettings::listen, address_form(),
             {.fallback = "[]",
              .doc = "Where senders connect to: unix:PATH, tcp:ADDRESS:PORT, tls:ADDRESS:PORT.",
              .most_items = 64});
  table.form("dial", &DnstapSourceSettings::dial, address_form(),
             {.fallback = "[]",
              .doc = "Senders that listen, to which weir connects, again and again: unix:PATH, "
                     "tcp:HOST:PORT, tls:HOST:PORT.",
              .most_items = 64});
  table.table("socket", &DnstapSourceSettings::socket, socket_table());
  add_dnstap_limits(table);
  table.table("tls", &DnstapSourceSettings::tls, serving_table());
  table.table("dial_tls", &DnstapSourceSettings::dial_tls,
              tls_asking_table("How those that are dialled over TLS prove who they are."));
  table.check(check_dnstap);
  return table;
}

}  // namespace

Table<SourceTables> source_table() {
  Table<SourceTables> table("Where observations come from besides weir's own edge, by kind.");
  table.table("dnstap", &SourceTables::dnstap, dnstap_table(),
              {.fallback = "[]", .most_items = 64, .unique = "name"});
  table.check([](const SourceTables& sources, Report& report) {
    std::set<std::string_view> names;  // also those that nobody wrote down
    for (const DnstapSourceSettings& source : sources.dnstap)
      if (!names.insert(source.name).second)
        report.wrong("dnstap", fmt::format("has two sources of the name {}", source.name));
  });
  return table;
}

}  // namespace weir::app
