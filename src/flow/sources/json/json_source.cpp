// Lines of JSON, or of key=value pairs, from any number of senders, on one thread: what shippers of
// logs and another weir send.
#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "flow/source.h"
#include "flow/sources/doorway.h"
#include "flow/sources/json/session.h"

namespace weir::flow {
namespace json_source {
namespace {

constexpr Duration kFlushInterval = 1ms;  // what was recorded waits for more at most so long
constexpr Duration kRoomInterval = 1ms;   // between two looks whether there is room again
constexpr int kFinishPatience = 1000;     // such intervals, at the end
constexpr size_t kReplyOctets = 1 << 10;  // TLS alone has something to say
constexpr size_t kReadOctets = 64 << 10;

class JsonSource final : public Source, public Intake {
 public:
  JsonSource(const JsonSourceSettings& settings, SourceContext context)
      : settings_(settings),
        context_(std::move(context)),
        counters_(context_.metrics, context_.name),
        troubles_(context_.clock),
        tap_(context_.open_tap()),
        reader_(settings.tag) {}
  ~JsonSource() override { stop(); }

  Status open() {
    return door_.open([this](Accepted accepted) { on_connection(std::move(accepted)); });
  }

  void start() override {
    thread_ = std::thread([this] { loop_.run(); });
  }

  void stop() override {
    if (!thread_.joinable()) return;
    loop_.post([this] {
      room_.stop();
      door_.close();
      sessions_.clear();
      finish(kFinishPatience);
    });
    thread_.join();
  }

  void reopen() override { door_.reopen(); }

 private:
  void on_connection(Accepted accepted);
  bool has_room() override {
    return settings_.overflow == SourceOverflow::kDrop || tap_.has_room();
  }
  void take(std::string_view line, Session& session) override;
  void on_full() override;
  void on_ended(Session& session) override;
  void wait_for_room();
  void flush_later();
  void finish(int patience);

  const JsonSourceSettings settings_;
  SourceContext context_;
  Counters counters_;
  SparseLog troubles_;
  model::Tap& tap_;
  RecordReader reader_;
  io::Loop loop_;
  io::Timer room_{loop_};
  io::Timer flush_{loop_};
  bool waiting_ = false;  // for room: every session is paused
  bool flushes_later_ = false;
  Doorway door_{settings_, loop_};
  std::list<std::unique_ptr<Session>> sessions_;
  std::thread thread_;
};

void JsonSource::on_connection(Accepted accepted) {
  counters_.accepted.add();
  if (const std::string_view reason = door_.refusal(accepted, sessions_.size()); !reason.empty()) {
    counters_.refused(reason);
    return troubles_.write(
        log::Level::kWarning,
        fmt::format("json source {}: {} is refused: {}", settings_.name, accepted.name, reason));
  }
  const io::StreamOptions options{.limit_octets = kReplyOctets,
                                  .connect_timeout = settings_.handshake_timeout,
                                  .read_octets = kReadOctets};
  Session& session = *sessions_.emplace_back(std::make_unique<Session>(
      loop_, context_.clock, settings_, counters_, troubles_, std::move(accepted.name), *this));
  session.begin(io::accept_stream(loop_, std::move(accepted.fd), accepted.peer, accepted.local,
                                  options, session, accepted.tls.get()));
  if (waiting_) session.pause();
}

void JsonSource::take(std::string_view line, Session& session) {
  if (line.empty()) return;
  counters_.lines.add();
  if (const LineFault fault = reader_.read(line); fault != LineFault::kNone) {
    session.complain(fault);
    if (!settings_.keep_unread) return;
    reader_.keep_unread(line, context_.clock.wall_now());
  }
  counters_.left_out.add(reader_.left_out());
  tap_.record(reader_.observation());
  if (!flushes_later_) flush_later();
}

void JsonSource::flush_later() {
  flushes_later_ = true;
  flush_.start(kFlushInterval, [this] {
    flushes_later_ = false;
    if (!has_room()) return flush_later();
    tap_.flush();
  });
}

void JsonSource::on_full() {
  if (!std::exchange(waiting_, true)) counters_.pauses.add();
  for (const auto& session : sessions_) session->pause();
  wait_for_room();
}

void JsonSource::wait_for_room() {
  room_.start(kRoomInterval, [this] {
    if (!has_room()) return wait_for_room();
    waiting_ = false;
    for (auto each = sessions_.begin(); each != sessions_.end() && !waiting_;) (*each++)->resume();
  });
}

void JsonSource::on_ended(Session& session) {
  sessions_.erase(std::ranges::find(sessions_, &session, &std::unique_ptr<Session>::get));
}

/// Hands over what was recorded, once there is room for it or it has taken too long.
void JsonSource::finish(int patience) {
  if (!has_room() && patience > 0)
    return room_.start(kRoomInterval, [this, patience] { finish(patience - 1); });
  tap_.flush();
  loop_.stop();
}

}  // namespace
}  // namespace json_source

Result<std::unique_ptr<Source>> make_json_source(const JsonSourceSettings& settings,
                                                 SourceContext context) {
  auto source = std::make_unique<json_source::JsonSource>(settings, std::move(context));
  TRY_DONE(source->open());
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace weir::flow
