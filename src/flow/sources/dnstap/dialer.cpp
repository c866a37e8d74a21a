// Connecting out: a path, an address, or a name that is looked up anew for every attempt.
#include "flow/sources/dnstap/dialer.h"

#include <fmt/format.h>

#include <utility>

#include "base/units.h"
#include "io/unix_socket.h"

namespace weir::flow::dnstap_source {

Dialer::Dialer(const SessionContext& context, StreamAddress address, io::TlsClient* tls,
               DialerEvents& events)
    : context_(context),
      address_(std::move(address)),
      tls_(tls),
      events_(events),
      timer_(context.loop),
      complaint_("not connected yet") {}

void Dialer::connect() {
  if (address_.kind == StreamAddress::Kind::kUnix) {
    session_ = &events_.open_session(*this);
    session_->begin(
        io::connect_unix(context_.loop, address_.path, context_.stream_options(), *session_));
  } else if (address_.address) {
    connect_to(*address_.address);
  } else {
    lookup_ = std::make_unique<io::Lookup>(context_.loop, address_.host,
                                           [this](auto found) { on_found(std::move(found)); });
  }
}

void Dialer::on_found(Result<std::vector<IpAddress>> found) {
  lookup_.reset();
  if (found) return connect_to((*found)[next_address_++ % found->size()]);
  context_.counters.dial_failed("lookup");
  try_again(found.error().what);
}

void Dialer::connect_to(const IpAddress& address) {
  session_ = &events_.open_session(*this);
  session_->begin(io::connect_stream(context_.loop, {address, address_.port}, tls_,
                                     context_.stream_options(), *session_));
}

void Dialer::on_started() {
  backoff_.reset();
  complain(std::nullopt);
}

void Dialer::on_ended(std::string_view why) {
  session_ = nullptr;
  try_again(why);
}

void Dialer::try_again(std::string_view why) {
  const Duration wait = *backoff_.next();  // its attempts have no bound
  complain(fmt::format("{}; tried again every {}", why, format_duration(wait)));
  timer_.start(wait, [this] { connect(); });
}

void Dialer::stop() {
  timer_.stop();
  lookup_.reset();
  session_ = nullptr;
}

void Dialer::complain(std::optional<std::string> complaint) {
  const std::lock_guard lock(mutex_);
  complaint_ = std::move(complaint);
}

std::optional<std::string> Dialer::complaint() const {
  const std::lock_guard lock(mutex_);
  if (!complaint_) return std::nullopt;
  return fmt::format("{}: {}", address_.to_text(), *complaint_);
}

}  // namespace weir::flow::dnstap_source
