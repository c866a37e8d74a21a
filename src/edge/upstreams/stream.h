// DNS over TCP and over TLS: a pool of pipelined connections (RFC 7766, RFC 7858). Usually one is
// open; another is opened only when every one is busy.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "edge/upstream_address.h"
#include "edge/upstreams/asks.h"
#include "edge/upstreams/backoff.h"
#include "edge/upstreams/bootstrap.h"
#include "edge/upstreams/connection.h"

namespace weir::edge::upstreams {

class StreamUpstream final : public Upstream, Asks::Owner, Connection::Owner {
 public:
  /// TLS with the client of the upstream's state, or plain TCP without one.
  StreamUpstream(const UpstreamContext& context, const UpstreamAddress& address);
  ~StreamUpstream() override;
  /// Where the address was given by name: begins to look it up.
  Status look_up(const std::string& host);

  void ask(AskToken token, Bytes query, Instant deadline) override;
  void cancel(AskToken token) override;
  void prewarm() override;
  void drain() override;

 private:
  using Held = std::shared_ptr<Connection>;

  void on_due(Slot slot, Instant now) override;
  void on_left(Lane lane) override;
  void on_open(Connection& connection) override;
  void on_message(Connection& connection, Bytes message, Instant now) override;
  void on_end(Connection& connection, io::CloseCause cause, std::string_view detail) override;

  void send(Slot slot);
  Connection* choose(Instant now);
  Connection* least_outstanding(bool open) const;
  std::optional<AskFailure> refusal(Instant now) const;
  Connection* open_connection();
  void take_out(Connection& connection);
  void end_orderly(Connection& connection);
  void connecting_failed(const Held& held, AskFailure cause, std::string_view detail);
  void broke(const Held& held, AskFailure cause);
  void reopen_later();
  void look_at_idle(Instant when);
  void close_idle();
  void note_barren(const Connection& connection);
  void on_addresses();
  void note_trouble(AskFailure cause, std::string_view detail);

  const UpstreamContext context_;
  UpstreamState& state_;
  const uint16_t port_;
  const size_t max_connections_;
  Asks asks_;
  std::vector<Endpoint> addresses_;
  size_t address_ = 0;           // the one in use
  size_t failed_addresses_ = 0;  // in a row
  std::vector<Held> lanes_;      // by lane; null where there is none
  std::optional<Instant> failed_at_;
  AskFailure last_failure_{};
  Backoff backoff_;
  io::Timer reopening_;
  io::Timer idling_;
  std::optional<Instant> idle_look_;
  unsigned barren_ = 0;  // connections in a row that broke without one answer
  bool keep_warm_ = false;
  bool draining_ = false;
  std::unique_ptr<Bootstrap> bootstrap_;
};

}  // namespace weir::edge::upstreams
