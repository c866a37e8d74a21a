// Lines of JSON over a connection, for log shippers and for another weir: one object a line, and
// nothing is expected back. What the kernel has taken counts as delivered, for there is nobody who
// would say more.
#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "emit/outlet.h"
#include "flow/encoder.h"
#include "flow/settings.h"
#include "flow/sinks/outlet_sink.h"
#include "metrics/registry.h"

namespace weir::flow {
namespace {

class JsonSink final : public OutletSink {
 public:
  JsonSink(const JsonSinkSettings& settings, std::unique_ptr<emit::Outlet> outlet,
           std::unique_ptr<Encoder> encoder, metrics::Registry& registry)
      : OutletSink(std::move(outlet)),
        skip_root_(settings.skip_root),
        encoder_(std::move(encoder)),
        lines_(registry.counter("weir_json_lines_total", "Lines of JSON that were sent.",
                                {{"sink", settings.name}})),
        octets_(registry.counter("weir_json_sent_bytes_total", "Octets of such lines.",
                                 {{"sink", settings.name}})),
        roots_(passed_over(registry, settings.name, "root")),
        shapeless_(passed_over(registry, settings.name, "shape")) {}

 private:
  /// Of the observations since the last settling.
  struct Counts {
    uint64_t lines = 0;
    uint64_t roots = 0;
    uint64_t shapeless = 0;
  };

  static metrics::Counter& passed_over(metrics::Registry& registry, const std::string& sink,
                                       const char* reason) {
    return registry.counter("weir_json_passed_over_total",
                            "Observations that have no line: the root where it is skipped, and "
                            "what the shape does not show.",
                            {{"sink", sink}, {"reason", reason}});
  }

  bool append(const model::Observation& observation, Octets& out) override {
    if (skip_root_ && observation.qname.size() == 1) {
      ++counts_.roots;
      return true;
    }
    line_.clear();
    encoder_->encode(observation, line_);
    ++(line_.empty() ? counts_.shapeless : counts_.lines);
    out.insert(out.end(), line_.begin(), line_.end());
    return true;
  }
  void went_out(uint64_t octets) override { octets_.add(octets); }
  void settled() override {
    const Counts counts = std::exchange(counts_, {});
    lines_.add(counts.lines);
    roots_.add(counts.roots);
    shapeless_.add(counts.shapeless);
  }
  void begins_again() override { counts_ = {}; }

  const bool skip_root_;
  const std::unique_ptr<Encoder> encoder_;
  std::string line_;
  Counts counts_;
  metrics::Counter& lines_;
  metrics::Counter& octets_;
  metrics::Counter& roots_;
  metrics::Counter& shapeless_;
};

}  // namespace

/// A receiver that is not there yet is no error.
Result<std::unique_ptr<Sink>> make_json_sink(const JsonSinkSettings& settings,
                                             std::unique_ptr<Encoder> encoder,
                                             metrics::Registry& registry) {
  auto target = emit::parse_target(settings.to);
  if (!target) return Error{Fault::kConfig, settings.to + " " + target.error()};
  const bool is_file = std::holds_alternative<emit::FileTarget>(*target);
  if (is_file) return Error{Fault::kConfig, settings.to + " is a file; use [[sink.file]]"};
  const auto stream = [&](emit::StreamTarget& any) {
    any.frames = false;
    any.connect_timeout = settings.connect_timeout;
  };
  if (auto* const tls = std::get_if<emit::TlsTarget>(&*target)) {
    stream(*tls);
    set_tls(*tls, settings.tls);
  } else if (auto* const tcp = std::get_if<emit::TcpTarget>(&*target)) {
    stream(*tcp);
  } else if (auto* const local = std::get_if<emit::UnixTarget>(&*target)) {
    stream(*local);
  }
  TRY(auto outlet, emit::make_outlet(*target));
  return std::unique_ptr<Sink>(
      std::make_unique<JsonSink>(settings, std::move(outlet), std::move(encoder), registry));
}

}  // namespace weir::flow
