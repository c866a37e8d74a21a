// The TLS server: an accepting thread and one thread a connection, all ended by shutting the
// sockets.
#include "kit/tls_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>

#include <atomic>
#include <list>
#include <mutex>
#include <thread>

#include "base/check.h"
#include "base/unique_fd.h"
#include "io/address.h"

namespace weir::kit {
namespace {

struct Free {
  void operator()(SSL* connection) const { SSL_free(connection); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

int choose_alpn(SSL*, const unsigned char** chosen, unsigned char* length,
                const unsigned char* offered, unsigned offered_length, void* argument) {
  const auto& ours = *static_cast<const std::string*>(argument);
  auto** out = const_cast<unsigned char**>(chosen);
  const auto* mine = reinterpret_cast<const unsigned char*>(ours.data());
  const int found = SSL_select_next_proto(out, length, mine, static_cast<unsigned>(ours.size()),
                                          offered, offered_length);
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

void use_identity(SSL_CTX* context, const Identity& identity) {
  BIO* memory = BIO_new_mem_buf(identity.certificate.data(), -1);
  X509* certificate = PEM_read_bio_X509(memory, nullptr, nullptr, nullptr);
  BIO_free(memory);
  memory = BIO_new_mem_buf(identity.key.data(), -1);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(memory, nullptr, nullptr, nullptr);
  BIO_free(memory);
  CHECK(SSL_CTX_use_certificate(context, certificate) == 1);
  CHECK(SSL_CTX_use_PrivateKey(context, key) == 1);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

class Session final : public TlsSession {
 public:
  Session(SSL* connection, std::atomic<uint64_t>& octets)
      : connection_(connection), octets_(octets) {}

  std::string read() override {
    std::string text(65536, '\0');
    const int got = SSL_read(connection_, text.data(), static_cast<int>(text.size()));
    text.resize(got > 0 ? static_cast<size_t>(got) : 0);
    octets_ += text.size();
    return text;
  }
  std::string read_exactly(size_t octets) override {
    std::string text(octets, '\0');
    for (size_t at = 0; at < octets;) {
      const int got = SSL_read(connection_, &text[at], static_cast<int>(octets - at));
      if (got <= 0) return {};
      at += static_cast<size_t>(got);
      octets_ += static_cast<uint64_t>(got);
    }
    return text;
  }
  bool write(std::string_view octets) override {
    return SSL_write(connection_, octets.data(), static_cast<int>(octets.size())) > 0;
  }
  std::string server_name() const override {
    const char* name = SSL_get_servername(connection_, TLSEXT_NAMETYPE_host_name);
    return name ? name : "";
  }
  std::string alpn() const override {
    const unsigned char* name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(connection_, &name, &length);
    return {reinterpret_cast<const char*>(name), length};
  }
  bool resumed() const override { return SSL_session_reused(connection_) == 1; }

 private:
  SSL* connection_;
  std::atomic<uint64_t>& octets_;
};

}  // namespace

struct TlsServer::State {
  State(TlsServerOptions given, Handler answer)
      : options(std::move(given)),
        handler(std::move(answer)),
        context(SSL_CTX_new(TLS_server_method())) {
    use_identity(context.get(), options.identity);
    if (options.only_tls12) SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
    for (const std::string& name : options.alpn) {
      alpn += static_cast<char>(name.size());
      alpn += name;
    }
    if (!alpn.empty()) SSL_CTX_set_alpn_select_cb(context.get(), choose_alpn, &alpn);
    const auto local = Endpoint::parse(options.listen);
    CHECK(local);
    listening = UniqueFd(::socket(io::family_of(local->address), SOCK_STREAM | SOCK_CLOEXEC, 0));
    io::set_option(listening.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    CHECK(io::bind_socket(listening.get(), *local));
    CHECK(::listen(listening.get(), 64) == 0);
  }

  void accept_all() {
    for (;;) {
      const int fd = ::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0 && ending) return;
      if (fd < 0) continue;
      io::set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
      ++connections;
      const std::lock_guard lock(mutex);
      descriptors.emplace_back(fd);
      threads.emplace_back([this, fd] { serve(fd); });
    }
  }

  void serve(int fd) {
    if (!options.handshakes) {
      char octet;
      while (::recv(fd, &octet, 1, 0) > 0) {
      }
      return;
    }
    const std::unique_ptr<SSL, Free> connection(SSL_new(context.get()));
    SSL_set_fd(connection.get(), fd);
    if (SSL_accept(connection.get()) == 1) {
      ++handshakes;
      if (SSL_session_reused(connection.get()) == 1) ++resumptions;
      Session session(connection.get(), octets);
      handler(session);
      SSL_shutdown(connection.get());
    } else {
      ++failures;
    }
    ERR_clear_error();
    ::shutdown(fd, SHUT_RDWR);
  }

  void drop() {
    const std::lock_guard lock(mutex);
    for (const UniqueFd& fd : descriptors) ::shutdown(fd.get(), SHUT_RDWR);
  }

  const TlsServerOptions options;
  const Handler handler;
  const std::unique_ptr<SSL_CTX, Free> context;
  std::string alpn;
  UniqueFd listening;
  std::atomic<bool> ending{false};
  std::atomic<uint64_t> connections{0}, handshakes{0}, failures{0}, resumptions{0}, octets{0};
  std::mutex mutex;
  std::list<UniqueFd> descriptors;  // kept open until the end, so that no number is used twice
  std::list<std::thread> threads;
  std::thread accepting;
};

void TlsServer::echo(TlsSession& session) {
  for (std::string text = session.read(); !text.empty(); text = session.read()) {
    if (!session.write(text)) return;
  }
}

// OpenSSL writes to sockets without MSG_NOSIGNAL.
TlsServer::TlsServer(TlsServerOptions options, Handler handler)
    : state_(std::make_unique<State>(std::move(options), std::move(handler))) {
  ::signal(SIGPIPE, SIG_IGN);
  state_->accepting = std::thread([this] { state_->accept_all(); });
}

TlsServer::~TlsServer() {
  state_->ending = true;
  ::shutdown(state_->listening.get(), SHUT_RDWR);
  state_->accepting.join();
  state_->drop();
  for (std::thread& thread : state_->threads) thread.join();
}

Endpoint TlsServer::local() const { return io::local_endpoint(state_->listening.get()); }
uint64_t TlsServer::connections() const { return state_->connections; }
uint64_t TlsServer::handshakes() const { return state_->handshakes; }
uint64_t TlsServer::failures() const { return state_->failures; }
uint64_t TlsServer::resumptions() const { return state_->resumptions; }
uint64_t TlsServer::octets() const { return state_->octets; }
void TlsServer::drop_connections() { state_->drop(); }

}  // namespace weir::kit
