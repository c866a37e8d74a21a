// Targets with the options of their kind, and bounds of the others.
#include "producer/output.h"

#include <fmt/format.h>

#include <string>
#include <variant>

#include "proto/dnstap/message.h"

namespace weir::producer {
namespace {

Error wrong(std::string what) { return {Fault::kConfig, std::move(what), false}; }

void set(emit::FileTarget& target, const tap::Options& options) {
  target.rotate_octets = options.file.rotate_octets;
  target.rotate_age = options.file.rotate_age;
  target.keep = options.file.keep;
  if (options.file.sync_interval <= Duration(0)) return;
  target.sync = emit::FileTarget::Sync::kInterval;
  target.sync_interval = options.file.sync_interval;
}

void set(emit::StreamTarget& target, const tap::Options& options) {
  target.bidirectional = options.bidirectional;
  target.connect_timeout = options.connect_timeout;
  target.handshake_timeout = options.handshake_timeout;
}

void set(emit::TlsTarget& target, const tap::Options& options) {
  set(static_cast<emit::StreamTarget&>(target), options);
  target.subject_name = options.tls.subject_name;
  target.ca_file = options.tls.ca_file;
  target.pins = options.tls.pins;
  target.pins_only = options.tls.pins_only;
  target.certificate_file = options.tls.certificate_file;
  target.key_file = options.tls.key_file;
}

}  // namespace

Result<emit::Target> target_of(const tap::Options& options) {
  const auto parsed = emit::parse_target(options.output);
  if (!parsed) return wrong(fmt::format("output: \"{}\" {}", options.output, parsed.error()));
  Result<emit::Target> target(*parsed);
  std::visit([&](auto& kind) { set(kind, options); }, *target);
  return target;
}

Status check_limits(const tap::Options& options) {
  // Frames of the largest size have to fit into an empty ring wherever its tail is.
  const size_t frame = options.most_frame_octets + dnstap::kMostOverhead;
  if (options.most_frame_octets == 0 || options.most_frame_octets > (size_t{64} << 20))
    return wrong("most_frame_octets: from 1 to 64 MiB");
  if (options.queue_octets < 2 * frame || options.queue_octets > (size_t{1} << 30))
    return wrong(
        fmt::format("queue_octets: from {} (two frames of most_frame_octets) to 1 GiB", 2 * frame));
  if (options.most_threads == 0) return wrong("most_threads: at least 1");
  if (options.block_for < Duration(0)) return wrong("block_for: not below 0");
  if (options.flush_interval < 1ms || options.flush_interval > 1min)
    return wrong("flush_interval: from 1 ms to 1 min");
  if (options.connect_timeout <= Duration(0) || options.handshake_timeout <= Duration(0))
    return wrong("connect_timeout, handshake_timeout: above 0");
  const tap::Reconnect& again = options.reconnect;
  if (again.first < 1ms || again.most < again.first)
    return wrong("reconnect: first is at least 1 ms, most not below first");
  if (again.jitter_percent > Backoff::kMostJitter)
    return wrong(fmt::format("reconnect: jitter_percent is at most {}", Backoff::kMostJitter));
  constexpr size_t kMostText = 1024;
  if (options.identity.size() > kMostText || options.version.size() > kMostText)
    return wrong(fmt::format("identity, version: at most {} octets", kMostText));
  return Done{};
}

Backoff::Limits backoff_of(const tap::Reconnect& reconnect) {
  return {reconnect.first, reconnect.most, reconnect.attempts, reconnect.jitter_percent};
}

}  // namespace weir::producer
