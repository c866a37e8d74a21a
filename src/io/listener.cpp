// Accepting connections, a bounded number a turn, and waiting out a shortage of descriptors.
#include "io/listener.h"

#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "io/address.h"

namespace weir::io {
namespace {

constexpr int kBacklog = 1024;
constexpr int kAcceptsPerTurn = 64;
constexpr Duration kShortagePause = 100ms;

class SocketListener final : public Listener {
 public:
  SocketListener(Loop& loop, UniqueFd fd, std::string name, OnConnection on_connection)
      : fd_(std::move(fd)),
        name_(std::move(name)),
        local_(local_endpoint(fd_.get())),
        wildcard_(is_wildcard(local_.address)),
        on_connection_(std::make_shared<OnConnection>(std::move(on_connection))),
        watch_(loop, fd_.get()),
        timer_(loop) {
    resume();
  }

  Endpoint local() const override { return local_; }
  uint64_t pauses() const override { return pauses_; }

 private:
  void resume() {
    watch_.on_readable([this] { accept_turn(); });
  }

  // The call may destroy this listener: what is used after it is held here.
  void accept_turn() {
    const auto on_connection = on_connection_;
    const std::weak_ptr<OnConnection> alive = on_connection_;
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
      SocketAddress from{};
      socklen_t length = sizeof from;
      UniqueFd fd(::accept4(fd_.get(), &from.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!fd) {
        if (errno == EAGAIN) return;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
          pause(errno);
          return;
        }
        continue;  // that connection failed before it was taken (accept(2))
      }
      short_ = false;
      const Endpoint local = wildcard_ ? local_endpoint(fd.get()) : local_;
      (*on_connection)(std::move(fd), read_address(from), local);
      if (alive.use_count() == 1) return;  // only ours is left: the listener is gone
    }
  }

  // A shortage is logged when it begins, not every time it is found to last.
  void pause(int error_number) {
    ++pauses_;
    if (!std::exchange(short_, true)) {
      log::warning("accepting on " + name_ +
                   " pauses: " + std::generic_category().message(error_number));
    }
    watch_.on_readable(nullptr);
    timer_.start(kShortagePause, [this] { resume(); });
  }

  const UniqueFd fd_;
  const std::string name_;
  const Endpoint local_;
  const bool wildcard_;
  const std::shared_ptr<OnConnection> on_connection_;
  Watch watch_;
  Timer timer_;
  uint64_t pauses_ = 0;
  bool short_ = false;
};

}  // namespace

Result<std::unique_ptr<Listener>> listen_on(Loop& loop, UniqueFd fd, std::string name,
                                            Listener::OnConnection on_connection) {
  if (::listen(fd.get(), kBacklog) != 0) return system_error("cannot listen on " + name, errno);
  return std::unique_ptr<Listener>(std::make_unique<SocketListener>(
      loop, std::move(fd), std::move(name), std::move(on_connection)));
}

Result<std::unique_ptr<Listener>> listen_stream(Loop& loop, const Endpoint& local, bool reuse_port,
                                                Listener::OnConnection on_connection) {
  TRY(UniqueFd fd, open_socket(local.address, SOCK_STREAM));
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (reuse_port && !set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1)) {
    return system_error("cannot share a port", errno);
  }
  TRY_DONE(bind_socket(fd.get(), local));
  return listen_on(loop, std::move(fd), local.to_text(), std::move(on_connection));
}

}  // namespace weir::io
