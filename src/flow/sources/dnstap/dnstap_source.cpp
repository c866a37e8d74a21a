// The source itself: who is let in, whom it dials, and which thread serves whom.
#include <fmt/format.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "flow/source.h"
#include "flow/sources/dnstap/worker.h"
#include "io/tls.h"

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
    door_ = std::make_unique<Doorway>(settings_, workers_.front()->loop());
    TRY_DONE(door_->open([this](Accepted accepted) { on_connection(std::move(accepted)); }));
    for (const StreamAddress& address : settings_.dial) TRY_DONE(dial(address));
    return Done{};
  }

  void start() override {
    for (const auto& worker : workers_) worker->start();
  }

  void stop() override {
    for (const auto& worker : workers_) worker->stop();
    door_->close();
  }

  void reopen() override { door_->reopen(); }

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
  Status dial(const StreamAddress& address);
  void on_connection(Accepted accepted);
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
  std::unique_ptr<Doorway> door_;
};

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

void DnstapSource::on_connection(Accepted accepted) {
  counters_.accepted.add();
  if (const std::string_view reason = door_->refusal(accepted, clients_); !reason.empty()) {
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
