// How the telemetry plane is written in TOML.
#include "app/settings/flow.h"

#include <utility>

#include "app/settings/any_sink.h"
#include "app/settings/tls.h"
#include "app/settings/transforms.h"

namespace weir::app {
namespace {

using config::Report;
using config::Table;
using emit::FileTarget;
using flow::DnstapSinkSettings;
using flow::FileSinkSettings;
using flow::LaneSettings;
using flow::SqliteSinkSettings;

Table<flow::Retention> retention_table() {
  Table<flow::Retention> table(
      "How much of the past a store keeps; whichever bound is reached first.");
  table.duration("age", &flow::Retention::age,
                 {.fallback = "7d",
                  .least = "0",
                  .most = "3650d",
                  .doc = "Older rows are deleted; 0 means no bound."});
  table.size("size", &flow::Retention::octets,
             {.fallback = "1GiB",
              .most = "16TiB",
              .doc = "A larger store loses its oldest rows; 0 means no bound."});
  return table;
}

Table<flow::Rotation> rotation_table() {
  Table<flow::Rotation> table("When a file is closed, renamed and begun anew.");
  table.size("size", &flow::Rotation::octets,
             {.fallback = "0", .most = "16TiB", .doc = "At this size; 0 means never."});
  table.duration(
      "age", &flow::Rotation::age,
      {.fallback = "0", .least = "0", .most = "3650d", .doc = "At this age; 0 means never."});
  table.integer("keep", &flow::Rotation::keep,
                {.fallback = "7", .most = "10000", .doc = "How many rotated files stay."});
  return table;
}

Table<FileSinkSettings> file_sink_table() {
  auto table = any_sink_table<FileSinkSettings>("A record an observation, in a file.");
  table.path("path", &FileSinkSettings::path,
             {.most = "4095", .doc = "The file; - is standard output."});
  table.choice("format", &FileSinkSettings::format,
               {{"text", flow::Format::kText},
                {"short", flow::Format::kShort},
                {"flat-json", flow::Format::kFlatJson},
                {"json", flow::Format::kJson},
                {"yaml", flow::Format::kYaml},
                {"pcap", flow::Format::kPcap},
                {"dnswatch", flow::Format::kDnswatch}},
               {.fallback = "flat-json", .doc = "How an observation is written."});
  table.table("rotation", &FileSinkSettings::rotation, rotation_table());
  return table;
}

Table<SqliteSinkSettings> sqlite_sink_table() {
  auto table = any_sink_table<SqliteSinkSettings>("A store like the embedded one, elsewhere.");
  table.path("path", &SqliteSinkSettings::path, {.most = "4095", .doc = "Its file."});
  table.table("retention", &SqliteSinkSettings::retention, retention_table());
  table.boolean("raw_messages", &SqliteSinkSettings::raw_messages,
                {.fallback = "false", .doc = "Keep the octets of messages too."});
  return table;
}

/// What is set must be of use where the stream goes.
void check_dnstap(const DnstapSinkSettings& sink, Report& report) {
  const auto target = emit::parse_target(sink.to);
  if (!target) return report.wrong("to", target.error());
  const bool is_file = std::holds_alternative<FileTarget>(*target);
  const bool is_tls = std::holds_alternative<emit::TlsTarget>(*target);
  const auto& tls = sink.tls;
  const bool has_tls = !tls.subject_name.empty() || !tls.ca_file.empty() || !tls.pins.empty() ||
                       !tls.certificate.empty();
  if (has_tls && !is_tls) report.wrong("tls", "is set, but `to` is not tls:HOST:PORT");
  if (is_file && sink.streams > 1) report.wrong("streams", "is above 1, but `to` is a file");
  const bool rotates = sink.rotation.octets > 0 || sink.rotation.age > Duration::zero();
  if (rotates && !is_file) report.wrong("rotation", "is set, but `to` is not a file");
  if (sink.sync != FileTarget::Sync::kNone && !is_file)
    report.wrong("fsync", "is set, but `to` is not a file");
}

void add_dnstap_files(Table<DnstapSinkSettings>& table) {
  table.table("rotation", &DnstapSinkSettings::rotation, rotation_table());
  table.choice("fsync", &DnstapSinkSettings::sync,
               {{"none", FileTarget::Sync::kNone},
                {"interval", FileTarget::Sync::kInterval},
                {"always", FileTarget::Sync::kAlways}},
               {.fallback = "none",
                .doc = "When a file is forced to the disk: as the system likes, every "
                       "fsync_interval, or with each group."});
  table.duration("fsync_interval", &DnstapSinkSettings::sync_interval,
                 {.fallback = "1s", .least = "10ms", .most = "1h", .doc = "See fsync."});
}

Table<DnstapSinkSettings> dnstap_sink_table() {
  auto table = any_sink_table<DnstapSinkSettings>(
      "What is seen, in dnstap over Frame Streams: to a receiver, or into files.");
  table.text("to", &DnstapSinkSettings::to,
             {.least = "1",
              .most = "4095",
              .doc = "unix:PATH, tcp:HOST:PORT or tls:HOST:PORT of a receiver; or file:PATH. What "
                     "stands in a file already is kept as PATH.1."});
  table.boolean("bidirectional", &DnstapSinkSettings::bidirectional,
                {.fallback = "true",
                 .doc = "Ask the receiver whether it takes dnstap (READY), and wait for its word "
                        "(ACCEPT, FINISH); without it, data follows at once."});
  table.duration("connect_timeout", &DnstapSinkSettings::connect_timeout,
                 {.fallback = "5s",
                  .least = "10ms",
                  .most = "5m",
                  .doc = "How long a connection may take, TLS included."});
  table.duration("handshake_timeout", &DnstapSinkSettings::handshake_timeout,
                 {.fallback = "5s",
                  .least = "10ms",
                  .most = "5m",
                  .doc = "How long the receiver may take to accept the stream."});
  table.integer("streams", &DnstapSinkSettings::streams,
                {.fallback = "1",
                 .least = "1",
                 .most = "64",
                 .doc = "Connections to the receiver that share the load, in turn; each is a sink "
                        "of its own in metrics, NAME-1, NAME-2 and so on."});
  table.table("tls", &DnstapSinkSettings::tls,
              tls_asking_table("How a receiver over TLS proves who it is, and how weir does."));
  add_dnstap_files(table);
  table.check(check_dnstap);
  return table;
}

/// How many there may be of one kind, and what tells them apart.
config::Spec list_of(std::string unique) {
  return {.fallback = "[]", .most_items = 64, .unique = std::move(unique)};
}

}  // namespace

Table<LaneSettings> lane_table() {
  Table<LaneSettings> table(
      "What a destination gets, the queue in front of it, and how often it is tried.");
  table.integer(
      "queue_batches", &LaneSettings::queue_batches,
      {.fallback = "1024", .least = "1", .most = "1000000", .doc = "How many batches may wait."});
  table.size("queue_size", &LaneSettings::queue_octets,
             {.fallback = "128MiB",
              .least = "1MiB",
              .most = "64GiB",
              .doc = "How much memory waiting batches may take."});
  table.choice(
      "overflow", &LaneSettings::overflow,
      {{"drop_newest", flow::Overflow::kDropNewest}, {"drop_oldest", flow::Overflow::kDropOldest}},
      {.fallback = "drop_newest", .doc = "What a full queue gives up. Every loss is counted."});
  table.integer("group_batches", &LaneSettings::group_batches,
                {.fallback = "32",
                 .least = "1",
                 .most = "4096",
                 .doc = "How many batches are delivered together, in one transaction."});
  table.duration("retry_base", &LaneSettings::retry_base,
                 {.fallback = "1s",
                  .least = "1ms",
                  .most = "1h",
                  .doc = "The pause after a first failure; it doubles with each further one."});
  table.duration(
      "retry_most", &LaneSettings::retry_most,
      {.fallback = "1m", .least = "1ms", .most = "1d", .doc = "The longest such pause."});
  table.boolean("retry", &LaneSettings::retry,
                {.fallback = "true",
                 .doc = "Try again what failed; without it a failure is the end, until a reload."});
  table.integer("retry_attempts", &LaneSettings::retry_attempts,
                {.fallback = "0",
                 .most = "1000000",
                 .doc = "How often in a row it is tried again. When that is used up, what comes is "
                        "lost and counted until a reload; 0 means no bound."});
  table.integer("retry_jitter", &LaneSettings::retry_jitter_percent,
                {.fallback = "0",
                 .most = "100",
                 .doc = "Per cent of each pause that chance may take off, so that those who failed "
                        "together do not come back together."});
  table.boolean("durable", &LaneSettings::durable,
                {.fallback = "false",
                 .doc = "Write everything to the journal first: what the destination cannot take "
                        "waits there, over restarts too. The queue is then a shortcut only, and "
                        "overflow has no meaning."});
  add_transforms(table);
  table.check([](const LaneSettings& lane, Report& report) {
    if (lane.retry_most < lane.retry_base) report.wrong("retry_most", "is below retry_base");
  });
  return table;
}

Table<StoreSettings> store_table() {
  Table<StoreSettings> table("The embedded store that `weir log` and the control plane ask.");
  table.boolean("enabled", &StoreSettings::enabled,
                {.fallback = "true", .doc = "Keep what was seen in the embedded store."});
  table.text("path", &StoreSettings::path,
             {.fallback = "",
              .most = "4095",
              .doc = "Its file; empty means queries.db in the state directory."});
  table.table("retention", &StoreSettings::retention, retention_table());
  table.boolean("raw_messages", &StoreSettings::raw_messages,
                {.fallback = "false", .doc = "Keep the octets of messages too."});
  table.table("lane", &StoreSettings::lane, lane_table());
  return table;
}

Table<SinkTables> sink_table() {
  Table<SinkTables> table("Further destinations of everything that is seen, by kind.");
  table.table("file", &SinkTables::file, file_sink_table(), list_of("name"));
  table.table("sqlite", &SinkTables::sqlite, sqlite_sink_table(), list_of("name"));
  table.table("dnstap", &SinkTables::dnstap, dnstap_sink_table(), list_of("name"));
  table.table("postgresql", &SinkTables::postgresql, postgresql_sink_table(), list_of("name"));
  table.table("json", &SinkTables::json, json_sink_table(), list_of("name"));
  table.table("nats", &SinkTables::nats, nats_sink_table(), list_of("name"));
  table.table("kafka", &SinkTables::kafka, kafka_sink_table(), list_of("name"));
  table.table("kinesis", &SinkTables::kinesis, kinesis_sink_table(), list_of("name"));
  return table;
}

Table<flow::JournalSettings> journal_table() {
  using flow::JournalSettings;
  Table<JournalSettings> table(
      "The journal of durable lanes: dnstap files that hold what they have not delivered yet.");
  table.text(
      "path", &JournalSettings::path,
      {.fallback = "", .most = "4000", .doc = "Its folder; empty means journal beside the store."});
  table.size("size", &JournalSettings::octets,
             {.fallback = "4GiB", .least = "1MiB", .most = "16TiB", .doc = "How large it may be."});
  table.duration("age", &JournalSettings::age,
                 {.fallback = "7d",
                  .least = "0",
                  .most = "3650d",
                  .doc = "What is older is given up, counted; 0 means no bound."});
  table.choice(
      "overflow", &JournalSettings::overflow,
      {{"drop_newest", flow::Overflow::kDropNewest}, {"drop_oldest", flow::Overflow::kDropOldest}},
      {.fallback = "drop_oldest", .doc = "What a full journal gives up. Every loss is counted."});
  table.size("segment_size", &JournalSettings::segment_octets,
             {.fallback = "64MiB",
              .least = "64KiB",
              .most = "16GiB",
              .doc = "How large a file of it grows before the next is begun."});
  table.choice(
      "fsync", &JournalSettings::sync,
      {{"none", FileTarget::Sync::kNone},
       {"interval", FileTarget::Sync::kInterval},
       {"always", FileTarget::Sync::kAlways}},
      {.fallback = "interval",
       .doc = "When it is forced to the disk: as the system likes, every fsync_interval, "
              "or with each group. Destinations get what was forced, and nothing before."});
  table.duration("fsync_interval", &JournalSettings::sync_interval,
                 {.fallback = "100ms", .least = "1ms", .most = "1m", .doc = "See fsync."});
  table.boolean(
      "compress", &JournalSettings::compress,
      {.fallback = "true", .doc = "Compress files that are full and still wanted, with zstd."});
  table.integer("queue_batches", &JournalSettings::queue_batches,
                {.fallback = "1024",
                 .least = "1",
                 .most = "1000000",
                 .doc = "How many batches may wait to be written."});
  table.size("queue_size", &JournalSettings::queue_octets,
             {.fallback = "128MiB",
              .least = "1MiB",
              .most = "64GiB",
              .doc = "How much memory they may take."});
  return table;
}

Table<FlowTable> flow_table() {
  Table<FlowTable> table("How observations are carried from where they are made to destinations.");
  table.text("identity", &FlowTable::identity,
             {.fallback = "",
              .most = "255",
              .doc = "Who this is in records; empty means the name of the machine."});
  Table<flow::BatchSettings> batch("Observations travel in batches.");
  batch.integer(
      "observations", &flow::BatchSettings::observations,
      {.fallback = "512", .least = "1", .most = "65536", .doc = "The most observations in one."});
  batch.size(
      "size", &flow::BatchSettings::octets,
      {.fallback = "256KiB", .least = "64KiB", .most = "64MiB", .doc = "The most octets in one."});
  batch.integer("ring", &flow::BatchSettings::ring_batches,
                {.fallback = "64",
                 .least = "2",
                 .most = "65536",
                 .doc = "How many batches may wait between one producer and the router."});
  table.table("batch", &FlowTable::batch, batch);
  return table;
}

}  // namespace weir::app
