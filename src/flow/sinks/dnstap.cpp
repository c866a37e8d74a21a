// Observations as frames of a dnstap stream, to a receiver or into files. Where the stream goes and
// how it is spoken is the outlet's (emit/); when to try again is the lane's.
#include <memory>
#include <string>
#include <utility>

#include "emit/outlet.h"
#include "flow/settings.h"
#include "flow/sinks/outlet_sink.h"
#include "flow/wire/dnstap_observation.h"
#include "proto/dnstap/frames.h"

namespace weir::flow {
namespace {

class DnstapSink final : public OutletSink {
 public:
  DnstapSink(std::unique_ptr<emit::Outlet> outlet, std::string_view identity,
             std::string_view version)
      : OutletSink(std::move(outlet)), identity_(identity), version_(version) {}

 private:
  bool append(const model::Observation& observation, Octets& out) override {
    const size_t begin = dnstap::begin_data_frame(out);
    // What has no word in dnstap leaves an empty frame, which is refused as one too large is.
    static_cast<void>(append_dnstap(observation, identity_, version_, out));
    return dnstap::end_data_frame(out, begin);
  }

  const std::string identity_;
  const std::string version_;
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
    set_tls(tls, settings.tls);
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
