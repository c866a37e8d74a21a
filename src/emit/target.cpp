// Targets in words.
#include "emit/target.h"

#include <string_view>

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

std::string to_text(const Target& target) { return std::visit(Text{}, target); }

}  // namespace weir::emit
