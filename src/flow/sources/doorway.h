// Where senders of a source connect to: its addresses, its certificate, and who is let in.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "flow/settings.h"
#include "io/loop.h"
#include "io/stream.h"
#include "io/tls.h"

namespace weir::flow {

/// A connection that was accepted.
struct Accepted {
  StreamAddress::Kind kind;
  UniqueFd fd;
  Endpoint peer;
  Endpoint local;
  std::string name;                    // of the sender, for the log
  std::shared_ptr<io::TlsServer> tls;  // of addresses over TLS
};

class Doorway {
 public:
  using OnAccept = std::function<void(Accepted)>;

  /// Both outlive it. Connections are accepted on the loop's thread.
  Doorway(const ListeningSourceSettings& settings, io::Loop& loop)
      : settings_(settings), loop_(loop) {}

  /// Listens on every address; before the loop runs.
  Status open(const OnAccept& on_accept);
  /// From any thread: senders that are connected stay as they are; those that come see the new
  /// certificate.
  void reopen();
  /// On the loop's thread, or when that has ended.
  void close() { listeners_.clear(); }

  /// Why a connection is to be closed at once, while there are `clients`; empty if it is welcome.
  std::string_view refusal(const Accepted& accepted, size_t clients) const;

 private:
  Status listen(const StreamAddress& address, const OnAccept& on_accept);
  bool serves_tls() const;
  Result<std::unique_ptr<io::TlsServer>> make_tls_server() const;

  const ListeningSourceSettings& settings_;
  io::Loop& loop_;
  std::shared_ptr<io::TlsServer> tls_server_;  // replaced at `reopen`
  std::vector<std::unique_ptr<io::Listener>> listeners_;
};

}  // namespace weir::flow
