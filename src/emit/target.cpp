// Targets from and in words.
#include "emit/target.h"

#include <string_view>
#include <utility>

#include "proto/dnstap/stream_address.h"

namespace weir::emit {
namespace {

std::string with_port(std::string_view kind, const TcpTarget& target) {
  const auto address = IpAddress::parse(target.host);
  const std::string host = address && address->is_v6() ? '[' + target.host + ']' : target.host;
  return std::string(kind) + host + ':' + std::to_string(target.port);
}

struct Text {
  std::string operator()(const FileTarget& target) const { return "file " + target.path; }
  std::string operator()(const UnixTarget& target) const { return "unix:" + target.path; }
  std::string operator()(const TcpTarget& target) const { return with_port("tcp:", target); }
  std::string operator()(const TlsTarget& target) const { return with_port("tls:", target); }
};

}  // namespace

Result<Target, std::string> parse_target(std::string_view text) {
  constexpr std::string_view kFile = "file:";
  const bool is_file = text.starts_with(kFile);
  if (is_file || text.starts_with('/')) {
    const std::string_view path = text.substr(is_file ? kFile.size() : 0);
    if (path.empty()) return std::string("lacks a path, as in file:/var/log/weir/dnstap.fstrm");
    return Target(FileTarget{.path = std::string(path)});
  }
  TRY(dnstap::StreamAddress address, dnstap::StreamAddress::read(text));
  if (address.kind == dnstap::StreamAddress::Kind::kUnix) {
    UnixTarget target;
    target.path = std::move(address.path);
    return Target(target);
  }
  TlsTarget target;
  target.host = std::move(address.host);
  target.port = address.port;
  if (address.kind == dnstap::StreamAddress::Kind::kTls) return Target(target);
  return Target(static_cast<const TcpTarget&>(target));
}

std::string to_text(const Target& target) { return std::visit(Text{}, target); }

}  // namespace weir::emit
