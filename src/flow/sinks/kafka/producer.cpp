// Settings to the library's words, and waiting with an end.
#include "flow/sinks/kafka/producer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <array>
#include <utility>
#include <vector>

#include "flow/secret.h"
#include "flow/sinks/stream_sink.h"

namespace weir::flow::kafka {
namespace {

constexpr int kStepMs = 50;  // between two looks whether there is no more time
constexpr int kLookMs = 1000;

int milliseconds(Duration duration) { return static_cast<int>(duration / 1ms); }

std::string_view word_of(KafkaCompression compression) {
  switch (compression) {
    case KafkaCompression::kNone: return "none";
    case KafkaCompression::kGzip: return "gzip";
    case KafkaCompression::kSnappy: return "snappy";
    case KafkaCompression::kLz4: return "lz4";
    case KafkaCompression::kZstd: return "zstd";
  }
  return "none";
}

Status set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf, name, value.c_str(), why.data(), why.size()) == RD_KAFKA_CONF_OK)
    return Done{};
  return Error{Fault::kConfig, why.data(), true};
}

/// Of this machine: a producer that comes back takes its place, and one elsewhere does not.
std::string transactional_id(const std::string& sink) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("weir-{}-{}", host.data(), sink);
}

Status heed(const std::string& doing, rd_kafka_error_t* error) {
  if (error == nullptr) return Done{};
  Error wrong{Fault::kPeer, doing + ": " + rd_kafka_error_string(error), true};
  rd_kafka_error_destroy(error);
  return wrong;
}

}  // namespace

/// What the library calls, in `rd_kafka_poll` of our own thread.
struct Callbacks {
  static void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto& producer = *static_cast<Producer*>(opaque);
    --producer.under_way_;
    producer.away_ = producer.away_ && message->err != RD_KAFKA_RESP_ERR_NO_ERROR;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    ++producer.failed_;
    const bool late = message->err == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
    ++producer.failures_[late ? "timeout" : "refused"];
    producer.what_ = rd_kafka_err2str(message->err);
  }
  static void wrong(rd_kafka_t*, int code, const char* why, void* opaque) {
    auto& producer = *static_cast<Producer*>(opaque);
    producer.what_ = why;
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) producer.away_ = true;
  }
};

Producer::Producer(const KafkaSinkSettings& settings) : settings_(settings) {}
Producer::~Producer() { close(); }
void Producer::Destroy::operator()(rd_kafka_s* producer) const { rd_kafka_destroy(producer); }

Status Producer::open() {
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  if (Status configured = configure(conf); !configured) {
    rd_kafka_conf_destroy(conf);
    return configured;
  }
  std::array<char, 512> why{};
  producer_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size()));
  if (!producer_) {
    rd_kafka_conf_destroy(conf);
    return Error{Fault::kConfig, why.data(), true};
  }
  away_ = true;
  Status answered = look();
  if (answered && settings_.transactional)
    answered = heed("begin with transactions",
                    rd_kafka_init_transactions(producer_.get(), milliseconds(settings_.timeout)));
  if (!answered) close();
  return answered;
}

Status Producer::configure(void* opaque_conf) const {
  auto* const conf = static_cast<rd_kafka_conf_t*>(opaque_conf);
  const std::vector<std::pair<const char*, std::string>> words = {
      {"client.id", "weir"},
      {"bootstrap.servers", fmt::format("{}", fmt::join(settings_.brokers, ","))},
      {"enable.idempotence", "true"},
      {"compression.codec", std::string(word_of(settings_.compression))},
      {"linger.ms", "5"},
      {"message.timeout.ms", std::to_string(milliseconds(settings_.timeout))},
      {"reconnect.backoff.max.ms", "1000"},
      {"queue.buffering.max.messages", std::to_string(settings_.window)}};
  for (const auto& [name, value] : words) TRY_DONE(set(conf, name, value));
  if (settings_.transactional) {
    TRY_DONE(set(conf, "transactional.id", transactional_id(settings_.name)));
    TRY_DONE(
        set(conf, "transaction.timeout.ms", std::to_string(milliseconds(2 * settings_.timeout))));
  }
  TRY_DONE(configure_trust(conf));
  rd_kafka_conf_set_opaque(conf, const_cast<Producer*>(this));
  rd_kafka_conf_set_dr_msg_cb(conf, &Callbacks::delivered);
  rd_kafka_conf_set_error_cb(conf, &Callbacks::wrong);
  rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  return Done{};
}

Status Producer::configure_trust(void* opaque_conf) const {
  auto* const conf = static_cast<rd_kafka_conf_t*>(opaque_conf);
  const bool has_user = !settings_.user.empty();
  const char* const protocol =
      settings_.tls ? (has_user ? "sasl_ssl" : "ssl") : (has_user ? "sasl_plaintext" : "plaintext");
  TRY_DONE(set(conf, "security.protocol", protocol));
  if (has_user) {
    TRY(const std::string password,
        read_secret("secret", settings_.password_file, kMostStreamSecret));
    TRY_DONE(set(conf, "sasl.mechanisms", settings_.mechanism));
    TRY_DONE(set(conf, "sasl.username", settings_.user));
    TRY_DONE(set(conf, "sasl.password", password));
  }
  if (!settings_.tls) return Done{};
  TRY_DONE(set(conf, "ssl.endpoint.identification.algorithm", "https"));
  if (!settings_.ca_file.empty()) TRY_DONE(set(conf, "ssl.ca.location", settings_.ca_file));
  if (settings_.certificate.empty()) return Done{};
  TRY_DONE(set(conf, "ssl.certificate.location", settings_.certificate));
  return set(conf, "ssl.key.location", settings_.certificate_key);
}

Status Producer::look() {
  rd_kafka_poll(producer_.get(), 0);
  if (!away_) return Done{};
  const struct rd_kafka_metadata* metadata = nullptr;
  const rd_kafka_resp_err_t answer =
      rd_kafka_metadata(producer_.get(), 0, nullptr, &metadata, kLookMs);
  if (answer != RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_poll(producer_.get(), 0);
    return trouble(rd_kafka_err2str(answer));
  }
  rd_kafka_metadata_destroy(metadata);
  away_ = false;
  return Done{};
}

Status Producer::trouble(const std::string& doing) const {
  std::string what = fmt::format("{}: {}", settings_.brokers.front(), doing);
  if (!what_.empty()) what += fmt::format(" ({})", what_);
  return Error{Fault::kPeer, std::move(what), true};
}

Status Producer::begin() {
  TRY_DONE(heed("begin a transaction", rd_kafka_begin_transaction(producer_.get())));
  in_transaction_ = true;
  return Done{};
}

Result<bool> Producer::send(const std::string& id, const std::string& key,
                            const std::string& text) {
  if (settings_.transactional && !in_transaction_) TRY_DONE(begin());
  std::array<rd_kafka_vu_t, 5> values{};
  values[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  values[0].u.cstr = settings_.topic.c_str();
  values[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  values[1].u.i = RD_KAFKA_MSG_F_COPY;
  values[2].vtype = RD_KAFKA_VTYPE_VALUE;
  values[2].u.mem = {const_cast<char*>(text.data()), text.size()};
  values[3].vtype = RD_KAFKA_VTYPE_HEADER;
  values[3].u.header = {"weir-id", id.data(), static_cast<ssize_t>(id.size())};
  values[4].vtype = RD_KAFKA_VTYPE_KEY;
  values[4].u.mem = {const_cast<char*>(key.data()), key.size()};
  for (;;) {
    rd_kafka_error_t* const error =
        rd_kafka_produceva(producer_.get(), values.data(), key.empty() ? 4 : 5);
    if (error == nullptr) break;
    const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      Status wrong = heed("send", error);
      if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) return false;
      return std::move(wrong).error();
    }
    rd_kafka_error_destroy(error);
    TRY_DONE(wait_for_room());
  }
  ++under_way_;
  rd_kafka_poll(producer_.get(), 0);
  return true;
}

/// The library says of every message within its timeout what became of it, so this has an end.
Status Producer::wait_for_room() {
  rd_kafka_poll(producer_.get(), kStepMs);
  if (failed_ > 0) return trouble("a message was not taken");
  if (interrupted_) return trouble("interrupted");
  return Done{};
}

Status Producer::finish() {
  if (!producer_) return Done{};
  while (under_way_ > 0) TRY_DONE(wait_for_room());
  if (failed_ > 0) return trouble("a message was not taken");
  if (!in_transaction_) return Done{};
  TRY_DONE(heed("commit",
                rd_kafka_commit_transaction(producer_.get(), milliseconds(settings_.timeout))));
  in_transaction_ = false;
  return Done{};
}

void Producer::abandon() {
  if (!producer_) return;
  if (in_transaction_) {
    const Status undone = heed("abort", rd_kafka_abort_transaction(producer_.get(), kLookMs));
    in_transaction_ = false;
    if (!undone) return close();
  }
  rd_kafka_purge(producer_.get(), RD_KAFKA_PURGE_F_QUEUE);
  while (under_way_ > 0 && !interrupted_) rd_kafka_poll(producer_.get(), kStepMs);
  std::array<char, 256> why{};
  const bool is_dead =
      rd_kafka_fatal_error(producer_.get(), why.data(), why.size()) != RD_KAFKA_RESP_ERR_NO_ERROR;
  if (is_dead || under_way_ > 0) close();
  failed_ = 0;
}

void Producer::close() {
  if (producer_) {
    rd_kafka_purge(producer_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_poll(producer_.get(), 0);
  }
  producer_.reset();
  under_way_ = failed_ = 0;
  in_transaction_ = away_ = false;
}

}  // namespace weir::flow::kafka
