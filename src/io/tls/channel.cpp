// Octets inside TLS, as client or server: OpenSSL over a socket it reads and writes through us.
#include "io/channel.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "io/tls/context.h"

namespace weir::io {
namespace {

// The socket under OpenSSL. It remembers what the kernel said, which OpenSSL's errors leave out,
// and that there is nothing more to read, which saves a system call a wake.
struct Socket {
  int fd = -1;
  int error_number = 0;
  bool ended = false;
  bool drained = false;
};

int read_socket(BIO* bio, char* into, int size) {
  auto& socket = *static_cast<Socket*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (socket.drained) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const ssize_t got = ::recv(socket.fd, into, static_cast<size_t>(size), 0);
  if (got > 0) {
    socket.drained = got < size;
  } else if (got == 0) {
    socket.ended = true;
  } else if (errno == EAGAIN || errno == EINTR) {
    BIO_set_retry_read(bio);
  } else {
    socket.error_number = errno;
  }
  return static_cast<int>(got);
}

int write_socket(BIO* bio, const char* from, int size) {
  auto& socket = *static_cast<Socket*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const ssize_t sent = ::send(socket.fd, from, static_cast<size_t>(size), MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<int>(sent);
  if (errno == EAGAIN || errno == EINTR) {
    BIO_set_retry_write(bio);
  } else {
    socket.error_number = errno;
  }
  return -1;
}

long control_socket(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

class TlsChannel final : public Channel {
 public:
  TlsChannel(int fd, std::shared_ptr<const TlsContext> context)
      : context_(std::move(context)), socket_{fd}, ssl_(SSL_new(context_->context.get())) {
    BIO* bio = BIO_new(context_->socket_method.get());
    if (!ssl_ || bio == nullptr) {
      BIO_free(bio);
      ssl_.reset();
      return;
    }
    BIO_set_data(bio, &socket_);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_app_data(ssl_.get(), &failure_);
  }

  /// Which side we are is said before the handshake.
  void become_server() {
    if (ssl_) SSL_set_accept_state(ssl_.get());
  }
  void become_client() {
    if (!ssl_) return;
    SSL_set_connect_state(ssl_.get());
    if (!context_->server_name.empty()) {
      SSL_set_tlsext_host_name(ssl_.get(), context_->server_name.c_str());
    }
    if (const auto session = context_->sessions.take()) SSL_set_session(ssl_.get(), session.get());
  }

  ~TlsChannel() override {
    // A connection that ends without a goodbye would take its session with it (RFC 5246 §7.2.1 no
    // longer asks for that); DNS messages say their own length, so a cut harms nobody.
    if (ssl_ && SSL_is_init_finished(ssl_.get())) {
      SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    }
  }

  void begin_turn() override { socket_.drained = false; }

  ChannelResult handshake() override {
    if (!ssl_) return {ChannelResult::State::kEnded, 0, CloseCause::kTlsProtocol, "out of memory"};
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_.get());
    if (done == 1) return {};
    ChannelResult result = explain(done);
    if (result.state == ChannelResult::State::kEnded && result.cause == CloseCause::kEndOfStream) {
      result.cause = CloseCause::kTlsProtocol;
      result.detail = "the peer ended the connection during the TLS handshake";
    }
    return result;
  }

  ChannelResult read(MutableBytes into) override {
    ERR_clear_error();
    size_t got = 0;
    const int done = SSL_read_ex(ssl_.get(), into.data(), into.size(), &got);
    if (done == 1) return {ChannelResult::State::kDone, got};
    return explain(done);
  }

  ChannelResult write(Bytes octets) override {
    ERR_clear_error();
    size_t sent = 0;
    const int done = SSL_write_ex(ssl_.get(), octets.data(), octets.size(), &sent);
    if (done == 1) return {ChannelResult::State::kDone, sent};
    return explain(done);
  }

  bool has_buffered() const override { return SSL_has_pending(ssl_.get()) == 1; }

  void say_goodbye() override {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }

  bool resumed() const override { return SSL_session_reused(ssl_.get()) == 1; }

 private:
  ChannelResult explain(int returned) const {
    switch (SSL_get_error(ssl_.get(), returned)) {
      case SSL_ERROR_WANT_READ: return {ChannelResult::State::kWantRead};
      case SSL_ERROR_WANT_WRITE: return {ChannelResult::State::kWantWrite};
      case SSL_ERROR_ZERO_RETURN:
        return {ChannelResult::State::kEnded, 0, CloseCause::kEndOfStream, {}};
      default: break;
    }
    if (failure_.happened) {
      return {ChannelResult::State::kEnded, 0, failure_.cause, failure_.detail};
    }
    if (socket_.error_number != 0) return ended_by(socket_.error_number);
    if (socket_.ended) return {ChannelResult::State::kEnded, 0, CloseCause::kEndOfStream, {}};
    const unsigned long error = ERR_peek_error();
    const char* reason = ERR_reason_error_string(error);
    const bool missing = ERR_GET_LIB(error) == ERR_LIB_SSL &&
                         ERR_GET_REASON(error) == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE;
    return {ChannelResult::State::kEnded, 0,
            missing ? CloseCause::kCertificateMissing : CloseCause::kTlsProtocol,
            reason ? reason : "TLS failed"};
  }

  const std::shared_ptr<const TlsContext> context_;
  Socket socket_;
  VerifyFailure failure_;
  TlsOwned<SSL> ssl_;  // uses the members above
};

}  // namespace

TlsOwned<bio_method_st> make_socket_method() {
  TlsOwned<BIO_METHOD> method(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "weir socket"));
  if (!method) return nullptr;
  BIO_meth_set_read(method.get(), read_socket);
  BIO_meth_set_write(method.get(), write_socket);
  BIO_meth_set_ctrl(method.get(), control_socket);
  return method;
}

std::unique_ptr<Channel> make_tls_channel(int fd, TlsClient& client) {
  auto channel = std::make_unique<TlsChannel>(fd, client.native().context);
  channel->become_client();
  return channel;
}

std::unique_ptr<Channel> make_tls_channel(int fd, TlsServer& server) {
  auto channel = std::make_unique<TlsChannel>(fd, server.native().context);
  channel->become_server();
  return channel;
}

}  // namespace weir::io
