// A producer that listens, and to which we connect: again after every end, first at once and then
// more and more patiently.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/backoff.h"
#include "flow/sources/dnstap/session.h"
#include "io/lookup.h"
#include "proto/dnstap/stream_address.h"

namespace weir::flow::dnstap_source {

class Dialer;

class DialerEvents {
 public:
  virtual ~DialerEvents() = default;
  /// Makes the session for one attempt. Its end has to be told to the dialer.
  virtual Session& open_session(Dialer& dialer) = 0;
};

/// Belongs to the loop's thread, but for `complaint`.
class Dialer {
 public:
  /// `tls` is of addresses over TLS, and lives as long as the dialer.
  Dialer(const SessionContext& context, StreamAddress address, io::TlsClient* tls,
         DialerEvents& events);
  void connect();
  void on_started();
  void on_ended(std::string_view why);
  /// No further attempts.
  void stop();

  const StreamAddress& address() const { return address_; }
  /// The session of the present attempt, if there is one.
  const Session* session() const { return session_; }
  /// Why there is no stream at present; nothing while there is. From any thread.
  std::optional<std::string> complaint() const;

 private:
  void connect_to(const IpAddress& address);
  void on_found(Result<std::vector<IpAddress>> found);
  void try_again(std::string_view why);
  void complain(std::optional<std::string> complaint);

  const SessionContext context_;
  const StreamAddress address_;
  io::TlsClient* const tls_;
  DialerEvents& events_;
  Session* session_ = nullptr;
  std::unique_ptr<io::Lookup> lookup_;
  size_t next_address_ = 0;  // among those of a name: each attempt takes another
  Backoff backoff_;
  io::Timer timer_;
  mutable std::mutex mutex_;  // guards the complaint
  std::optional<std::string> complaint_;
};

}  // namespace weir::flow::dnstap_source
