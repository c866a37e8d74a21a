// Signals through a signalfd.
#include "io/signals.h"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/unique_fd.h"

namespace weir::io {

struct Signals::State {
  State(Loop& loop, UniqueFd signal_fd, const sigset_t& mask)
      : set(mask), fd(std::move(signal_fd)), watch(loop, fd.get()) {}
  sigset_t set;
  UniqueFd fd;
  Watch watch;  // before the descriptor goes
};

Result<std::unique_ptr<Signals>> Signals::watch(Loop& loop, std::initializer_list<int> numbers,
                                                std::function<void(int number)> callback) {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : numbers) sigaddset(&set, number);
  if (const int failed = pthread_sigmask(SIG_BLOCK, &set, nullptr); failed != 0)
    return system_error("signals cannot be blocked", failed);
  UniqueFd fd(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd) return system_error("signals cannot be watched", errno);
  auto state = std::make_unique<State>(loop, std::move(fd), set);
  state->watch.on_readable([fd = state->fd.get(), callback = std::move(callback)] {
    signalfd_siginfo info;
    while (::read(fd, &info, sizeof info) == sizeof info)
      callback(static_cast<int>(info.ssi_signo));
  });
  return std::unique_ptr<Signals>(new Signals(std::move(state)));
}

void Signals::absorb(Duration time) {
  const SystemClock clock;
  const Instant end = clock.now() + time;
  for (Instant now = clock.now(); now < end; now = clock.now()) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(end - now);
    const timespec left{seconds.count(), static_cast<long>((end - now - seconds).count())};
    sigtimedwait(&state_->set, nullptr, &left);
  }
}

Signals::Signals(std::unique_ptr<State> state) : state_(std::move(state)) {}
Signals::~Signals() { pthread_sigmask(SIG_UNBLOCK, &state_->set, nullptr); }

}  // namespace weir::io
