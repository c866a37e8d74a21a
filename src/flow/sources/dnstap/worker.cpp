// The life of the sessions of a thread, what happens while there is no room, and the end.
#include "flow/sources/dnstap/worker.h"

#include <algorithm>
#include <utility>

namespace weir::flow::dnstap_source {
namespace {

constexpr Duration kRoomInterval = 1ms;  // between two looks whether there is room again
constexpr int kFinishPatience = 1000;    // such intervals, at the end

}  // namespace

Worker::Worker(const DnstapSourceSettings& settings, SourceContext& source, Counters& counters,
               std::atomic<size_t>& clients)
    : clients_(clients),
      troubles_(source.clock),
      news_(source.clock),
      intake_(loop_, source.open_tap(), settings.overflow, counters),
      context_{loop_, source.clock, settings, counters, intake_, troubles_, news_},
      room_(loop_) {}

Worker::~Worker() { stop(); }

void Worker::dial(const StreamAddress& address, io::TlsClient* tls) {
  dialers_.push_back(std::make_unique<Dialer>(context_, address, tls, *this));
}

void Worker::start() {
  loop_.post([this] {
    for (const auto& dialer : dialers_) dialer->connect();
  });
  thread_ = std::thread([this] { loop_.run(); });
}

void Worker::stop() {
  if (!thread_.joinable()) return;
  loop_.post([this] {
    for (const auto& dialer : dialers_) dialer->stop();
    room_.stop();
    clients_ -= static_cast<size_t>(std::ranges::count_if(sessions_, [](const auto& session) {
      return session->side() == Session::Side::kAccepted;
    }));
    sessions_.clear();
    finish(kFinishPatience);
  });
  thread_.join();
}

/// Hands over what was recorded, once there is room for it or it has taken too long.
void Worker::finish(int patience) {
  if (!intake_.has_room() && patience > 0)
    return room_.start(kRoomInterval, [this, patience] { finish(patience - 1); });
  intake_.flush();
  loop_.stop();
}

void Worker::adopt(Accepted accepted) {
  // A std::function wants what can be copied.
  loop_.post([this, shared = std::make_shared<Accepted>(std::move(accepted))] { begin(*shared); });
}

void Worker::begin(Accepted& accepted) {
  Session& session = *sessions_.emplace_back(std::make_unique<Session>(
      context_, Session::Side::kAccepted, std::move(accepted.name), *this));
  session.begin(io::accept_stream(loop_, std::move(accepted.fd), accepted.peer, accepted.local,
                                  context_.stream_options(), session, accepted.tls.get()));
  if (waiting_) session.pause();
}

Session& Worker::open_session(Dialer& dialer) {
  return *sessions_.emplace_back(std::make_unique<Session>(context_, Session::Side::kDialled,
                                                           dialer.address().to_text(), *this));
}

void Worker::on_started(Session& session) {
  for (const auto& dialer : dialers_)
    if (dialer->session() == &session) dialer->on_started();
}

void Worker::on_ended(Session& session, std::string_view why) {
  if (session.side() == Session::Side::kAccepted) --clients_;
  for (const auto& dialer : dialers_)
    if (dialer->session() == &session) dialer->on_ended(why);
  const auto ended = std::ranges::find(sessions_, &session, &std::unique_ptr<Session>::get);
  sessions_.erase(ended);
}

void Worker::on_full() {
  if (!std::exchange(waiting_, true)) context_.counters.pauses.add();
  for (const auto& session : sessions_) session->pause();
  wait_for_room();
}

void Worker::wait_for_room() {
  room_.start(kRoomInterval, [this] {
    if (!intake_.has_room()) return wait_for_room();
    waiting_ = false;
    // What was kept may end its session, and may fill the room again.
    for (auto each = sessions_.begin(); each != sessions_.end() && !waiting_;) (*each++)->resume();
  });
}

std::vector<std::string> Worker::complaints() const {
  std::vector<std::string> complaints;
  for (const auto& dialer : dialers_)
    if (auto complaint = dialer->complaint()) complaints.push_back(*std::move(complaint));
  return complaints;
}

}  // namespace weir::flow::dnstap_source
