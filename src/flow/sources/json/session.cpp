// From octets to lines, with a stop wherever the flow or a limit says so.
#include "flow/sources/json/session.h"

#include <fmt/format.h>

#include <utility>

#include "base/units.h"

namespace weir::flow::json_source {

Session::Session(io::Loop& loop, const Clock& clock, const JsonSourceSettings& settings,
                 Counters& counters, SparseLog& troubles, std::string peer, Intake& intake)
    : clock_(clock),
      settings_(settings),
      counters_(counters),
      troubles_(troubles),
      peer_(std::move(peer)),
      intake_(intake),
      silence_(loop) {
  counters_.senders.add(1);
}

Session::~Session() { counters_.senders.add(-1); }

void Session::begin(std::unique_ptr<io::Stream> stream) {
  stream_ = std::move(stream);
  last_octet_ = clock_.now();
  watch_idleness();
}

void Session::on_data(Bytes octets) {
  counters_.octets.add(octets.size());
  last_octet_ = clock_.now();
  text_ += as_text(octets);
  work();
}

/// Takes lines until there is no whole one left, or no room for another.
void Session::work() {
  size_t taken = 0;
  for (;;) {
    const size_t end = text_.find('\n', seen_);
    if (end == text_.npos) break;
    if (!intake_.has_room()) {
      keep_rest(taken);
      return intake_.on_full();
    }
    const std::string_view line = std::string_view(text_).substr(taken, end - taken);
    taken = seen_ = end + 1;
    if (std::exchange(passing_over_, false)) continue;  // its end only; it has been counted
    if (line.size() > settings_.max_line_octets) {
      complain(LineFault::kTooLong);
      continue;
    }
    intake_.take(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line, *this);
  }
  keep_rest(taken);
  seen_ = text_.size();
  if (text_.size() <= settings_.max_line_octets) return;
  if (!std::exchange(passing_over_, true)) complain(LineFault::kTooLong);
  text_.clear();
  seen_ = 0;
}

void Session::keep_rest(size_t taken) {
  text_.erase(0, taken);
  seen_ -= taken;
}

void Session::pause() {
  paused_ = true;
  stream_->pause_reading(true);
}

void Session::resume() {
  paused_ = false;
  stream_->pause_reading(false);
  work();
}

void Session::complain(LineFault fault) {
  counters_.malformed(fault);
  if (fault == LineFault::kTooLong) counters_.lines.add();
  if (std::exchange(complained_, true)) return;
  troubles_.write(log::Level::kWarning,
                  fmt::format("json source {}: {} sent a line that is no record ({}); it is not "
                              "told again",
                              settings_.name, peer_, to_text(fault)));
}

void Session::watch_idleness() {
  const Duration idle = settings_.idle_timeout;
  if (idle == Duration::zero()) return;
  const Duration silent = paused_ ? Duration::zero() : clock_.now() - last_octet_;
  silence_.start(std::max(idle - silent, Duration(1ms)), [this] { on_silence(); });
}

void Session::on_silence() {
  if (paused_ || clock_.now() - last_octet_ < settings_.idle_timeout) return watch_idleness();
  counters_.failed("idle_timeout");
  intake_.on_ended(*this);
}

/// A line without its end may be half of one.
void Session::on_close(io::CloseCause cause, std::string_view detail) {
  if (!text_.empty() && !paused_) complain(LineFault::kTorn);
  if (cause != io::CloseCause::kEndOfStream) {
    counters_.failed(io::to_text(cause));
    troubles_.write(log::Level::kWarning,
                    fmt::format("json source {}: {} is closed: {} ({})", settings_.name, peer_,
                                detail, io::to_text(cause)));
  }
  intake_.on_ended(*this);
}

}  // namespace weir::flow::json_source
