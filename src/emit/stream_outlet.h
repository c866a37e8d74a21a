// A receiver over a socket. The owner's thread waits by running a loop of the outlet's own until
// what it waits for has happened, so that sockets, TLS and time are those of io/.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "emit/outlet.h"
#include "io/loop.h"
#include "io/stream.h"
#include "io/tls.h"
#include "proto/dnstap/sender.h"

namespace weir::emit {

class StreamOutlet final : public Outlet, private io::StreamEvents {
 public:
  explicit StreamOutlet(const UnixTarget& target);
  /// Over TLS if there is a `tls`.
  StreamOutlet(const TcpTarget& target, std::unique_ptr<io::TlsClient> tls);
  ~StreamOutlet() override;

  /// A name is looked up anew each time, and each time the next of its addresses is taken.
  Status open() override;
  bool is_open() const override { return stream_ != nullptr && !trouble_; }
  Written write(Bytes frames) override;
  Status tend(WallTime now) override;
  void close() override;
  void interrupt() override;

 private:
  enum class Interrupts : bool { kHeed, kIgnore };
  using Condition = std::function<bool()>;

  Status connect();
  Result<IpAddress> find_address();
  Status shake_hands();
  Status await(const Condition& met, std::optional<Duration> patience, const std::string& missing,
               Interrupts interrupts = Interrupts::kHeed);
  bool all_taken() const { return stream_->pending_octets() == 0; }
  void say();
  void drop();
  Error trouble(const std::string& what) const;

  void on_open() override;
  void on_data(Bytes octets) override;
  void on_sent() override { loop_.stop(); }
  void on_close(io::CloseCause cause, std::string_view detail) override;

  const std::string name_;  // in errors
  const StreamTarget common_;
  const std::string path_;  // of a Unix socket; else empty
  const std::string host_;
  const uint16_t port_ = 0;
  const std::unique_ptr<io::TlsClient> tls_;
  size_t next_address_ = 0;

  std::atomic<bool> interrupted_{false};
  io::Loop loop_;
  io::Timer timer_{loop_};
  std::unique_ptr<io::Stream> stream_;
  std::optional<dnstap::Sender> sender_;  // of a stream of frames
  bool connected_ = false;
  std::optional<Error> trouble_;  // why the stream has ended
};

}  // namespace weir::emit
