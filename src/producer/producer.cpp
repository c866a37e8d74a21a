// The public face: a handle on an Intake, or on nothing.
#include "producer/intake.h"
#include "producer/output.h"
#include "weir/dnstap.h"

namespace weir::tap {
namespace {

const SystemClock& machine_clock() {
  static const SystemClock clock;
  return clock;
}

constexpr Duration kLastWait = std::chrono::seconds(1);

}  // namespace

class __attribute__((visibility("hidden"))) Producer::Impl {
 public:
  static Result<std::unique_ptr<Impl>> open(const Options& options) {
    TRY_DONE(producer::check_limits(options));
    TRY(const emit::Target target, producer::target_of(options));
    TRY(auto outlet, emit::make_outlet(target));
    // A file that cannot be written to is a mistake; a receiver that is away may come.
    if (std::holds_alternative<emit::FileTarget>(target)) TRY_DONE(outlet->open());
    auto impl = std::make_unique<Impl>(std::move(outlet), options);
    TRY_DONE(impl->intake.start());
    return impl;
  }
  Impl(std::unique_ptr<emit::Outlet> outlet, const Options& options)
      : intake(std::move(outlet), options, machine_clock()) {}

  /// Closes, or lets go of what is the parent's.
  static void end(std::unique_ptr<Impl> impl) {
    if (!impl || impl->closed) return;
    if (!impl->intake.is_child()) {
      impl->intake.close(kLastWait);
      return;
    }
    [[maybe_unused]] const Impl* const the_parent_s = impl.release();
  }

  producer::Intake intake;
  bool closed = false;
};

Producer::Producer() noexcept = default;
Producer::Producer(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Producer::~Producer() { Impl::end(std::move(impl_)); }
Producer::Producer(Producer&& other) noexcept = default;
Producer& Producer::operator=(Producer&& other) noexcept {
  if (this != &other) Impl::end(std::exchange(impl_, std::move(other.impl_)));
  return *this;
}

Producer::Opened Producer::open(const Options& options) {
  auto made = Impl::open(options);
  if (!made) return {Producer(), std::move(made).error().what};
  return {Producer(*std::move(made)), {}};
}

Outcome Producer::log(const Message& message) noexcept {
  return impl_ ? impl_->intake.log(message) : Outcome::kClosed;
}

Outcome Producer::client_query(const Endpoint& client, const Endpoint& server, Protocol protocol,
                               Bytes query, std::optional<Time> query_time) noexcept {
  return log({.type = Type::kClientQuery,
              .protocol = protocol,
              .query_endpoint = client,
              .response_endpoint = server,
              .query = query,
              .query_time = query_time});
}

Outcome Producer::client_response(const Endpoint& client, const Endpoint& server, Protocol protocol,
                                  Bytes query, Bytes response, std::optional<Time> query_time,
                                  std::optional<Time> response_time) noexcept {
  return log({.type = Type::kClientResponse,
              .protocol = protocol,
              .query_endpoint = client,
              .response_endpoint = server,
              .query = query,
              .response = response,
              .query_time = query_time,
              .response_time = response_time});
}

Statistics Producer::statistics() const {
  return impl_ ? impl_->intake.statistics() : Statistics{};
}

bool Producer::flush(Duration timeout) { return !impl_ || impl_->intake.flush(timeout); }

bool Producer::close(Duration timeout) {
  if (!impl_ || impl_->closed || impl_->intake.is_child()) return true;
  impl_->closed = true;
  return impl_->intake.close(timeout);
}

}  // namespace weir::tap
