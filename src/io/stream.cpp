// Making streams: the owner's handle on a connection, outgoing or accepted.
#include "io/stream.h"

#include <array>
#include <utility>

#include "io/address.h"
#include "io/channel.h"
#include "io/connection.h"

namespace weir::io {
namespace {

class OwnedStream final : public Stream {
 public:
  explicit OwnedStream(std::shared_ptr<Connection> connection)
      : connection_(std::move(connection)) {}
  ~OwnedStream() override { connection_->close(); }
  bool send(Bytes octets) override { return connection_->send(octets); }
  void flush() override { connection_->flush(); }
  size_t pending_octets() const override { return connection_->pending_octets(); }
  size_t unacknowledged_octets() const override { return connection_->unacknowledged_octets(); }
  void pause_reading(bool paused) override { connection_->pause_reading(paused); }
  void close() override { connection_->close(); }
  void abandon() override { connection_->abandon(); }
  Endpoint peer() const override { return connection_->peer(); }
  Endpoint local() const override { return connection_->local(); }
  bool resumed() const override { return connection_->resumed(); }

 private:
  const std::shared_ptr<Connection> connection_;
};

}  // namespace

std::string_view to_text(CloseCause cause) {
  constexpr std::array<std::string_view, 14> kTexts = {"end_of_stream",
                                                       "reset",
                                                       "refused",
                                                       "unreachable",
                                                       "timeout",
                                                       "overflow",
                                                       "local",
                                                       "tls_protocol",
                                                       "certificate_name",
                                                       "certificate_expired",
                                                       "certificate_self_signed",
                                                       "certificate_untrusted",
                                                       "certificate_pin",
                                                       "certificate_missing"};
  return kTexts[static_cast<size_t>(cause)];
}

std::unique_ptr<Stream> own_stream(std::shared_ptr<Connection> connection) {
  return std::make_unique<OwnedStream>(std::move(connection));
}

std::unique_ptr<Stream> failed_stream(Loop& loop, const Endpoint& peer, std::string why,
                                      const StreamOptions& options, StreamEvents& events) {
  auto connection = std::make_shared<Connection>(loop, UniqueFd(), peer, options, events, nullptr);
  connection->fail_later(
      {ChannelResult::State::kEnded, 0, CloseCause::kUnreachable, std::move(why)});
  return own_stream(std::move(connection));
}

std::unique_ptr<Stream> connect_stream(Loop& loop, const Endpoint& peer, TlsClient* tls,
                                       const StreamOptions& options, StreamEvents& events) {
  auto fd = open_socket(peer.address, SOCK_STREAM);
  if (!fd) return failed_stream(loop, peer, fd.error().what, options, events);
  auto channel = tls ? make_tls_channel(fd->get(), *tls) : make_plain_channel(fd->get());
  auto connection =
      std::make_shared<Connection>(loop, *std::move(fd), peer, options, events, std::move(channel));
  SocketAddress address;
  const socklen_t length = write_address(peer, address);
  connection->connect(address.any, length);
  return own_stream(std::move(connection));
}

std::unique_ptr<Stream> accept_stream(Loop& loop, UniqueFd fd, const Endpoint& peer,
                                      const Endpoint& local, const StreamOptions& options,
                                      StreamEvents& events, TlsServer* tls) {
  using Opening = Connection::Opening;
  auto channel = tls ? make_tls_channel(fd.get(), *tls) : make_plain_channel(fd.get());
  auto connection =
      std::make_shared<Connection>(loop, std::move(fd), peer, options, events, std::move(channel));
  connection->accept(local, tls ? Opening::kHandshake : Opening::kAtOnce);
  return own_stream(std::move(connection));
}

}  // namespace weir::io
