// Listening over Unix sockets, TCP and TLS.
#include "flow/sources/doorway.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "io/unix_socket.h"

namespace weir::flow {

using Kind = StreamAddress::Kind;

Status Doorway::open(const OnAccept& on_accept) {
  if (serves_tls()) {
    TRY(tls_server_, make_tls_server());
  }
  for (const StreamAddress& address : settings_.listen) TRY_DONE(listen(address, on_accept));
  return Done{};
}

void Doorway::reopen() {
  if (!serves_tls()) return;
  auto fresh = make_tls_server();
  if (!fresh)
    return log::error(fmt::format("source {}: the certificate stays the old one: {}",
                                  settings_.name, fresh.error().what));
  std::shared_ptr<io::TlsServer> server = *std::move(fresh);
  loop_.post([this, server] { tls_server_ = server; });
}

bool Doorway::serves_tls() const {
  const auto is_tls = [](const StreamAddress& address) { return address.kind == Kind::kTls; };
  return std::ranges::any_of(settings_.listen, is_tls);
}

Result<std::unique_ptr<io::TlsServer>> Doorway::make_tls_server() const {
  return io::TlsServer::create({.certificate_file = settings_.tls.certificate,
                                .key_file = settings_.tls.key,
                                .client_ca_file = settings_.tls.client_ca});
}

Status Doorway::listen(const StreamAddress& address, const OnAccept& on_accept) {
  const auto accept = [this, on_accept, kind = address.kind](UniqueFd fd, Endpoint peer,
                                                             Endpoint local) {
    std::string name = kind == Kind::kUnix ? io::peer_process(fd.get()) : peer.to_text();
    on_accept({kind, std::move(fd), peer, local, std::move(name),
               kind == Kind::kTls ? tls_server_ : nullptr});
  };
  if (address.kind == Kind::kUnix) {
    const io::SocketFile file{address.path, settings_.socket.mode, settings_.socket.owner,
                              settings_.socket.group};
    TRY(listeners_.emplace_back(), io::listen_unix(loop_, file, accept));
  } else {
    TRY(listeners_.emplace_back(),
        io::listen_stream(loop_, {*address.address, address.port}, false, accept));
  }
  return Done{};
}

std::string_view Doorway::refusal(const Accepted& accepted, size_t clients) const {
  const auto allows = [&](const Prefix& prefix) { return prefix.contains(accepted.peer.address); };
  if (accepted.kind != Kind::kUnix && std::ranges::none_of(settings_.allow, allows)) return "acl";
  if (clients >= settings_.max_clients) return "max_clients";
  return {};
}

}  // namespace weir::flow
