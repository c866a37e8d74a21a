// One command: connect, say it, read the word that comes back.
#include "universe/keep_warm/unbound_control.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "io/stream.h"
#include "io/unix_socket.h"

namespace weir::universe {
namespace {

constexpr size_t kMostReply = 4096;
// The name in the certificate that unbound-control-setup makes.
constexpr const char* kServerName = "unbound";

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::string flush_command(const Target& target) {
  // Names in presentation form hold no white space; unbound reads words.
  return fmt::format("UBCT1 flush_type {} {}\n", target.name.to_text(), dns::to_text(target.type));
}

class UnboundControl::Command final : io::StreamEvents {
 public:
  Command(UnboundControl& owner, Job job)
      : owner_(owner), job_(std::move(job)), timer_(owner.loop_) {
    const UnboundControlSettings& settings = owner.settings_;
    const dnstap::StreamAddress& to = settings.address;
    const io::StreamOptions options{.connect_timeout = settings.timeout};
    stream_ = to.kind == dnstap::StreamAddress::Kind::kUnix
                  ? io::connect_unix(owner.loop_, to.path, options, *this)
                  : io::connect_stream(owner.loop_, {*to.address, to.port}, owner.tls_.get(),
                                       options, *this);
    const std::string command = flush_command(job_.target);
    stream_->send(as_bytes(command));
    timer_.start(settings.timeout, [this] { end(Outcome::kUnreached, "no answer in time"); });
  }
  size_t index() const { return job_.index; }

 private:
  void on_data(Bytes octets) override {
    reply_ += as_text(octets);
    if (reply_.size() > kMostReply) end(Outcome::kRefused, "an answer without end");
  }
  void on_close(io::CloseCause cause, std::string_view detail) override {
    if (first_line(reply_) == "ok") return end(Outcome::kDone, {});
    if (!reply_.empty()) return end(Outcome::kRefused, first_line(reply_));
    end(Outcome::kUnreached,
        detail.empty() ? std::string(io::to_text(cause)) : std::string(detail));
  }
  void end(Outcome outcome, std::string_view why) {
    timer_.stop();
    owner_.ended(*this, outcome, why);
  }

  UnboundControl& owner_;
  const Job job_;
  std::string reply_;
  std::unique_ptr<io::Stream> stream_;
  io::Timer timer_;
};

UnboundControl::UnboundControl(io::Loop& loop, const UnboundControlSettings& settings,
                               Events events)
    : loop_(loop), settings_(settings), events_(std::move(events)) {}
UnboundControl::~UnboundControl() = default;

Result<std::unique_ptr<UnboundControl>> UnboundControl::create(
    io::Loop& loop, const UnboundControlSettings& settings, Events events) {
  std::unique_ptr<UnboundControl> control(new UnboundControl(loop, settings, std::move(events)));
  if (settings.address.kind == dnstap::StreamAddress::Kind::kTls) {
    TRY(control->tls_, io::TlsClient::create({.server_name = kServerName,
                                              .address = *settings.address.address,
                                              .ca_file = settings.server_certificate,
                                              .pins = {},
                                              .alpn = {},
                                              .resume = false,
                                              .certificate_file = settings.control_certificate,
                                              .key_file = settings.control_key}));
  }
  return control;
}

void UnboundControl::flush(std::vector<Job> jobs) {
  waiting_.assign(std::make_move_iterator(jobs.begin()), std::make_move_iterator(jobs.end()));
  begin_next();
}

void UnboundControl::begin_next() {
  ended_.clear();
  while (!waiting_.empty() && running_.size() < settings_.connections) {
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    running_.push_back(std::make_unique<Command>(*this, std::move(job)));
  }
  if (running_.empty()) events_.on_done();
}

/// What has ended is on the stack: it goes on the next turn.
void UnboundControl::ended(Command& command, Outcome outcome, std::string_view why) {
  const auto at = std::ranges::find(running_, &command, &std::unique_ptr<Command>::get);
  if (at == running_.end()) return;
  ended_.push_back(std::move(*at));
  running_.erase(at);
  events_.on_flushed(command.index(), outcome, why);
  if (ended_.size() == 1) loop_.post([this] { begin_next(); });
}

}  // namespace weir::universe
