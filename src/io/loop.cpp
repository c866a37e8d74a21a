// The event loop on Boost.Asio: an io_context run by one thread, steady timers, and waits for
// readiness.
#include "io/loop.h"

#ifdef __SANITIZE_THREAD__  // cannot follow fences; the scheduler's mutex orders the same accesses
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#endif
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "base/log.h"

namespace weir::io {

namespace asio = boost::asio;

// With the context's own executor, because Asio's usual one is type-erased and costs each
// operation.
using Executor = asio::io_context::executor_type;
using SteadyTimer =
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, Executor>;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

struct Loop::Native {
  asio::io_context context{1};  // the hint that one thread runs it
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
};

Loop::Loop() : native_(std::make_unique<Native>()) {}
Loop::~Loop() = default;

void Loop::run() {
  native_->context.run();
  native_->context.restart();
}

void Loop::turn() {
  native_->context.poll();
  native_->context.restart();
}

void Loop::stop() { native_->context.stop(); }

void Loop::post(std::function<void()> work) { asio::post(native_->context, std::move(work)); }

// The callback lives in Asio's operation, not here: so a callback may own the object that owns the
// timer, and the loop's end still frees both.
struct Timer::State {
  explicit State(asio::io_context& context) : timer(context) {}
  SteadyTimer timer;
  uint64_t generation = 0;  // of the start that may call; older ones stay silent
};

Timer::Timer(Loop& loop) : state_(std::make_shared<State>(loop.native().context)) {}
Timer::Timer(Timer&&) noexcept = default;
Timer::~Timer() {
  if (state_) stop();
}

void Timer::start(Duration after, std::function<void()> callback) {
  const uint64_t generation = ++state_->generation;
  state_->timer.expires_after(after);
  state_->timer.async_wait([state = state_, generation,
                            callback = std::move(callback)](const boost::system::error_code&) {
    if (state->generation == generation) callback();
  });
}

void Timer::stop() {
  ++state_->generation;
  state_->timer.cancel();
}

struct Watch::State : std::enable_shared_from_this<Watch::State> {
  explicit State(asio::io_context& context) : descriptor(context) {}

  void await_readable() {
    if (waiting_readable || !readable || !descriptor.is_open()) return;
    waiting_readable = true;
    descriptor.async_wait(
        Descriptor::wait_read,
        [self = shared_from_this()](const boost::system::error_code&) { self->call_readable(); });
  }

  // The callback is taken out for the call, because the call may replace it or end the watch.
  void call_readable() {
    waiting_readable = false;
    if (!readable) return;
    const uint64_t before = generation;
    auto callback = std::exchange(readable, nullptr);
    callback();
    if (generation == before) readable = std::move(callback);
    await_readable();
  }

  void await_writable() {
    if (waiting_writable || !descriptor.is_open()) return;
    waiting_writable = true;
    descriptor.async_wait(Descriptor::wait_write,
                          [self = shared_from_this()](const boost::system::error_code&) {
                            self->waiting_writable = false;
                            if (auto callback = std::exchange(self->writable, nullptr)) callback();
                          });
  }

  void end() {
    ++generation;
    readable = nullptr;
    writable = nullptr;
    if (descriptor.is_open()) descriptor.release();  // cancels; the owner's descriptor stays open
  }

  Descriptor descriptor;
  std::function<void()> readable;
  std::function<void()> writable;
  uint64_t generation = 0;  // changes when `readable` is replaced from outside
  bool waiting_readable = false;
  bool waiting_writable = false;
};

Watch::Watch(Loop& loop, int fd) : state_(std::make_shared<State>(loop.native().context)) {
  boost::system::error_code failed;
  state_->descriptor.assign(fd, failed);
  if (failed) log::error("cannot watch a descriptor: " + failed.message());
}
Watch::Watch(Watch&&) noexcept = default;
Watch::~Watch() {
  if (state_) state_->end();
}

void Watch::on_readable(std::function<void()> callback) {
  ++state_->generation;
  state_->readable = std::move(callback);
  state_->await_readable();
}

void Watch::once_writable(std::function<void()> callback) {
  state_->writable = std::move(callback);
  state_->await_writable();
}

}  // namespace weir::io
