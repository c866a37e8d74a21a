// NATS JetStream as a sink: messages go out by the thousand, each with an identity by which the
// stream knows it again, and the lane goes on when all have been acknowledged. cnats reconnects by
// itself; what was under way then is sent again, and kept once.
#include <fmt/format.h>
#include <nats/nats.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "flow/secret.h"
#include "flow/sinks/nats/acknowledgements.h"
#include "flow/sinks/nats/libnats.h"
#include "flow/sinks/stream_sink.h"

namespace weir::flow {
namespace nats {
namespace {

constexpr const char* kSystemTrust = "/etc/ssl/certs/ca-certificates.crt";
constexpr int64_t kReconnectMs = 250;
constexpr int64_t kPingMs = 10'000;
constexpr int kForEver = -1;
constexpr size_t kHeaderOctets = 256;  // of a message, beside its identity

template <auto Destroy>
struct Destroyer {
  template <typename Thing>
  void operator()(Thing* thing) const {
    Destroy(thing);
  }
};
template <typename Thing, auto Destroy>
using Owned = std::unique_ptr<Thing, Destroyer<Destroy>>;

int64_t milliseconds(Duration duration) { return duration / 1ms; }

Error trouble(const std::string& doing, natsStatus status) {
  const char* const last = nats_GetLastError(nullptr);
  std::string what = doing + ": " + natsStatus_GetText(status);
  if (last != nullptr && *last != '\0') what += fmt::format(" ({})", last);
  return {Fault::kPeer, std::move(what), true};
}

Status done(const std::string& doing, natsStatus status) {
  if (status == NATS_OK) return Done{};
  return trouble(doing, status);
}

/// The word of the server about one message, from a thread of the library.
void on_acknowledgement(jsCtx*, natsMsg* message, jsPubAck* taken, jsPubAckErr* wrong,
                        void* closure) {
  auto& acknowledgements = *static_cast<Acknowledgements*>(closure);
  natsMsg_Destroy(message);
  if (taken != nullptr) return acknowledgements.acknowledged(taken->Duplicate);
  const bool timeout = wrong == nullptr || wrong->Err == NATS_TIMEOUT;
  const char* text = wrong != nullptr ? wrong->ErrText : nullptr;
  if (text == nullptr) text = natsStatus_GetText(wrong != nullptr ? wrong->Err : NATS_TIMEOUT);
  acknowledgements.refused(timeout, text);
}

/// The host of `nats://user@host:4222`.
std::string host_of(std::string_view server) {
  if (const size_t scheme = server.find("://"); scheme != server.npos)
    server.remove_prefix(scheme + 3);
  if (const size_t at = server.find('@'); at != server.npos) server.remove_prefix(at + 1);
  if (server.starts_with('[')) return std::string(server.substr(1, server.find(']') - 1));
  return std::string(server.substr(0, server.find(':')));
}

class NatsSink final : public StreamSink {
 public:
  NatsSink(const NatsSinkSettings& settings, std::unique_ptr<Encoder> encoder,
           metrics::Registry& registry)
      : StreamSink(settings.name, settings.key, std::move(encoder), registry),
        settings_(settings) {}
  ~NatsSink() override { disconnect(); }

  Status tend(WallTime) override {
    TRY_DONE(ensure_open());
    return look();
  }
  void reopen() override { disconnect(); }
  void close() override { disconnect(); }
  void interrupt() override {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    acknowledgements_->interrupt();
  }

 private:
  Status ensure_open() override {
    if (connection_) return look();
    Status connected = connect();
    if (!connected) disconnect();
    return connected;
  }

  /// cnats connects again by itself; until then the destination is away.
  Status look() const {
    if (natsConnection_Status(connection_.get()) == NATS_CONN_STATUS_CONNECTED) return Done{};
    return Error{Fault::kPeer, fmt::format("{} is away", settings_.servers.front()), true};
  }

  Status connect();
  Status set_options(natsOptions* options) const;
  Status set_tls(natsOptions* options) const;
  Status find_stream();
  Status make_stream();
  Result<Taken> publish(const StreamMessage& message) override;
  Status await_acknowledgements() override;
  void abandon() override;
  void count(const Acknowledgements::Outcome& outcome);
  Status failure(Acknowledgements::Outcome outcome);
  void disconnect();

  /// Beyond it cnats has said of each message what became of it.
  Duration patience() const { return 2 * settings_.timeout; }

  const NatsSinkSettings settings_;
  std::mutex mutex_;  // held where the pointer below changes, and where another thread uses it
  bool interrupted_ = false;
  std::unique_ptr<Acknowledgements> acknowledgements_ = std::make_unique<Acknowledgements>();
  Owned<natsConnection, &natsConnection_Destroy> connection_;
  Owned<jsCtx, &jsCtx_Destroy> stream_;
  size_t most_octets_ = 0;
  std::string subject_;
};

Status NatsSink::connect() {
  natsOptions* made = nullptr;
  TRY_DONE(done("prepare", natsOptions_Create(&made)));
  const Owned<natsOptions, &natsOptions_Destroy> options(made);
  TRY_DONE(set_options(made));
  natsConnection* connection = nullptr;
  TRY_DONE(
      done("connect to " + settings_.servers.front(), natsConnection_Connect(&connection, made)));
  connection_.reset(connection);
  jsOptions words;
  jsOptions_Init(&words);
  words.Wait = milliseconds(settings_.timeout);
  words.PublishAsync.MaxPending = static_cast<int64_t>(2 * settings_.window);  // ours is nearer
  words.PublishAsync.AckHandler = &on_acknowledgement;
  words.PublishAsync.AckHandlerClosure = acknowledgements_.get();
  jsCtx* stream = nullptr;
  TRY_DONE(done("prepare", natsConnection_JetStream(&stream, connection, &words)));
  stream_.reset(stream);
  most_octets_ = static_cast<size_t>(natsConnection_GetMaxPayload(connection));
  return find_stream();
}

Status NatsSink::set_options(natsOptions* options) const {
  std::vector<const char*> servers;
  for (const std::string& server : settings_.servers) servers.push_back(server.c_str());
  TRY_DONE(done("servers",
                natsOptions_SetServers(options, servers.data(), static_cast<int>(servers.size()))));
  natsOptions_SetName(options, "weir");
  natsOptions_SetTimeout(options, milliseconds(settings_.timeout));
  natsOptions_SetMaxReconnect(options, kForEver);
  natsOptions_SetReconnectWait(options, kReconnectMs);
  natsOptions_SetPingInterval(options, kPingMs);
  if (!settings_.user.empty()) {
    TRY(const std::string password,
        read_secret("secret", settings_.password_file, kMostStreamSecret));
    TRY_DONE(
        done("user", natsOptions_SetUserInfo(options, settings_.user.c_str(), password.c_str())));
  }
  if (!settings_.credentials_file.empty())
    TRY_DONE(done("read " + settings_.credentials_file,
                  natsOptions_SetUserCredentialsFromFiles(
                      options, settings_.credentials_file.c_str(), nullptr)));
  return settings_.tls ? set_tls(options) : Status(Done{});
}

Status NatsSink::set_tls(natsOptions* options) const {
  TRY_DONE(done("tls", natsOptions_SetSecure(options, true)));
  const char* const trust = settings_.ca_file.empty() ? kSystemTrust : settings_.ca_file.c_str();
  TRY_DONE(
      done(std::string("read ") + trust, natsOptions_LoadCATrustedCertificates(options, trust)));
  if (!settings_.certificate.empty())
    TRY_DONE(done("read " + settings_.certificate,
                  natsOptions_LoadCertificatesChain(options, settings_.certificate.c_str(),
                                                    settings_.certificate_key.c_str())));
  const std::string host =
      settings_.subject_name.empty() ? host_of(settings_.servers.front()) : settings_.subject_name;
  return done("tls", natsOptions_SetExpectedHostname(options, host.c_str()));
}

Status NatsSink::find_stream() {
  jsStreamInfo* info = nullptr;
  const natsStatus found =
      js_GetStreamInfo(&info, stream_.get(), settings_.stream.c_str(), nullptr, nullptr);
  jsStreamInfo_Destroy(info);
  if (found == NATS_NOT_FOUND && settings_.create) return make_stream();
  return done("look for the stream " + settings_.stream, found);
}

Status NatsSink::make_stream() {
  const std::string below = settings_.subject + ".>";
  std::vector<const char*> subjects = {settings_.subject.c_str(), below.c_str()};
  jsStreamConfig config;
  jsStreamConfig_Init(&config);
  config.Name = settings_.stream.c_str();
  config.Subjects = subjects.data();
  config.SubjectsLen = static_cast<int>(subjects.size());
  config.Replicas = settings_.replicas;
  if (settings_.age > Duration::zero()) config.MaxAge = settings_.age.count();
  if (settings_.octets > 0) config.MaxBytes = static_cast<int64_t>(settings_.octets);
  config.Duplicates = settings_.duplicates.count();
  jsStreamInfo* info = nullptr;
  const natsStatus made = js_AddStream(&info, stream_.get(), &config, nullptr, nullptr);
  jsStreamInfo_Destroy(info);
  return done("make the stream " + settings_.stream, made);
}

/// One word more for the key: of names one of 256, of clients their address with dashes.
void append_key(StreamKey by, std::string_view key, std::string& subject) {
  if (key.empty()) return;
  subject += '.';
  if (by == StreamKey::kName) {
    subject += fmt::format("{:02x}", hash64(as_bytes(key)) & 0xff);
    return;
  }
  for (const char c : key) subject += c == '.' || c == ':' ? '-' : c;
}

Result<StreamSink::Taken> NatsSink::publish(const StreamMessage& message) {
  if (message.text.size() + message.id.size() + kHeaderOctets > most_octets_) return Taken::kNever;
  subject_ = settings_.subject;
  append_key(settings_.key, message.key, subject_);
  if (!acknowledgements_->enter(settings_.window, patience()))
    return failure(acknowledgements_->take()).error();
  const std::string id(message.id);
  jsPubOptions options;
  jsPubOptions_Init(&options);
  options.MsgId = id.c_str();
  options.ExpectStream = settings_.stream.c_str();
  options.MaxWait = milliseconds(settings_.timeout);
  const natsStatus sent = js_PublishAsync(stream_.get(), subject_.c_str(), message.text.data(),
                                          static_cast<int>(message.text.size()), &options);
  if (sent == NATS_OK) return Taken::kYes;
  acknowledgements_->withdraw();
  return trouble("publish", sent);
}

Status NatsSink::await_acknowledgements() {
  const bool drained = acknowledgements_->drain(patience());
  Acknowledgements::Outcome outcome = acknowledgements_->take();
  const bool well = drained && outcome.timeouts + outcome.refusals == 0;
  count(outcome);
  return well ? Status(Done{}) : failure({.what = std::move(outcome.what)});
}

Status NatsSink::failure(Acknowledgements::Outcome outcome) {
  count(outcome);
  return Error{Fault::kPeer,
               outcome.what.empty() ? "no word about messages within the timeout"
                                    : "a message was not taken: " + outcome.what,
               true};
}

void NatsSink::count(const Acknowledgements::Outcome& outcome) {
  duplicates().add(outcome.duplicates);
  count_failures("timeout", outcome.timeouts);
  count_failures("refused", outcome.refusals);
}

/// Each gets its word or runs out of time; only a library that says nothing loses its connection.
void NatsSink::abandon() {
  if (!acknowledgements_->drain(patience())) disconnect();
  count(acknowledgements_->take());
}

void NatsSink::disconnect() {
  if (!acknowledgements_->drain(connection_ ? patience() : Duration::zero())) {
    // A call may still come, at any time: it finds what it was told to tell.
    const std::lock_guard lock(mutex_);
    static_cast<void>(acknowledgements_.release());
    acknowledgements_ = std::make_unique<Acknowledgements>();
    if (interrupted_) acknowledgements_->interrupt();
  }
  stream_.reset();
  connection_.reset();
}

}  // namespace
}  // namespace nats

Result<std::unique_ptr<Sink>> make_nats_sink(const NatsSinkSettings& settings,
                                             std::unique_ptr<Encoder> encoder,
                                             metrics::Registry& registry) {
  TRY_DONE(nats::load_libnats());
  return std::unique_ptr<Sink>(
      std::make_unique<nats::NatsSink>(settings, std::move(encoder), registry));
}

}  // namespace weir::flow
