// From octets to payloads, with a stop wherever the flow or a limit says so.
#include "flow/sources/dnstap/session.h"

#include <fmt/format.h>

#include <utility>

#include "base/units.h"

namespace weir::flow::dnstap_source {
namespace {

constexpr Duration kRatePeriod = 1s;
constexpr size_t kReadOctets = 64 << 10;
constexpr size_t kReplyOctets = 4096;  // unsent: ACCEPT and FINISH are 54 octets

}  // namespace

io::StreamOptions SessionContext::stream_options() const {
  return {.limit_octets = kReplyOctets,
          .connect_timeout = settings.handshake_timeout,
          .read_octets = kReadOctets};
}

Session::Session(const SessionContext& context, Side side, std::string peer, SessionEvents& events)
    : context_(context),
      side_(side),
      peer_(std::move(peer)),
      events_(events),
      receiver_(dnstap::Medium::kConnection, context.settings.max_frame_octets),
      silence_(context.loop),
      rate_(context.loop) {}

Session::~Session() {
  if (started_) context_.counters.senders.add(-1);
}

void Session::begin(std::unique_ptr<io::Stream> stream) {
  stream_ = std::move(stream);
  second_began_ = context_.clock.now();
  silence_.start(context_.settings.handshake_timeout, [this] { on_silence(); });
}

void Session::on_data(Bytes octets) {
  opened_ = true;
  context_.counters.octets.add(octets.size());
  if (context_.settings.idle_timeout > Duration::zero()) last_octet_ = context_.clock.now();
  receiver_.feed(octets);
  work();
}

/// Takes frames until the piece is used up, or there is a reason to stop in it.
void Session::work() {
  for (;;) {
    const bool full = !context_.intake.has_room();
    if (full || exceeds_rate()) {
      const Bytes rest = receiver_.rest();
      kept_.assign(rest.begin(), rest.end());
      end_of_piece();
      return full ? events_.on_full() : throttle();
    }
    const dnstap::Received received = receiver_.next();
    using Kind = dnstap::Received::Kind;
    switch (received.kind) {
      case Kind::kData: take(received.payload); continue;
      case Kind::kOversize:
        ++in_piece_;
        context_.counters.oversize.add();
        if (!complained_) misbehaved("a frame above max_frame", format_size(received.size_octets));
        continue;
      case Kind::kNone: return end_of_piece();
      case Kind::kStopped:
        end_of_piece();
        context_.counters.ended(to_text(dnstap::Receiver::Ending::kClean));
        return end("it said that it was done");
      case Kind::kFault:
        end_of_piece();
        return fail(to_text(receiver_.fault()), "it does not speak Frame Streams as we do");
    }
  }
}

void Session::take(Bytes payload) {
  if (!started_) start();
  ++in_piece_;
  ++in_second_;
  const dnstap::DecodeFault fault = context_.intake.take(payload);
  if (fault != dnstap::DecodeFault::kNone) misbehaved("a frame that is no dnstap", to_text(fault));
}

/// What is done once a piece, not once a frame. A reply that cannot be sent is no error: some
/// senders close right after STOP.
void Session::end_of_piece() {
  context_.counters.frames.add(std::exchange(in_piece_, 0));
  if (const Octets replies = receiver_.take_replies(); !replies.empty()) stream_->send(replies);
  if (!started_ && receiver_.streams() > 0) start();
}

/// START has come.
void Session::start() {
  started_ = true;
  context_.counters.senders.add(1);
  context_.news.write(log::Level::kInfo, fmt::format("dnstap source {}: {} has begun to send",
                                                     context_.settings.name, peer_));
  silence_.stop();
  const Duration idle = context_.settings.idle_timeout;
  if (idle > Duration::zero()) silence_.start(idle, [this] { on_silence(); });
  events_.on_started(*this);
}

bool Session::exceeds_rate() {
  const uint64_t most = context_.settings.max_rate;
  if (most == 0 || in_second_ < most) return false;
  const Instant now = context_.clock.now();
  if (now - second_began_ < kRatePeriod) return true;
  second_began_ = now;
  in_second_ = 0;
  return false;
}

void Session::throttle() {
  throttled_ = true;
  context_.counters.throttled.add();
  stream_->pause_reading(true);
  rate_.start(second_began_ + kRatePeriod - context_.clock.now(), [this] {
    throttled_ = false;
    go_on();
  });
}

void Session::pause() {
  paused_ = true;
  stream_->pause_reading(true);
}

void Session::resume() {
  paused_ = false;
  go_on();
}

void Session::go_on() {
  if (paused_ || throttled_) return;
  stream_->pause_reading(false);
  const Octets kept = std::exchange(kept_, {});
  if (kept.empty()) return;
  receiver_.feed(kept);
  work();
}

void Session::on_silence() {
  const bool waits = paused_ || throttled_;  // for us: then it is not the one who is silent
  if (!started_) {
    if (!waits) return fail("timeout", "it did not begin in time");
    return silence_.start(context_.settings.handshake_timeout, [this] { on_silence(); });
  }
  const Duration idle = context_.settings.idle_timeout;
  const Duration silent = waits ? Duration::zero() : context_.clock.now() - last_octet_;
  if (silent >= idle) return fail("idle_timeout", "it was silent for " + format_duration(idle));
  silence_.start(idle - silent, [this] { on_silence(); });
}

void Session::on_close(io::CloseCause cause, std::string_view detail) {
  if (cause != io::CloseCause::kEndOfStream) return fail(io::to_text(cause), detail);
  const dnstap::Receiver::Ending ending = receiver_.ending();
  if (!started_ || ending == dnstap::Receiver::Ending::kTorn)
    return fail(to_text(ending), "it closed the connection too early");
  context_.counters.ended(to_text(ending));
  end("it closed the connection");
}

/// Said once for each sender; the counters know the rest.
void Session::misbehaved(std::string_view how, std::string_view what) {
  if (std::exchange(complained_, true)) return;
  context_.troubles.write(log::Level::kWarning,
                          fmt::format("dnstap source {}: {} sent {}: {}; it is not told again",
                                      context_.settings.name, peer_, how, what));
}

void Session::fail(std::string_view reason, std::string_view why) {
  if (started_)
    context_.counters.ended(reason);
  else if (side_ == Side::kDialled && !opened_)
    context_.counters.dial_failed(reason);
  else
    context_.counters.handshake_failed(reason);
  context_.troubles.write(log::Level::kWarning,
                          fmt::format("dnstap source {}: {} is closed: {} ({})",
                                      context_.settings.name, peer_, why, reason));
  end(why);
}

void Session::end(std::string_view why) { events_.on_ended(*this, why); }

}  // namespace weir::flow::dnstap_source
