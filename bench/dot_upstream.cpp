// Answers every DNS query over TLS at once, each in a record and a segment of its own as resolvers
// do, and counts connections and handshakes. Usage: dot_upstream PORT CERTIFICATE KEY COUNTERS
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <unordered_map>

#include "answers.h"

namespace weir::bench {
namespace {

constexpr size_t kMostUnsent = 1 << 20;  // octets of answers; beyond it no queries are read

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

/// One client: TLS on a socket, queries that are not yet whole, answers that are not yet sent.
class Client {
 public:
  Client(SSL_CTX* context, int socket, Counters& counters)
      : ssl_(SSL_new(context)), socket_(socket), counters_(counters) {
    SSL_set_fd(ssl_.get(), socket);
    SSL_set_accept_state(ssl_.get());
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;

  /// Does all that can be done without waiting. False when the connection is over.
  bool advance() {
    if (!shaken_ && !shake()) return alive_;
    while (alive_ && send() && receive()) {
    }
    return alive_;
  }

 private:
  bool shake() {
    if (!succeeded(SSL_do_handshake(ssl_.get()))) return false;
    shaken_ = true;
    auto& kind = SSL_session_reused(ssl_.get()) != 0 ? counters_.resumed_handshakes
                                                     : counters_.full_handshakes;
    kind.fetch_add(1);
    return true;
  }

  bool send() {
    while (sent_ < unsent_.size()) {
      const size_t frame =
          2 + static_cast<size_t>(octet(unsent_, sent_)) * 256 + octet(unsent_, sent_ + 1);
      if (!succeeded(SSL_write(ssl_.get(), &unsent_[sent_], static_cast<int>(frame))))
        return unsent_.size() - sent_ < kMostUnsent;
      sent_ += frame;
    }
    unsent_.clear();
    sent_ = 0;
    return true;
  }

  bool receive() {
    std::array<char, 16384> octets;
    const int length = SSL_read(ssl_.get(), octets.data(), octets.size());
    if (!succeeded(length)) return false;
    unread_.append(octets.data(), static_cast<size_t>(length));
    size_t at = 0;
    while (unread_.size() - at >= 2) {
      const size_t query = static_cast<size_t>(octet(unread_, at)) * 256 + octet(unread_, at + 1);
      if (unread_.size() - at - 2 < query) break;
      answer(at + 2, query);
      at += 2 + query;
    }
    unread_.erase(0, at);
    return alive_;
  }

  void answer(size_t at, size_t length) {
    std::array<uint8_t, kLargestQuery + kRecord> message;
    alive_ = alive_ && length <= kLargestQuery;
    if (!alive_) return;
    std::memcpy(message.data(), &unread_[at], length);
    const size_t size = make_answer(message, length);
    if (size == 0) return;
    unsent_.push_back(static_cast<char>(size >> 8));
    unsent_.push_back(static_cast<char>(size & 255));
    unsent_.append(reinterpret_cast<char*>(message.data()), size);
    counters_.queries.fetch_add(1, std::memory_order_relaxed);
  }

  bool succeeded(int result) {
    if (result > 0) return true;
    const int why = SSL_get_error(ssl_.get(), result);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return false;
    alive_ = false;
    ERR_clear_error();  // the next connection must not find this one's errors
    return false;
  }

  static uint8_t octet(const std::string& octets, size_t at) {
    return static_cast<uint8_t>(octets[at]);
  }

  std::unique_ptr<SSL, FreeSsl> ssl_;
  int socket_;
  Counters& counters_;
  bool shaken_ = false;
  bool alive_ = true;
  std::string unread_;
  std::string unsent_;
  size_t sent_ = 0;
};

int open_listener(uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_port = htons(port);
  local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(socket, reinterpret_cast<sockaddr*>(&local), sizeof local) == 0 &&
      ::listen(socket, SOMAXCONN) == 0)
    return socket;
  std::perror("dot_upstream: bind");
  std::exit(1);
}

SSL_CTX* open_context(const char* certificate, const char* key) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_CTX_use_certificate_chain_file(context, certificate) == 1 &&
      SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1)
    return context;
  std::fputs("dot_upstream: the certificate or its key cannot be read\n", stderr);
  std::exit(1);
}

class Server {
 public:
  Server(SSL_CTX* context, int listener, Counters& counters)
      : context_(context), listener_(listener), counters_(counters) {
    watch(listener_, EPOLLIN);
  }

  [[noreturn]] void serve() {
    std::array<epoll_event, 64> events;
    for (;;) {
      const int ready = ::epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < ready; ++i) {
        const int socket = events[static_cast<size_t>(i)].data.fd;
        if (socket == listener_) {
          accept();
        } else if (!clients_.at(socket)->advance()) {
          clients_.erase(socket);
        }
      }
    }
  }

 private:
  void watch(int socket, uint32_t events) {
    epoll_event event{.events = events, .data = {.fd = socket}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
  }

  void accept() {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0) return;
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    counters_.connections.fetch_add(1);
    clients_.insert_or_assign(socket, std::make_unique<Client>(context_, socket, counters_));
    watch(socket, EPOLLIN | EPOLLOUT | EPOLLET);
  }

  SSL_CTX* context_;
  int listener_;
  Counters& counters_;
  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::unordered_map<int, std::unique_ptr<Client>> clients_;
};

}  // namespace
}  // namespace weir::bench

int main(int count, char** words) {
  using namespace weir::bench;
  if (count != 5) return 2;
  std::signal(SIGPIPE, SIG_IGN);
  SSL_CTX* context = open_context(words[2], words[3]);
  const int listener = open_listener(static_cast<uint16_t>(std::atoi(words[1])));
  Server(context, listener, *open_counters(words[4])).serve();
}
