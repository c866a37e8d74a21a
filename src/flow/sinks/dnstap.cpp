// Observations as frames of a dnstap stream, to a receiver or into files. Where the stream goes and
// how it is spoken is the outlet's (emit/); when to try again is the lane's.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "emit/outlet.h"
#include "flow/settings.h"
#include "flow/sink.h"
#include "flow/wire/dnstap_observation.h"
#include "proto/dnstap/frames.h"

namespace weir::flow {
namespace {

// Frames are collected up to this size before they are written.
constexpr size_t kWriteOctets = 256 << 10;

/// What the kernel took stays taken, also when the lane offers the group again: the sink knows how
/// many of the oldest observations are on their way, and passes over them.
class DnstapSink final : public Sink {
 public:
  DnstapSink(std::unique_ptr<emit::Outlet> outlet, std::string_view identity,
             std::string_view version)
      : outlet_(std::move(outlet)), identity_(identity), version_(version) {}

  Status open() { return outlet_->open(); }

  Status deliver(const model::Batch& batch) override {
    if (Status opened = ensure_open(); !opened) return begin_again(std::move(opened).error());
    for (const model::Observation& observation : batch.observations()) {
      if (!add(observation)) ++refused_;
      if (frames_.size() < kWriteOctets) continue;
      if (Status written = write_out(); !written) return begin_again(std::move(written).error());
    }
    return Done{};
  }

  Status settle() override {
    if (Status written = write_out(); !written) return begin_again(std::move(written).error());
    sent_ -= std::min(sent_, offered_);
    offered_ = 0;
    refused_in_settled_ = std::exchange(refused_, 0);
    return Done{};
  }

  uint64_t take_refused() override { return std::exchange(refused_in_settled_, 0); }
  void give_up(uint64_t observations) override { sent_ -= std::min(sent_, observations); }

  Status tend(WallTime now) override {
    TRY_DONE(ensure_open());
    return outlet_->tend(now);
  }
  void reopen() override { outlet_->close(); }
  void close() override { outlet_->close(); }
  void interrupt() override { outlet_->interrupt(); }

 private:
  Status ensure_open() {
    if (outlet_->is_open()) return Done{};
    return outlet_->open();
  }

  /// Puts the observation's frame behind those that wait. False if no frame can have it.
  bool add(const model::Observation& observation) {
    const size_t begin = dnstap::begin_data_frame(frames_);
    // What has no word in dnstap leaves an empty frame, which is refused as one too large is.
    static_cast<void>(append_dnstap(observation, identity_, version_, frames_));
    const bool fits = dnstap::end_data_frame(frames_, begin);
    if (offered_++ < sent_)
      frames_.resize(begin);
    else
      ends_.push_back(frames_.size());
    return fits;
  }

  Status write_out() {
    if (ends_.empty()) return Done{};
    TRY_DONE(ensure_open());
    emit::Written written;
    if (!frames_.empty()) written = outlet_->write(frames_);
    const auto out = std::upper_bound(ends_.begin(), ends_.end(), written.octets);
    sent_ += static_cast<uint64_t>(out - ends_.begin());
    frames_.clear();
    ends_.clear();
    if (written.error) return *std::move(written.error);
    return Done{};
  }

  /// The lane will offer all that is not settled once more.
  Error begin_again(Error error) {
    frames_.clear();
    ends_.clear();
    offered_ = refused_ = 0;
    error.retry = true;
    return error;
  }

  const std::unique_ptr<emit::Outlet> outlet_;
  const std::string identity_;
  const std::string version_;
  Octets frames_;             // not yet written
  std::vector<size_t> ends_;  // in `frames_`, of each observation's frame
  uint64_t offered_ = 0;      // observations since the last settling, or since an error
  uint64_t refused_ = 0;      // of those
  uint64_t sent_ = 0;         // of the oldest that are not settled: they are not sent again
  uint64_t refused_in_settled_ = 0;
};

/// Puts into a target, which was read from `to`, what the other settings say.
struct Configure {
  const DnstapSinkSettings& settings;
  void operator()(emit::FileTarget& file) const {
    file.rotate_octets = settings.rotation.octets;
    file.rotate_age = settings.rotation.age;
    file.keep = settings.rotation.keep;
    file.sync = settings.sync;
    file.sync_interval = settings.sync_interval;
  }
  void operator()(emit::StreamTarget& stream) const {
    stream.bidirectional = settings.bidirectional;
    stream.connect_timeout = settings.connect_timeout;
    stream.handshake_timeout = settings.handshake_timeout;
  }
  void operator()(emit::TlsTarget& tls) const {
    (*this)(static_cast<emit::StreamTarget&>(tls));
    tls.subject_name = settings.tls.subject_name;
    tls.ca_file = settings.tls.ca_file;
    tls.pins = settings.tls.pins;
    tls.pins_only = settings.tls.pins_only;
    tls.certificate_file = settings.tls.certificate;
    tls.key_file = settings.tls.key;
  }
};

}  // namespace

/// A file is opened at once: one that cannot be written is an error of the settings. A receiver
/// that is not there yet is not.
Result<std::unique_ptr<Sink>> make_dnstap_sink(const DnstapSinkSettings& settings,
                                               std::string_view identity,
                                               std::string_view version) {
  auto target = emit::parse_target(settings.to);
  if (!target) return Error{Fault::kConfig, settings.to + " " + target.error()};
  std::visit(Configure{settings}, *target);
  TRY(auto outlet, emit::make_outlet(*target));
  auto sink = std::make_unique<DnstapSink>(std::move(outlet), identity, version);
  if (std::holds_alternative<emit::FileTarget>(*target)) TRY_DONE(sink->open());
  return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace weir::flow
