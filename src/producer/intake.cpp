// What a call does.
#include "producer/intake.h"

#include "producer/output.h"
#include "proto/dnstap/frames.h"

namespace weir::producer {
namespace {

Octets octets_of(std::string_view text) {
  const Bytes bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

WriterSettings writer_settings(const tap::Options& options) {
  return {options.output, options.flush_interval, backoff_of(options.reconnect), options.log};
}

}  // namespace

Intake::Intake(std::unique_ptr<emit::Outlet> outlet, const tap::Options& options,
               const Clock& clock)
    : identity_{octets_of(options.identity), octets_of(options.version)},
      most_frame_octets_(options.most_frame_octets),
      block_for_(options.block_for),
      clock_(clock),
      rings_(options.queue_octets, options.most_threads, block_for_ > Duration(0)),
      writer_(std::move(outlet), rings_, writer_settings(options), clock_, random_) {}

tap::Outcome Intake::log(const tap::Message& message) {
  if (guard_.is_child()) [[unlikely]]
    return tap::Outcome::kForked;
  const tap::Outcome refusal = writer_.refusal();
  Ring* const ring = refusal == tap::Outcome::kAccepted ? rings_.mine() : nullptr;
  if (ring == nullptr) [[unlikely]] {
    const auto why = refusal == tap::Outcome::kAccepted ? tap::Outcome::kTooManyThreads : refusal;
    rings_.refuse(why);
    return why;
  }
  const tap::Outcome outcome = put(*ring, message);
  if (outcome == tap::Outcome::kAccepted) [[likely]]
    writer_.on_message(*ring);
  else
    ring->calls().add(outcome);
  return outcome;
}

tap::Outcome Intake::put(Ring& ring, const tap::Message& message) {
  if (!is_valid(message)) return tap::Outcome::kInvalid;
  dnstap::Envelope envelope;
  fill(envelope, message, identity_, clock_.wall_now(), ring.scratch());
  const size_t most = dnstap::most_octets(envelope);
  if (most > most_frame_octets_ + dnstap::kMostOverhead) return tap::Outcome::kTooLarge;
  uint8_t* at = ring.reserve(dnstap::kDataHeader + most);
  if (at == nullptr) [[unlikely]] {
    at = await_room(ring, dnstap::kDataHeader + most);
    if (at == nullptr) return tap::Outcome::kQueueFull;
  }
  const size_t size = dnstap::encode_at(envelope, at + dnstap::kDataHeader);
  if (size > most_frame_octets_) return tap::Outcome::kTooLarge;
  store_u32(at, static_cast<uint32_t>(size));
  ring.commit(dnstap::kDataHeader + size);
  return tap::Outcome::kAccepted;
}

/// Room for a frame, if it comes while the caller is willing to wait.
uint8_t* Intake::await_room(Ring& ring, size_t octets) {
  if (block_for_ == Duration(0)) return nullptr;
  const Instant until = clock_.now() + block_for_;
  for (Instant now = clock_.now(); now < until; now = clock_.now()) {
    if (writer_.refusal() != tap::Outcome::kAccepted) return nullptr;
    writer_.wake();
    ring.await_room(until - now);
    if (uint8_t* at = ring.reserve(octets)) return at;
  }
  return nullptr;
}

tap::Statistics Intake::statistics() const {
  tap::Statistics statistics;
  if (is_child()) return statistics;
  writer_.read(statistics);
  const Totals totals = rings_.totals();
  statistics.produced = totals.produced;
  statistics.sent = totals.sent;
  statistics.queued = totals.queued;
  statistics.dropped = totals.dropped;
  statistics.threads = totals.threads;
  return statistics;
}

}  // namespace weir::producer
