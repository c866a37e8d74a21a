// Rounds, rests, and outages.
#include "producer/writer.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <system_error>
#include <utility>

namespace weir::producer {
namespace {

// A ring gives room back at least so often.
constexpr size_t kMostAtOnce = 64 << 10;
// How often the outlet looks for a receiver that went away: within 1 s, whatever else happens.
constexpr Duration kTendEvery = 400ms;

/// No signal of the program is handled on our thread.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

Writer::Writer(std::unique_ptr<emit::Outlet> outlet, Rings& rings, WriterSettings settings,
               const Clock& clock, Random& random)
    : outlet_(std::move(outlet)),
      rings_(rings),
      settings_(std::move(settings)),
      clock_(clock),
      backoff_(settings_.reconnect, &random) {
  if (outlet_->is_open()) {
    connects_ = 1;
    state_ = tap::State::kOpen;
    fresh_ = true;
  }
}

Status Writer::start() {
  const SignalsBlocked blocked;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& refused) {
    return system_error("no thread for dnstap", refused.code().value());
  }
  pthread_setname_np(thread_.native_handle(), "weir-dnstap");
  return Done{};
}

void Writer::run() {
  while (true) {
    const Rest next = step();
    if (is_finished()) return;
    rest(next);
  }
}

void Writer::rest(Rest rest) {
  if (rest.most <= Duration(0)) return;
  // Of an outlet that is away the callers need not tell anything.
  const Mood mood = !outlet_->is_open() ? Mood::kAwake
                    : rest.idle         ? Mood::kAsleep
                                        : Mood::kGathering;
  mood_.store(mood);
  if (!anything_to_do(mood)) doorbell_.wait(rest.most);
  mood_.store(Mood::kAwake);
}

/// Looked at after `mood` can be seen: what came before that did not ring.
bool Writer::anything_to_do(Mood mood) {
  if (mood == Mood::kAwake) return false;
  return std::ranges::any_of(rings_.all(), [&](const auto& ring) {
    return mood == Mood::kAsleep ? !ring->empty() : ring->half_full();
  });
}

Writer::Rest Writer::step() {
  if (closing_.load()) return step_closing();
  const uint64_t wanted = flush_wanted_.load();
  if (state_ == tap::State::kExhausted) {
    drop_all(tap::Outcome::kExhausted);
    flushed_up_to(wanted);
    return {kTendEvery, true};
  }
  if (!outlet_->is_open()) {
    const Instant now = clock_.now();
    if (now < try_again_) return {try_again_ - now, true};
    if (!try_open()) return {};
  }
  const uint64_t sent_before = sent_;
  if (!write_all()) return {};
  flushed_up_to(wanted);
  const Instant now = clock_.now();
  if (now >= tend_again_) {
    tend_again_ = now + kTendEvery;
    if (Status well = outlet_->tend(clock_.wall_now()); !well) {
      failed(well.error());
      return {};
    }
    stood();
  }
  const bool idle = sent_ == sent_before;
  return {idle ? tend_again_ - now : std::min(settings_.flush_interval, tend_again_ - now), idle};
}

/// Everything that was queued when flushes up to this one began is dealt with.
void Writer::flushed_up_to(uint64_t wanted) {
  {
    const std::lock_guard lock(mutex_);
    flushed_ = wanted;
  }
  turned_.notify_all();
}

bool Writer::try_open() {
  state_ = tap::State::kConnecting;
  if (Status opened = outlet_->open(); !opened) {
    failed(opened.error());
    return false;
  }
  ++connects_;
  state_ = tap::State::kOpen;
  fresh_ = true;
  tend_again_ = clock_.now() + kTendEvery;
  return true;
}

/// What is queued now; false when the outlet failed.
bool Writer::write_all() {
  for (const auto& ring : rings_.all()) {
    const uint64_t end = ring->tail();
    while (ring->head() < end)
      if (!write_ring(*ring)) return false;
  }
  return true;
}

bool Writer::write_ring(Ring& ring) {
  const Ring::Part part = ring.oldest(kMostAtOnce);
  const emit::Written written = outlet_->write(part.frames);
  const size_t count = written.octets == part.frames.size()
                           ? part.count
                           : count_frames(part.frames.first(written.octets));
  ring.settled().add(tap::Outcome::kAccepted, count);
  sent_ += count;
  ring.release(written.octets);
  if (written.error) {
    failed(*written.error);
    return false;
  }
  stood();
  return true;
}

uint64_t Writer::drop_all(tap::Outcome why) {
  uint64_t dropped = 0;
  for (const auto& ring : rings_.all()) {
    for (Ring::Part part = ring->oldest(kMostAtOnce); part.count > 0;
         part = ring->oldest(kMostAtOnce)) {
      ring->settled().add(why, part.count);
      ring->release(part.frames.size());
      dropped += part.count;
    }
  }
  return dropped;
}

/// The last rounds, as long as there is time; then the end.
Writer::Rest Writer::step_closing() {
  if (state_ != tap::State::kExhausted && !out_of_time_) {
    const bool queued = rings_.totals().queued > 0;
    const bool due = !std::exchange(hurried_, true) || clock_.now() >= try_again_;
    const bool open = outlet_->is_open() || (queued && due && try_open());
    const bool done = !queued || (open && write_all());
    if (!done && state_ == tap::State::kWaiting) return {try_again_ - clock_.now(), true};
  }
  if (outlet_->is_open()) outlet_->close();
  const bool exhausted = state_ == tap::State::kExhausted;
  left_behind_ = drop_all(exhausted ? tap::Outcome::kExhausted : tap::Outcome::kClosed);
  refusal_ = tap::Outcome::kClosed;
  {
    const std::lock_guard lock(mutex_);
    state_ = tap::State::kClosed;
  }
  turned_.notify_all();
  return {};
}

/// The outlet works: it wrote, or stood for a while. Only then an outage is over.
void Writer::stood() {
  if (!fresh_) return;
  fresh_ = false;
  backoff_.reset();
  if (!outage_) return;
  outage_ = false;
  tell(tap::Severity::kInfo, fmt::format("dnstap to {} works again", settings_.name));
}

void Writer::failed(const Error& error) {
  ++failures_;
  fresh_ = false;
  {
    const std::lock_guard lock(mutex_);
    last_error_ = error.what;
  }
  const std::optional<Duration> pause = backoff_.next();
  if (pause) {
    try_again_ = clock_.now() + *pause;
    state_ = tap::State::kWaiting;
  } else {
    refusal_ = tap::Outcome::kExhausted;
    state_ = tap::State::kExhausted;
  }
  if (out_of_time_ || (outage_ && pause)) return;  // it was us who gave up, or it is known
  outage_ = true;
  tell(tap::Severity::kWarning,
       fmt::format("dnstap: {}; {}", error.what,
                   pause ? "messages wait, as far as there is room" : "giving up"));
}

void Writer::tell(tap::Severity severity, const std::string& text) const {
  if (settings_.log) settings_.log(severity, text);
}

bool Writer::flush(Duration timeout) {
  const uint64_t wanted = flush_wanted_.fetch_add(1) + 1;
  doorbell_.ring();
  std::unique_lock lock(mutex_);
  turned_.wait_for(lock, timeout, [&] { return flushed_ >= wanted || is_finished(); });
  return flushed_ >= wanted;
}

uint64_t Writer::close(Duration timeout) {
  refusal_ = tap::Outcome::kClosed;
  closing_ = true;
  doorbell_.ring();
  {
    std::unique_lock lock(mutex_);
    turned_.wait_for(lock, timeout, [&] { return is_finished(); });
  }
  if (!is_finished()) {
    out_of_time_ = true;
    outlet_->interrupt();
    doorbell_.ring();
  }
  if (thread_.joinable()) thread_.join();
  return left_behind_;
}

void Writer::read(tap::Statistics& statistics) const {
  statistics.state = state_.load();
  statistics.connects = connects_.load();
  statistics.failures = failures_.load();
  const std::lock_guard lock(mutex_);
  statistics.last_error = last_error_;
}

}  // namespace weir::producer
