// How sinks that write into the streams of others are written in TOML.
#include <fmt/format.h>

#include "app/settings/any_sink.h"
#include "app/settings/tls.h"

namespace weir::app {
namespace {

using config::Report;
using config::Table;
using flow::JsonSinkSettings;
using flow::KafkaCompression;
using flow::KafkaSinkSettings;
using flow::KinesisSinkSettings;
using flow::NatsSinkSettings;
using flow::StreamKey;

void check_json(const JsonSinkSettings& sink, Report& report) {
  const auto target = emit::parse_target(sink.to);
  if (!target) return report.wrong("to", target.error());
  if (std::holds_alternative<emit::FileTarget>(*target))
    report.wrong("to", "is a file", "a receiver; files are for [[sink.file]]");
  const auto& tls = sink.tls;
  const bool has_tls = !tls.subject_name.empty() || !tls.ca_file.empty() || !tls.pins.empty() ||
                       !tls.certificate.empty();
  if (has_tls && !std::holds_alternative<emit::TlsTarget>(*target))
    report.wrong("tls", "is set, but `to` is not tls:HOST:PORT");
}

/// What a message is, and where in the stream it goes.
template <typename Sink>
void add_message(Table<Sink>& table, std::string key_doc) {
  table.choice(
      "key", &Sink::key,
      {{"none", StreamKey::kNone}, {"name", StreamKey::kName}, {"client", StreamKey::kClient}},
      {.fallback = "none", .doc = std::move(key_doc)});
  table.choice("shape", &Sink::shape,
               {{"flat-json", flow::Format::kFlatJson},
                {"json", flow::Format::kJson},
                {"dnswatch", flow::Format::kDnswatch}},
               {.fallback = "flat-json",
                .doc = "How an observation is written: all of it, flat or nested; or a message a "
                       "look-up, of the few texts that DNSWatch ships."});
}

/// How servers over TLS prove who they are, and how weir does.
template <typename Sink>
void add_tls(Table<Sink>& table) {
  table.boolean("tls", &Sink::tls,
                {.fallback = "false", .doc = "Speak TLS, and verify certificate and name."});
  table.text("ca_file", &Sink::ca_file,
             {.fallback = "",
              .most = "4095",
              .doc = "A PEM file of certificates to trust instead of the system's."});
  table.text("certificate", &Sink::certificate,
             {.fallback = "",
              .most = "4095",
              .doc = "A PEM file with the certificate that weir shows where one is asked for."});
  table.text("certificate_key", &Sink::certificate_key,
             {.fallback = "", .most = "4095", .doc = "A PEM file with its private key."});
  table.text("user", &Sink::user,
             {.fallback = "", .most = "255", .doc = "Who weir is there; empty means nobody."});
  table.text("password_file", &Sink::password_file,
             {.fallback = "",
              .most = "4095",
              .doc = "A file whose first line is the password; it is read at each connection."});
  table.check([](const Sink& sink, Report& report) {
    if (sink.certificate.empty() != sink.certificate_key.empty())
      report.wrong("certificate", "and certificate_key go together", "both, or neither");
    if (sink.user.empty() != sink.password_file.empty())
      report.wrong("user", "and password_file go together", "both, or neither");
    if (!sink.tls && !(sink.ca_file.empty() && sink.certificate.empty()))
      report.wrong("tls", "is false, and there are files for it");
  });
}

/// Tokens of a subject: neither wildcards nor blanks.
bool is_subject(std::string_view text) {
  return text.find_first_of("*> \t") == text.npos && !text.starts_with('.') && !text.ends_with('.');
}

void check_nats(const NatsSinkSettings& sink, Report& report) {
  if (sink.servers.empty()) report.wrong("servers", "is empty", "at least one");
  if (!is_subject(sink.subject)) report.wrong("subject", "is none", "words joined by dots");
  if (sink.stream.find_first_of("*>. \t/") != sink.stream.npos)
    report.wrong("stream", "has characters that NATS does not allow", "letters, digits, - and _");
}

void add_nats_stream(Table<NatsSinkSettings>& table) {
  table.text("stream", &NatsSinkSettings::stream,
             {.fallback = "DNS", .least = "1", .most = "255", .doc = "The stream."});
  table.text("subject", &NatsSinkSettings::subject,
             {.fallback = "dns",
              .least = "1",
              .most = "255",
              .doc = "The subject of messages, which must be one of the stream's."});
  table.boolean("create", &NatsSinkSettings::create,
                {.fallback = "true",
                 .doc = "Make the stream where there is none, for this subject and those below it, "
                        "with the four bounds that follow; one that is there stays as it is."});
  table.integer("replicas", &NatsSinkSettings::replicas,
                {.fallback = "1", .least = "1", .most = "5", .doc = "Servers that keep it."});
  table.duration("age", &NatsSinkSettings::age,
                 {.fallback = "0",
                  .least = "0",
                  .most = "3650d",
                  .doc = "It forgets what is older; 0 means no bound."});
  table.size("size", &NatsSinkSettings::octets,
             {.fallback = "0",
              .most = "1024TiB",
              .doc = "It forgets the oldest beyond this size; 0 means no bound."});
  table.duration("duplicates", &NatsSinkSettings::duplicates,
                 {.fallback = "2m",
                  .least = "100ms",
                  .most = "1d",
                  .doc = "For so long it knows a message again that is sent twice."});
}

}  // namespace

Table<NatsSinkSettings> nats_sink_table() {
  auto table = any_sink_table<NatsSinkSettings>("What is seen, as messages of a NATS JetStream.");
  table.text("servers", &NatsSinkSettings::servers,
             {.fallback = R"(["nats://127.0.0.1:4222"])",
              .least = "1",
              .most = "512",
              .doc = "The servers of a cluster, any of which will do.",
              .most_items = 64});
  add_nats_stream(table);
  add_message(table,
              "A further word of the subject: of the name one of 256, by its hash; of the client "
              "its address, with dashes.");
  table.integer("window", &NatsSinkSettings::window,
                {.fallback = "4096",
                 .least = "1",
                 .most = "1000000",
                 .doc = "How many messages may be on their way without an acknowledgement."});
  table.duration("timeout", &NatsSinkSettings::timeout,
                 {.fallback = "5s",
                  .least = "100ms",
                  .most = "5m",
                  .doc = "How long an acknowledgement may take, and a connection."});
  table.text("credentials_file", &NatsSinkSettings::credentials_file,
             {.fallback = "",
              .most = "4095",
              .doc = "The file of an account (JWT and seed), instead of user and password_file."});
  add_tls(table);
  table.text("subject_name", &NatsSinkSettings::subject_name,
             {.fallback = "",
              .most = "253",
              .doc = "The name that certificates must carry; empty means the host of the first "
                     "server."});
  table.check(check_nats);
  return table;
}

Table<KafkaSinkSettings> kafka_sink_table() {
  auto table = any_sink_table<KafkaSinkSettings>("What is seen, as messages of a topic of Kafka.");
  table.text("brokers", &KafkaSinkSettings::brokers,
             {.fallback = R"(["127.0.0.1:9092"])",
              .least = "1",
              .most = "512",
              .doc = "Brokers to begin with, HOST:PORT.",
              .most_items = 64});
  table.text("topic", &KafkaSinkSettings::topic,
             {.fallback = "dns", .least = "1", .most = "249", .doc = "The topic."});
  add_message(table,
              "The key of messages, by which they are spread over partitions: the name in lower "
              "case, or the client's address.");
  table.boolean(
      "transactional", &KafkaSinkSettings::transactional,
      {.fallback = "false",
       .doc = "Write each group of batches in a transaction: readers of what is committed "
              "see all of it or nothing."});
  table.choice("compression", &KafkaSinkSettings::compression,
               {{"none", KafkaCompression::kNone},
                {"gzip", KafkaCompression::kGzip},
                {"snappy", KafkaCompression::kSnappy},
                {"lz4", KafkaCompression::kLz4},
                {"zstd", KafkaCompression::kZstd}},
               {.fallback = "zstd", .doc = "How messages are compressed."});
  table.integer("window", &KafkaSinkSettings::window,
                {.fallback = "100000",
                 .least = "1",
                 .most = "10000000",
                 .doc = "How many messages may be on their way without an acknowledgement."});
  table.duration(
      "timeout", &KafkaSinkSettings::timeout,
      {.fallback = "30s",
       .least = "1s",
       .most = "15m",
       .doc = "How long an acknowledgement may take, attempts of the library included."});
  add_tls(table);
  table.text("mechanism", &KafkaSinkSettings::mechanism,
             {.fallback = "SCRAM-SHA-512",
              .least = "1",
              .most = "64",
              .doc = "With a user: how it proves who it is (SASL)."});
  table.check([](const KafkaSinkSettings& sink, Report& report) {
    if (sink.brokers.empty()) report.wrong("brokers", "is empty", "at least one");
  });
  return table;
}

Table<KinesisSinkSettings> kinesis_sink_table() {
  auto table =
      any_sink_table<KinesisSinkSettings>("What is seen, as records of a Kinesis data stream.");
  table.text("region", &KinesisSinkSettings::region,
             {.fallback = "us-east-1", .least = "1", .most = "64", .doc = "Where it is."});
  table.text("endpoint", &KinesisSinkSettings::endpoint,
             {.fallback = "",
              .most = "512",
              .doc = "The URL of its API; empty means that of the region."});
  table.text("stream", &KinesisSinkSettings::stream,
             {.fallback = "dns", .least = "1", .most = "128", .doc = "The data stream."});
  add_message(table,
              "The partition key: the name in lower case, or the client's address; without, every "
              "record has one of its own, and all shards get the same.");
  table.text(
      "credentials_file", &KinesisSinkSettings::credentials_file,
      {.fallback = "",
       .most = "4095",
       .doc = "A file with the identifier of the access key, the secret and, where there is "
              "one, the session token, a line each. Without it they are in AWS_ACCESS_KEY_ID, "
              "AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of the environment."});
  table.text("ca_file", &KinesisSinkSettings::ca_file,
             {.fallback = "",
              .most = "4095",
              .doc = "A PEM file of certificates to trust instead of the system's."});
  table.duration(
      "timeout", &KinesisSinkSettings::timeout,
      {.fallback = "30s", .least = "100ms", .most = "5m", .doc = "How long a request may take."});
  table.check([](const KinesisSinkSettings& sink, Report& report) {
    if (!sink.endpoint.empty() && !sink.endpoint.starts_with("https://") &&
        !sink.endpoint.starts_with("http://"))
      report.wrong("endpoint", "is no URL", "https://HOST, or http://HOST:PORT for a test");
  });
  return table;
}

Table<JsonSinkSettings> json_sink_table() {
  auto table = any_sink_table<JsonSinkSettings>(
      "What is seen, as lines of JSON over a connection: to log shippers, or to another weir.");
  table.text("to", &JsonSinkSettings::to,
             {.least = "1",
              .most = "4095",
              .doc = "The receiver: tcp:HOST:PORT, tls:HOST:PORT or unix:PATH."});
  table.choice("shape", &JsonSinkSettings::shape,
               {{"flat-json", flow::Format::kFlatJson},
                {"json", flow::Format::kJson},
                {"dnswatch", flow::Format::kDnswatch}},
               {.fallback = "flat-json",
                .doc = "How an observation is written: all of it, flat or nested; or a line a "
                       "look-up, of the few texts that DNSWatch ships."});
  table.boolean("skip_root", &JsonSinkSettings::skip_root,
                {.fallback = "false", .doc = "Leave out what is about the root."});
  table.duration("connect_timeout", &JsonSinkSettings::connect_timeout,
                 {.fallback = "5s",
                  .least = "10ms",
                  .most = "5m",
                  .doc = "How long a connection may take, TLS included."});
  table.table("tls", &JsonSinkSettings::tls,
              tls_asking_table("How a receiver over TLS proves who it is, and how weir does."));
  table.check(check_json);
  return table;
}

}  // namespace weir::app
