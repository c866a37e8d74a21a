// Connecting, shaking hands, writing and saying goodbye, each a wait with an end.
#include "emit/stream_outlet.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/units.h"
#include "emit/whole_frames.h"
#include "io/lookup.h"
#include "io/unix_socket.h"

namespace weir::emit {
namespace {

// Given to the stream at a time: what the kernel does not take at once is copied, and no more.
constexpr size_t kPieceOctets = 64 << 10;
constexpr size_t kControlOctets = 1 << 10;  // room beside a piece: START, STOP
constexpr size_t kReadOctets = 1 << 10;     // a receiver has little to say
constexpr Duration kFinishPatience = 1s;

}  // namespace

StreamOutlet::StreamOutlet(const UnixTarget& target)
    : name_(to_text(target)), common_(target), path_(target.path) {}

StreamOutlet::StreamOutlet(const TcpTarget& target, std::unique_ptr<io::TlsClient> tls)
    : name_((tls ? "tls:" : "tcp:") + to_text(target).substr(sizeof "tcp:" - 1)),
      common_(target),
      host_(target.host),
      port_(target.port),
      tls_(std::move(tls)) {}

StreamOutlet::~StreamOutlet() { drop(); }

Status StreamOutlet::open() {
  drop();
  trouble_.reset();
  connected_ = false;
  if (common_.frames)
    sender_.emplace(common_.bidirectional ? dnstap::Sender::Mode::kBidirectional
                                          : dnstap::Sender::Mode::kUnidirectional);
  Status opened = connect();
  if (opened && sender_) opened = shake_hands();
  if (!opened) drop();
  return opened;
}

Status StreamOutlet::connect() {
  const io::StreamOptions options{.limit_octets = kPieceOctets + kControlOctets,
                                  .connect_timeout = common_.connect_timeout,
                                  .read_octets = kReadOctets,
                                  .keepalive = path_.empty()};
  if (!path_.empty()) {
    stream_ = io::connect_unix(loop_, path_, options, *this);
  } else {
    TRY(const IpAddress address, find_address());
    stream_ = io::connect_stream(loop_, {address, port_}, tls_.get(), options, *this);
  }
  // The stream itself ends when the connection takes too long.
  return await([this] { return connected_; }, std::nullopt, {});
}

Result<IpAddress> StreamOutlet::find_address() {
  if (const auto address = IpAddress::parse(host_)) return *address;
  std::optional<Result<std::vector<IpAddress>>> found;
  const io::Lookup lookup(loop_, host_, [&](Result<std::vector<IpAddress>> answer) {
    found = std::move(answer);
    loop_.stop();
  });
  TRY_DONE(await([&] { return found.has_value(); }, common_.connect_timeout, "no address found"));
  TRY(const std::vector<IpAddress> addresses, *std::move(found));
  return addresses[next_address_++ % addresses.size()];
}

Status StreamOutlet::shake_hands() {
  say();
  const auto done = [this] {
    return sender_->state() == dnstap::Sender::State::kOpen && all_taken();
  };
  return await(done, common_.handshake_timeout, "the receiver did not answer");
}

Written StreamOutlet::write(Bytes frames) {
  if (!is_open()) return {0, trouble_.value_or(trouble("not connected"))};
  loop_.turn();  // a receiver that has said goodbye already gets nothing
  size_t sent = 0;
  std::optional<Error> error = trouble_;
  while (!error && sent < frames.size()) {
    const Bytes piece = frames.subspan(sent, std::min(kPieceOctets, frames.size() - sent));
    if (!stream_->send(piece)) error = trouble("the connection has ended");
    if (error) break;
    sent += piece.size();
    stream_->flush();
    const Status taken = await([this] { return all_taken(); }, std::nullopt, {});
    if (!taken) error = taken.error();
  }
  if (!error) return {sent, std::nullopt};
  const size_t taken_octets = sent - std::min(sent, stream_->pending_octets());
  drop();
  return {sender_ ? whole_frames(frames, taken_octets) : taken_octets, std::move(error)};
}

Status StreamOutlet::tend(WallTime) {
  if (!is_open()) return Done{};
  loop_.turn();
  if (!trouble_) return Done{};
  drop();
  return *trouble_;
}

void StreamOutlet::close() {
  if (is_open()) {
    if (sender_) {
      sender_->close();
      say();
    }
    const auto done = [this] {
      return (!sender_ || sender_->state() == dnstap::Sender::State::kClosed) && all_taken();
    };
    // Who does not answer in time has had its STOP all the same.
    static_cast<void>(await(done, kFinishPatience, "no FINISH", Interrupts::kIgnore));
    if (all_taken()) stream_->close();
  }
  drop();
}

/// The flag is set before the stop and asked before each run: whichever comes first, the wait
/// ends.
void StreamOutlet::interrupt() {
  interrupted_ = true;
  loop_.stop();
}

/// Runs the loop until `met`, or fails with what came instead: the end of the stream, of
/// `patience`, an interrupt. Whatever may change the answer stops the loop.
Status StreamOutlet::await(const Condition& met, std::optional<Duration> patience,
                           const std::string& missing, Interrupts interrupts) {
  bool late = false;
  if (patience)
    timer_.start(*patience, [&] {
      late = true;
      loop_.stop();
    });
  const auto interrupted = [&] { return interrupts == Interrupts::kHeed && interrupted_; };
  while (!met() && !trouble_ && !late && !interrupted()) loop_.run();
  timer_.stop();
  if (trouble_) return *trouble_;
  if (met()) return Done{};
  if (late) return trouble(fmt::format("{} within {}", missing, format_duration(*patience)));
  return trouble("interrupted");
}

void StreamOutlet::say() {
  if (const Octets output = sender_->take_output(); !output.empty()) stream_->send(output);
}

void StreamOutlet::drop() {
  if (stream_ != nullptr) stream_->abandon();
  stream_.reset();
}

Error StreamOutlet::trouble(const std::string& what) const {
  return {Fault::kPeer, fmt::format("{}: {}", name_, what), true};
}

void StreamOutlet::on_open() {
  connected_ = true;
  loop_.stop();
}

void StreamOutlet::on_data(Bytes octets) {
  if (!sender_) return;  // whatever it says, it was not asked
  sender_->feed(octets);
  if (sender_->state() == dnstap::Sender::State::kFailed) {
    trouble_ = trouble(fmt::format("the receiver does not speak Frame Streams as we do ({})",
                                   to_text(sender_->fault())));
    stream_->abandon();
  } else {
    say();
  }
  loop_.stop();
}

void StreamOutlet::on_close(io::CloseCause cause, std::string_view detail) {
  if (sender_) sender_->on_end();
  trouble_ = trouble(fmt::format("{} ({})", detail, io::to_text(cause)));
  loop_.stop();
}

}  // namespace weir::emit
