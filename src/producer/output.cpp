// `unix:/run/x.sock`, `tcp:collector.example:6000`, and what can be wrong with them.
#include "producer/output.h"

#include <fmt/format.h>
#include <sys/un.h>

#include <charconv>
#include <string_view>

#include "proto/dnstap/message.h"

namespace weir::producer {
namespace {

Error wrong(std::string what) { return {Fault::kConfig, std::move(what), false}; }

/// The rest of `text` if it begins with `prefix`.
std::optional<std::string_view> behind(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

template <typename Target>
Target with_stream_options(const tap::Options& options) {
  Target target;
  target.bidirectional = options.bidirectional;
  target.connect_timeout = options.connect_timeout;
  target.handshake_timeout = options.handshake_timeout;
  return target;
}

Result<emit::Target> file_target(const tap::Options& options, std::string_view path) {
  if (path.empty()) return wrong("output: a file needs a path: file:/var/log/dnstap.fstrm");
  emit::FileTarget target;
  target.path = path;
  target.rotate_octets = options.file.rotate_octets;
  target.rotate_age = options.file.rotate_age;
  target.keep = options.file.keep;
  if (options.file.sync_interval > Duration(0)) {
    target.sync = emit::FileTarget::Sync::kInterval;
    target.sync_interval = options.file.sync_interval;
  }
  return emit::Target(target);
}

Result<emit::Target> unix_target(const tap::Options& options, std::string_view path) {
  if (path.empty()) return wrong("output: unix needs a path: unix:/run/dnstap.sock");
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    return wrong(fmt::format("output: the path of a socket is shorter than {} octets",
                             sizeof(sockaddr_un::sun_path)));
  auto target = with_stream_options<emit::UnixTarget>(options);
  target.path = path;
  return emit::Target(target);
}

Status set_host_and_port(emit::TcpTarget& target, std::string_view kind, std::string_view where) {
  const bool bracketed = where.starts_with('[') && where.find(']') != std::string_view::npos;
  const size_t host_end =
      bracketed ? where.find(']') + 1 : std::min(where.rfind(':'), where.size());
  std::string_view host = where.substr(0, host_end);
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty())
    return wrong(fmt::format("output: {0} needs a host: {0}:collector.example:6000", kind));
  if (!bracketed && host.find(':') != std::string_view::npos)
    return wrong(fmt::format("output: an address of IPv6 stands in brackets: {}:[::1]:6000", kind));
  if (host_end >= where.size() || where[host_end] != ':' || host_end + 1 == where.size())
    return wrong(fmt::format("output: {0} needs a port: {0}:{1}:6000", kind, host));
  const std::string_view digits = where.substr(host_end + 1);
  uint32_t port = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (fault != std::errc{} || end != digits.data() + digits.size() || port < 1 || port > 65535)
    return wrong(fmt::format("output: {} is no port, which is a number from 1 to 65535", digits));
  target.host = host;
  target.port = static_cast<uint16_t>(port);
  return Done{};
}

Result<emit::Target> tcp_target(const tap::Options& options, std::string_view where) {
  auto target = with_stream_options<emit::TcpTarget>(options);
  TRY_DONE(set_host_and_port(target, "tcp", where));
  return emit::Target(target);
}

Result<emit::Target> tls_target(const tap::Options& options, std::string_view where) {
  auto target = with_stream_options<emit::TlsTarget>(options);
  TRY_DONE(set_host_and_port(target, "tls", where));
  target.subject_name = options.tls.subject_name;
  target.ca_file = options.tls.ca_file;
  target.pins = options.tls.pins;
  target.pins_only = options.tls.pins_only;
  target.certificate_file = options.tls.certificate_file;
  target.key_file = options.tls.key_file;
  return emit::Target(target);
}

}  // namespace

Result<emit::Target> target_of(const tap::Options& options) {
  const std::string_view output = options.output;
  if (output.empty()) return wrong("output: it is not said where to: file:, unix:, tcp: or tls:");
  if (const auto path = behind(output, "unix:")) return unix_target(options, *path);
  if (const auto where = behind(output, "tcp:")) return tcp_target(options, *where);
  if (const auto where = behind(output, "tls:")) return tls_target(options, *where);
  return file_target(options, behind(output, "file:").value_or(output));
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
