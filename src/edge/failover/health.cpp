// Health checks: when to ask, what to make of the result, and who is told.
#include "edge/failover/health.h"

#include <algorithm>

#include "base/log.h"
#include "proto/dns/builder.h"
#include "proto/dns/message.h"

namespace weir::edge {
namespace {

constexpr uint16_t kUdpPayload = 1232;
constexpr unsigned kIndexBits = 16;  // of a token: which upstream; the bits above count the checks

}  // namespace

void HealthCheck::sent(Instant now) {
  waiting_ = true;
  next_ = std::max(next_ + settings_.interval, now);
}

HealthCheck::Change HealthCheck::passed() {
  waiting_ = false;
  if (up_) {
    in_a_row_ = 0;
    return Change::kNone;
  }
  if (++in_a_row_ < settings_.rise) return Change::kNone;
  up_ = true;
  in_a_row_ = 0;
  return Change::kUp;
}

HealthCheck::Change HealthCheck::failed() {
  waiting_ = false;
  if (!up_) {
    in_a_row_ = 0;
    return Change::kNone;
  }
  if (++in_a_row_ < settings_.max_failures) return Change::kNone;
  up_ = false;
  in_a_row_ = 0;
  return Change::kDown;
}

Result<std::unique_ptr<HealthChecks>> HealthChecks::start(io::Loop& loop, const Clock& clock,
                                                          const HealthSettings& settings,
                                                          std::vector<Target> targets) {
  auto checks =
      std::unique_ptr<HealthChecks>(new HealthChecks(loop, clock, settings, std::move(targets)));
  if (auto written = checks->write_question(); !written) return std::move(written).error();
  checks->send_due();
  return checks;
}

HealthChecks::HealthChecks(io::Loop& loop, const Clock& clock, const HealthSettings& settings,
                           std::vector<Target> targets)
    : clock_(clock), settings_(settings), timer_(loop) {
  for (const Target& target : targets) {
    checked_.push_back({target, HealthCheck(settings, clock.now())});
  }
}

Status HealthChecks::write_question() {
  auto name = dns::Name::parse(settings_.qname);
  if (!name) {
    return Error{Fault::kConfig, "health check name: " + name.error().what, false};
  }
  std::array<uint8_t, 512> buffer;
  dns::Builder builder(buffer, 0, dns::flag::kRd);
  builder.question(*name, dns::Type::kA);
  builder.begin_edns(kUdpPayload, 0, 0, false);
  builder.end_edns();
  question_.assign(builder.message().begin(), builder.message().end());
  return Done{};
}

void HealthChecks::send_due() {
  if (stopped_) return;
  const Instant now = clock_.now();
  std::optional<Instant> next;
  for (size_t i = 0; i < checked_.size(); ++i) {
    Checked& checked = checked_[i];
    if (checked.check.due().value_or(Instant::max()) <= now) {
      checked.check.sent(now);
      checked.token = kProbeToken | uint64_t{++sent_} << kIndexBits | i;
      checked.target.upstream.ask(checked.token, question_, now + settings_.timeout);
    }
    if (const auto due = checked.check.due()) next = std::min(next.value_or(*due), *due);
  }
  if (next) timer_.start(std::max(*next - now, Duration(0)), [this] { send_due(); });
}

HealthChecks::Checked* HealthChecks::find(AskToken token) {
  const size_t index = token & ((1u << kIndexBits) - 1);
  if (index >= checked_.size() || checked_[index].token != token) return nullptr;
  return &checked_[index];
}

// Any answer shows that the upstream works, NXDOMAIN and REFUSED too; SERVFAIL says it does not.
void HealthChecks::on_reply(AskToken token, Bytes message) {
  Checked* checked = find(token);
  const auto header = dns::Header::read(message);
  if (checked == nullptr || !header) return;
  if (header->rcode() == static_cast<uint8_t>(dns::Rcode::kServFail)) {
    failed(*checked, "SERVFAIL");
  } else {
    checked->target.state.proven = true;
    publish(*checked, checked->check.passed(), {});
  }
  send_due();
}

void HealthChecks::on_failure(AskToken token, AskFailure failure) {
  Checked* checked = find(token);
  if (checked == nullptr) return;
  if (failure == AskFailure::kOverload) {
    checked->check.skipped();  // our own limit was reached: nothing was learnt
  } else {
    failed(*checked, to_text(failure));
  }
  send_due();
}

void HealthChecks::failed(Checked& checked, std::string_view cause) {
  checked.target.state.health_failures->add();
  publish(checked, checked.check.failed(), cause);
}

void HealthChecks::publish(Checked& checked, HealthCheck::Change change, std::string_view cause) {
  if (change == HealthCheck::Change::kNone) return;
  const bool up = change == HealthCheck::Change::kUp;
  UpstreamState& state = checked.target.state;
  state.up = up;
  state.up_gauge->set(up ? 1 : 0);
  const std::string name = log::escape_text(state.name);
  if (up) {
    log::info("upstream " + name + " is up again");
  } else {
    log::warning("upstream " + name + " is down: health check: " + std::string(cause));
  }
}

void HealthChecks::stop() {
  stopped_ = true;
  timer_.stop();
}

}  // namespace weir::edge
