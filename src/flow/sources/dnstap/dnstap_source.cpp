// The source itself: what it listens on, who is let in, and which thread serves whom.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "flow/source.h"
#include "flow/sources/dnstap/worker.h"
#include "io/stream.h"
#include "io/tls.h"
#include "io/unix_socket.h"

namespace weir::flow {
namespace dnstap_source {
namespace {

using Kind = StreamAddress::Kind;

class DnstapSource final : public Source {
 public:
  DnstapSource(const DnstapSourceSettings& settings, SourceContext context)
      : settings_(settings),
        context_(std::move(context)),
        counters_(context_.metrics, context_.name),
        log_(context_.clock) {
    for (unsigned i = 0; i < settings_.threads; ++i)
      workers_.push_back(std::make_unique<Worker>(settings_, context_, counters_, clients_));
  }

  Status open() {
    if (serves_tls()) {
      TRY(tls_server_, make_tls_server());
    }
    for (const StreamAddress& address : settings_.listen) TRY_DONE(listen(address));
    for (const StreamAddress& address : settings_.dial) TRY_DONE(dial(address));
    return Done{};
  }

  void start() override {
    for (const auto& worker : workers_) worker->start();
  }

  void stop() override {
    for (const auto& worker : workers_) worker->stop();
    listeners_.clear();
  }

  /// Senders that are connected stay as they are; those that come see the new certificate.
  void reopen() override {
    if (!serves_tls()) return;
    auto fresh = make_tls_server();
    if (!fresh)
      return log::error(fmt::format("source {}: the certificate stays the old one: {}",
                                    settings_.name, fresh.error().what));
    std::shared_ptr<io::TlsServer> server = *std::move(fresh);
    workers_.front()->loop().post([this, server] { tls_server_ = server; });
  }

  std::vector<std::string> complaints() const override {
    std::vector<std::string> complaints;
    for (const StreamAddress& address : settings_.listen) {
      std::error_code failed;
      if (address.kind == Kind::kUnix && !std::filesystem::is_socket(address.path, failed))
        complaints.push_back(address.to_text() + ": the file is gone, and nobody can connect");
    }
    for (const auto& worker : workers_)
      for (std::string& complaint : worker->complaints())
        complaints.push_back(std::move(complaint));
    return complaints;
  }

 private:
  Status listen(const StreamAddress& address);
  Status dial(const StreamAddress& address);
  bool serves_tls() const {
    const auto is_tls = [](const StreamAddress& address) { return address.kind == Kind::kTls; };
    return std::ranges::any_of(settings_.listen, is_tls);
  }
  Result<std::unique_ptr<io::TlsServer>> make_tls_server() const;
  void on_connection(Kind kind, Accepted accepted);
  std::string_view refusal(Kind kind, const Endpoint& peer) const;
  Worker& next_worker() { return *workers_[next_worker_++ % workers_.size()]; }

  const DnstapSourceSettings settings_;
  SourceContext context_;
  Counters counters_;
  SparseLog log_;  // of the first worker's thread, where connections are accepted
  std::atomic<size_t> clients_{0};
  std::vector<std::unique_ptr<io::TlsClient>> tls_clients_;
  std::vector<std::unique_ptr<Worker>> workers_;
  // From here on of the first worker's thread, once it runs.
  size_t next_worker_ = 0;
  std::shared_ptr<io::TlsServer> tls_server_;  // replaced at `reopen`
  std::vector<std::unique_ptr<io::Listener>> listeners_;
};

Result<std::unique_ptr<io::TlsServer>> DnstapSource::make_tls_server() const {
  return io::TlsServer::create({.certificate_file = settings_.tls.certificate,
                                .key_file = settings_.tls.key,
                                .client_ca_file = settings_.tls.client_ca});
}

Status DnstapSource::listen(const StreamAddress& address) {
  io::Loop& loop = workers_.front()->loop();
  const auto on_accept = [this, kind = address.kind](UniqueFd fd, Endpoint peer, Endpoint local) {
    std::string name = kind == Kind::kUnix ? io::peer_process(fd.get()) : peer.to_text();
    on_connection(kind, {std::move(fd), peer, local, std::move(name),
                         kind == Kind::kTls ? tls_server_ : nullptr});
  };
  if (address.kind == Kind::kUnix) {
    const io::SocketFile file{address.path, settings_.socket.mode, settings_.socket.owner,
                              settings_.socket.group};
    TRY(listeners_.emplace_back(), io::listen_unix(loop, file, on_accept));
  } else {
    TRY(listeners_.emplace_back(),
        io::listen_stream(loop, {*address.address, address.port}, false, on_accept));
  }
  return Done{};
}

Status DnstapSource::dial(const StreamAddress& address) {
  io::TlsClient* tls = nullptr;
  if (address.kind == Kind::kTls) {
    io::TlsClientSettings settings;
    settings.server_name = settings_.dial_tls.subject_name;
    if (settings.server_name.empty() && !address.address) settings.server_name = address.host;
    settings.address = address.address.value_or(IpAddress());
    settings.ca_file = settings_.dial_tls.ca_file;
    settings.pins = settings_.dial_tls.pins;
    settings.pins_only = settings_.dial_tls.pins_only;
    settings.certificate_file = settings_.dial_tls.certificate;
    settings.key_file = settings_.dial_tls.key;
    TRY(tls_clients_.emplace_back(), io::TlsClient::create(settings));
    tls = tls_clients_.back().get();
  }
  next_worker().dial(address, tls);
  return Done{};
}

/// Why a connection is closed at once; empty if it is welcome.
std::string_view DnstapSource::refusal(Kind kind, const Endpoint& peer) const {
  const auto allows = [&](const Prefix& prefix) { return prefix.contains(peer.address); };
  if (kind != Kind::kUnix && std::ranges::none_of(settings_.allow, allows)) return "acl";
  if (clients_ >= settings_.max_clients) return "max_clients";
  return {};
}

void DnstapSource::on_connection(Kind kind, Accepted accepted) {
  counters_.accepted.add();
  if (const std::string_view reason = refusal(kind, accepted.peer); !reason.empty()) {
    counters_.refused(reason);
    log_.write(log::Level::kWarning, fmt::format("dnstap source {}: {} is refused: {}",
                                                 settings_.name, accepted.name, reason));
    return;
  }
  ++clients_;
  next_worker().adopt(std::move(accepted));
}

}  // namespace
}  // namespace dnstap_source

Result<std::unique_ptr<Source>> make_dnstap_source(const DnstapSourceSettings& settings,
                                                   SourceContext context) {
  auto source = std::make_unique<dnstap_source::DnstapSource>(settings, std::move(context));
  TRY_DONE(source->open());
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace weir::flow
