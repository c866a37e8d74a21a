// Collecting, writing out, and remembering how far that came.
#include "flow/sinks/outlet_sink.h"

#include <algorithm>
#include <utility>

namespace weir::flow {
namespace {

// Octets are collected up to this size before they are written.
constexpr size_t kWriteOctets = 256 << 10;

}  // namespace

Status OutletSink::deliver(const model::Batch& batch) {
  if (Status opened = ensure_open(); !opened) return begin_again(std::move(opened).error());
  for (const model::Observation& observation : batch.observations()) {
    add(observation);
    if (octets_.size() < kWriteOctets) continue;
    if (Status written = write_out(); !written) return begin_again(std::move(written).error());
  }
  return Done{};
}

Status OutletSink::settle() {
  if (Status written = write_out(); !written) return begin_again(std::move(written).error());
  sent_ -= std::min(sent_, offered_);
  offered_ = 0;
  refused_in_settled_ = std::exchange(refused_, 0);
  settled();
  return Done{};
}

uint64_t OutletSink::take_refused() { return std::exchange(refused_in_settled_, 0); }

void OutletSink::give_up(uint64_t observations) { sent_ -= std::min(sent_, observations); }

Status OutletSink::tend(WallTime now) {
  TRY_DONE(ensure_open());
  return outlet_->tend(now);
}

Status OutletSink::ensure_open() {
  if (outlet_->is_open()) return Done{};
  return outlet_->open();
}

void OutletSink::add(const model::Observation& observation) {
  const size_t begin = octets_.size();
  const bool fits = append(observation, octets_);
  if (!fits) ++refused_;
  if (!fits || offered_ < sent_) octets_.resize(begin);
  if (offered_++ >= sent_) ends_.push_back(octets_.size());
}

Status OutletSink::write_out() {
  if (ends_.empty()) return Done{};
  TRY_DONE(ensure_open());
  emit::Written written;
  if (!octets_.empty()) written = outlet_->write(octets_);
  const auto out = std::upper_bound(ends_.begin(), ends_.end(), written.octets);
  sent_ += static_cast<uint64_t>(out - ends_.begin());
  if (out != ends_.begin()) went_out(*std::prev(out));
  octets_.clear();
  ends_.clear();
  if (written.error) return *std::move(written.error);
  return Done{};
}

/// The lane will offer all that is not settled once more.
Error OutletSink::begin_again(Error error) {
  octets_.clear();
  ends_.clear();
  offered_ = refused_ = 0;
  begins_again();
  error.retry = true;
  return error;
}

void set_tls(emit::TlsTarget& target, const TlsAskingSettings& settings) {
  target.subject_name = settings.subject_name;
  target.ca_file = settings.ca_file;
  target.pins = settings.pins;
  target.pins_only = settings.pins_only;
  target.certificate_file = settings.certificate;
  target.key_file = settings.key;
}

}  // namespace weir::flow
