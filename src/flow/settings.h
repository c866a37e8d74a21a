// What operators may set about the flow: batches, the store, sinks and their lanes, sources. Plain
// values; the table of keys, ranges and words stands in the configuration.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/endpoint.h"
#include "emit/target.h"
#include "flow/store/query_filter.h"
#include "io/capture/probe.h"
#include "proto/dnstap/stream_address.h"

namespace weir::flow {

using dnstap::StreamAddress;

/// What a lane does with a batch when its queue is full. `kBlock` makes the router wait, and with
/// it the sources: only for flows whose sources can (files).
enum class Overflow : uint8_t { kDropNewest, kDropOldest, kBlock };

/// How an observation becomes a record of a file.
enum class Format : uint8_t { kText, kShort, kFlatJson, kJson, kYaml, kDnstap, kPcap, kDnswatch };

struct BatchSettings {
  size_t observations = 512;
  size_t octets = 256 << 10;
  size_t ring_batches = 64;  // between one producer thread and the router
};

/// What must hold of an observation: of each list that is not empty, one entry.
struct Conditions {
  std::vector<dns::Name> names;  // asked for one of these, or below
  std::vector<Prefix> clients;
  std::vector<dns::Type> types;
  std::vector<dns::Rcode> rcodes;  // then queries do not meet it: they have none
  std::vector<model::MessageType> message_types;
};

/// What becomes of a client's address on its way to one sink.
enum class Anonymisation : uint8_t { kNone, kTruncate, kCryptoPan, kIpcrypt, kRemove };

struct AnonymiseSettings {
  Anonymisation way = Anonymisation::kNone;
  unsigned prefix_v4 = 24;  // what truncation leaves
  unsigned prefix_v6 = 48;
  std::string key_file;  // its first line: the key in hexadecimal
  Duration epoch{0};     // how long one key is in use; 0: for ever, the key of the file itself
};

struct LaneSettings {
  size_t queue_batches = 1024;
  size_t queue_octets = 128 << 20;
  Overflow overflow = Overflow::kDropNewest;
  size_t group_batches = 32;  // delivered together and settled once
  bool retry = true;          // false: a failure is the end, until the sink is reopened
  Duration retry_base = 1s;   // doubles with each failure
  Duration retry_most = 60s;
  uint64_t retry_attempts = 0;        // in a row; 0: no bound
  unsigned retry_jitter_percent = 0;  // of each pause, taken off by chance
  bool durable = false;               // it is fed from the journal
  // What reaches the sink, and in which form.
  std::optional<Conditions> only;
  std::optional<Conditions> except;
  uint32_t sample = 1;  // one transaction in so many
  AnonymiseSettings anonymise;
};

/// The journal of durable lanes.
struct JournalSettings {
  std::string path = "weir-data/journal";  // a folder
  uint64_t octets = 4ULL << 30;
  Duration age = 7 * 24h;  // what is older goes; 0: no bound
  /// What goes when there is no room: what comes, or the oldest segment. `kBlock` has no place
  /// here.
  Overflow overflow = Overflow::kDropOldest;
  uint64_t segment_octets = 64 << 20;
  emit::FileTarget::Sync sync = emit::FileTarget::Sync::kInterval;
  Duration sync_interval = 100ms;
  bool compress = true;  // sealed segments that some lane still wants
  size_t queue_batches = 1024;
  size_t queue_octets = 128 << 20;
};

/// When a file is closed, renamed and begun anew; 0 is never.
struct Rotation {
  uint64_t octets = 0;
  Duration age{0};
  size_t keep = 7;  // rotated files that stay
};

/// How much of the past a store keeps; 0 is no bound.
struct Retention {
  Duration age = 7 * 24h;
  uint64_t octets = 1ULL << 30;
};

// A kind of sink has a struct of its own; each has `name` (in the ledger and in metrics) and
// `lane`.

struct FileSinkSettings {
  std::string name;
  std::string path;  // "-" is standard output
  Format format = Format::kFlatJson;
  Rotation rotation;
  LaneSettings lane;
};

struct SqliteSinkSettings {
  std::string name;
  std::string path;
  Retention retention;
  bool raw_messages = false;  // keep the octets of messages too
  LaneSettings lane;
};

/// How we prove to clients of a TLS listener who we are, and whether they have to.
struct TlsServingSettings {
  std::string certificate;  // PEM: ours, then those between it and the authority
  std::string key;          // PEM
  std::string client_ca;    // PEM: whose certificates clients must have; empty: they need none
};

/// Whom we trust when we connect over TLS, and who we are if that is asked.
struct TlsAskingSettings {
  std::string subject_name;       // empty: from the address
  std::string ca_file;            // empty: the system's trust
  std::vector<std::string> pins;  // SHA-256 of the public key
  bool pins_only = false;
  std::string certificate;  // PEM; empty: none is shown
  std::string key;
};

/// Frame Streams to a receiver or into files.
struct DnstapSinkSettings {
  std::string name;
  std::string to;  // as emit::parse_target reads it
  bool bidirectional = true;
  Duration connect_timeout = 5s;
  Duration handshake_timeout = 5s;
  TlsAskingSettings tls;
  Rotation rotation;  // of files, as the two below
  emit::FileTarget::Sync sync = emit::FileTarget::Sync::kNone;
  Duration sync_interval = 1s;
  unsigned streams = 1;  // connections to the receiver, each with a lane of its own
  LaneSettings lane;
};

/// Lines of JSON to a receiver.
struct JsonSinkSettings {
  std::string name;
  std::string to;  // as emit::parse_target reads it; no file
  Format shape = Format::kFlatJson;
  bool skip_root = false;  // what is about the root has no line
  Duration connect_timeout = 5s;
  TlsAskingSettings tls;
  LaneSettings lane;
};

/// What decides where in a stream a message goes: those of one key keep their order.
enum class StreamKey : uint8_t { kNone, kName, kClient };

/// A stream of NATS JetStream, a message an observation.
struct NatsSinkSettings {
  std::string name;
  std::vector<std::string> servers = {"nats://127.0.0.1:4222"};
  std::string stream = "DNS";
  std::string subject = "dns";
  StreamKey key = StreamKey::kNone;  // one more word of the subject
  Format shape = Format::kFlatJson;
  bool create = true;          // the stream, where there is none
  unsigned replicas = 1;       // of a stream that is made, as the three below
  Duration age{0};             // 0: no bound
  uint64_t octets = 0;         // 0: no bound
  Duration duplicates = 2min;  // a message is known again for so long
  size_t window = 4096;        // messages on their way without a word
  Duration timeout = 5s;       // for that word, and for connecting
  std::string user;
  std::string password_file;     // its first line
  std::string credentials_file;  // of an account (JWT and seed)
  bool tls = false;
  std::string subject_name;  // of the certificate; empty: the server's name
  std::string ca_file;       // PEM; empty: the system's trust
  std::string certificate;   // PEM; empty: none is shown
  std::string certificate_key;
  LaneSettings lane;
};

enum class KafkaCompression : uint8_t { kNone, kGzip, kSnappy, kLz4, kZstd };

/// A topic of Kafka, a message an observation.
struct KafkaSinkSettings {
  std::string name;
  std::vector<std::string> brokers = {"127.0.0.1:9092"};
  std::string topic = "dns";
  StreamKey key = StreamKey::kNone;
  Format shape = Format::kFlatJson;
  bool transactional = false;  // a group of batches appears whole, or not at all
  KafkaCompression compression = KafkaCompression::kZstd;
  size_t window = 100'000;  // messages on their way without a word
  Duration timeout = 30s;   // for a message to be acknowledged
  std::string user;         // SASL, where there is one
  std::string password_file;
  std::string mechanism = "SCRAM-SHA-512";
  bool tls = false;
  std::string ca_file;
  std::string certificate;
  std::string certificate_key;
  LaneSettings lane;
};

/// A data stream of Kinesis, a record an observation.
struct KinesisSinkSettings {
  std::string name;
  std::string region = "us-east-1";
  std::string endpoint;  // empty: that of the region
  std::string stream = "dns";
  StreamKey key = StreamKey::kNone;
  Format shape = Format::kFlatJson;
  std::string credentials_file;  // two lines: the identifier and the secret
  std::string ca_file;
  Duration timeout = 30s;
  LaneSettings lane;
};

/// How the server proves who it is, in the words of libpq (sslmode).
enum class PostgresqlTls : uint8_t { kVerifyFull, kVerifyCa, kRequire, kDisable };

/// The table `dns_answers` (name, type, TTL, when), merged.
struct AnswerTableSettings {
  bool enabled = false;
  Duration window = 1s;   // sightings are gathered for so long
  size_t most = 100'000;  // or until there are so many names and types
};

/// A table of events in PostgreSQL, partitioned by time.
struct PostgresqlSinkSettings {
  std::string name;
  std::string host = "/run/postgresql";  // a folder is that of a Unix socket
  uint16_t port = 5432;
  std::string database = "weir";
  std::string user = "weir";
  std::string password_file;  // its first line
  std::string password_environment = "WEIR_POSTGRESQL_PASSWORD";
  PostgresqlTls tls = PostgresqlTls::kVerifyFull;  // not over Unix sockets
  std::string ca_file;                             // PEM; empty: the system's trust
  std::string certificate;                         // PEM; empty: none is shown
  std::string key;
  Duration timeout = 30s;  // for the server to take or to say something
  std::string schema = "public";
  std::string table = "dns_events";
  bool events = true;  // keep events; else only answers
  Duration partition = 24h;
  unsigned partitions_ahead = 2;
  Duration retention = 30 * 24h;  // 0: all is kept
  std::vector<std::string> indexes = {"time"};
  bool raw_messages = false;
  AnswerTableSettings answers;
  LaneSettings lane;
};

using SinkSettings =
    std::variant<FileSinkSettings, SqliteSinkSettings, DnstapSinkSettings, PostgresqlSinkSettings,
                 JsonSinkSettings, NatsSinkSettings, KafkaSinkSettings, KinesisSinkSettings>;

inline const std::string& name_of(const SinkSettings& sink) {
  return std::visit([](const auto& kind) -> const std::string& { return kind.name; }, sink);
}
inline const LaneSettings& lane_of(const SinkSettings& sink) {
  return std::visit([](const auto& kind) -> const LaneSettings& { return kind.lane; }, sink);
}
/// How many lanes share what goes there.
inline unsigned streams_of(const SinkSettings& sink) {
  const auto* const dnstap = std::get_if<DnstapSinkSettings>(&sink);
  return dnstap != nullptr ? dnstap->streams : 1;
}

/// What the file of a Unix socket is to be from the first moment.
struct SocketFileSettings {
  unsigned mode = 0660;
  std::string owner;  // name or number; empty: the process's
  std::string group;
};

/// What a source does while the flow has no room for what it would record.
enum class SourceOverflow : uint8_t {
  kWait,  // it stops reading, so that its senders wait or drop, as they are made
  kDrop,  // it goes on; the ledger counts what is lost
};

// A kind of source has a struct of its own; each has `name` (in the ledger and in metrics).

/// What sources have in common to which senders connect.
struct ListeningSourceSettings {
  std::string name;
  std::vector<StreamAddress> listen;
  SocketFileSettings socket;
  std::vector<Prefix> allow;        // who may connect over TCP and TLS
  size_t max_clients = 256;         // connected at once
  Duration handshake_timeout = 5s;  // of TLS; in dnstap until START has come
  Duration idle_timeout{0};         // without an octet; 0: for ever
  SourceOverflow overflow = SourceOverflow::kWait;
  TlsServingSettings tls;
};

struct DnstapSourceSettings : ListeningSourceSettings {
  std::vector<StreamAddress> dial;  // producers that listen
  size_t max_frame_octets = 256 << 10;
  uint64_t max_rate = 0;  // frames a second from one sender; 0: no bound
  unsigned threads = 1;
  TlsAskingSettings dial_tls;
};

/// Lines of JSON, or of key=value pairs.
struct JsonSourceSettings : ListeningSourceSettings {
  size_t max_line_octets = 64 << 10;
  std::string tag;           // who tells it, where the line does not say
  bool keep_unread = false;  // lines that are no record become observations of an unknown type
};

/// DNS with others than these is listed; where there are none, nothing is looked for.
struct BlindSpotSettings {
  std::vector<Prefix> resolvers;    // whom clients should ask
  std::vector<Prefix> doh_servers;  // known to answer DNS over HTTPS
  size_t entries = 4096;            // clients and servers that are listed
};

struct CaptureSourceSettings : io::CaptureOptions {
  std::string name;
  std::vector<std::string> interfaces;
  std::string netns;  // where they are: a name or a path; empty: where we are
  io::CaptureMethod method = io::CaptureMethod::kAuto;
  bool promiscuous = false;
  Duration pairing_patience = 10s;  // how long after a query its response is believed to be its own
  size_t pairing_queries = 1 << 16;  // that wait for their responses
  BlindSpotSettings blind_spots;
  /// An interface that is not there at the start is an error, and nothing to wait for.
  bool must_exist = false;
};

using SourceSettings =
    std::variant<DnstapSourceSettings, CaptureSourceSettings, JsonSourceSettings>;

inline const std::string& name_of(const SourceSettings& source) {
  return std::visit([](const auto& kind) -> const std::string& { return kind.name; }, source);
}

struct FlowSettings {
  BatchSettings batch;
  /// True when every source can be made to wait (`weir read`): taps then wait for room instead of
  /// dropping, and lanes may block.
  bool sources_wait = false;
  /// Nothing else is let in; what is not is not counted as received.
  std::optional<QueryFilter> only;
  /// The embedded store that queries are answered from, and any number of sinks beside it.
  bool store_enabled = true;
  SqliteSinkSettings store{.name = "store", .path = "weir-data/queries.db"};
  std::vector<SinkSettings> sinks;
  JournalSettings journal;
  /// What observes by itself.
  std::vector<SourceSettings> sources;
  /// Who we are in records, where the observation does not say (dnstap identity and version).
  std::string identity;
  std::string version;
};

}  // namespace weir::flow
