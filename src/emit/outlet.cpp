// From a target to the kind of outlet that leads there.
#include "emit/outlet.h"

#include "emit/file_outlet.h"
#include "emit/stream_outlet.h"

namespace weir::emit {
namespace {

using Made = Result<std::unique_ptr<Outlet>>;

struct Make {
  Made operator()(const FileTarget& target) const { return {std::make_unique<FileOutlet>(target)}; }
  Made operator()(const UnixTarget& target) const {
    return {std::make_unique<StreamOutlet>(target)};
  }
  Made operator()(const TcpTarget& target) const {
    return {std::make_unique<StreamOutlet>(target, nullptr)};
  }
  Made operator()(const TlsTarget& target) const {
    const auto address = IpAddress::parse(target.host);
    io::TlsClientSettings settings;
    settings.server_name = target.subject_name;
    if (address)
      settings.address = *address;
    else if (settings.server_name.empty())
      settings.server_name = target.host;
    settings.ca_file = target.ca_file;
    settings.pins = target.pins;
    settings.pins_only = target.pins_only;
    settings.certificate_file = target.certificate_file;
    settings.key_file = target.key_file;
    TRY(auto tls, io::TlsClient::create(settings));
    return {std::make_unique<StreamOutlet>(target, std::move(tls))};
  }
};

}  // namespace

Result<std::unique_ptr<Outlet>> make_outlet(const Target& target) {
  return std::visit(Make{}, target);
}

}  // namespace weir::emit
