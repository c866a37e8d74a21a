// Kinesis Data Streams as a sink: records are collected into requests within its limits; of a
// request that was taken in part the rest alone is sent again, and who is throttled waits longer
// each time. The lane goes on when every record has its sequence number.
#include <fmt/format.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/backoff.h"
#include "flow/sinks/kinesis/libcurl.h"
#include "flow/sinks/kinesis/records.h"
#include "flow/sinks/kinesis/requests.h"
#include "flow/sinks/stream_sink.h"

namespace weir::flow {
namespace kinesis {
namespace {

// For what a request left over: 100 ms, 200 ms … 3.2 s; then it is the lane's to try again.
constexpr Duration kFirstPause = 100ms;
constexpr Duration kMostPause = 5s;
constexpr uint64_t kAttempts = 6;

class KinesisSink final : public StreamSink {
 public:
  KinesisSink(const KinesisSinkSettings& settings, std::unique_ptr<Encoder> encoder,
              metrics::Registry& registry)
      : StreamSink(settings.name, settings.key, std::move(encoder), registry),
        stream_(settings.stream),
        requests_(settings),
        resent_(registry.counter("weir_kinesis_resent_total",
                                 "Records that were sent again because a request was taken in "
                                 "part.",
                                 {{"sink", settings.name}})) {}

  void interrupt() override {
    requests_.interrupt();
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    hurry_.notify_all();
  }

 private:
  /// There is no connection to be had before there is something to send.
  Status ensure_open() override { return Done{}; }

  Result<Taken> publish(const StreamMessage& message) override {
    Record record{std::string(message.key.empty() ? message.id : message.key),
                  std::string(message.text)};
    if (record.key.size() > kMostKeyOctets) record.key.resize(kMostKeyOctets);
    if (record.octets() > kMostRecordOctets) return Taken::kNever;
    if (records_.size() == kMostRecords || octets_ + record.octets() > kMostOctets)
      TRY_DONE(send(1));
    octets_ += record.octets();
    records_.push_back(std::move(record));
    return Taken::kYes;
  }

  Status await_acknowledgements() override { return send(0); }
  void abandon() override {
    records_.clear();
    octets_ = 0;
  }

  /// Until all of them are taken, or it has been tried often enough. The last `still_to_come`
  /// observations are not among them.
  Status send(uint64_t still_to_come) {
    Backoff backoff({.first = kFirstPause, .most = kMostPause, .attempts = kAttempts});
    while (!records_.empty()) {
      TRY(const Reply reply, requests_.put_records(put_records_body(stream_, records_)));
      if (reply.status != 200) return refusal(reply);
      const auto answer = parse_answer(reply.body, records_.size());
      if (!answer) return trouble("it does not answer as Kinesis does");
      keep_failed(*answer);
      if (records_.empty()) break;
      const auto pause = backoff.next();
      if (!pause || !wait(*pause)) return trouble(answer->what);
      resent_.add(records_.size());
    }
    octets_ = 0;
    acknowledged_so_far(still_to_come);
    return Done{};
  }

  void keep_failed(const Answer& answer) {
    count_failures("throttled", answer.throttled);
    count_failures("refused", answer.failed.size() - answer.throttled);
    std::vector<Record> left;
    for (const size_t place : answer.failed) left.push_back(std::move(records_[place]));
    records_ = std::move(left);
  }

  Status refusal(const Reply& reply) {
    count_failures("request", records_.size());
    return trouble(fmt::format("{} {}", reply.status, parse_error(reply.body)));
  }

  Status trouble(const std::string& what) const {
    return Error{Fault::kPeer, fmt::format("{}: {}", requests_.endpoint(), what), true};
  }

  /// False when it was interrupted.
  bool wait(Duration pause) {
    std::unique_lock lock(mutex_);
    return !hurry_.wait_for(lock, pause, [this] { return interrupted_; });
  }

  const std::string stream_;
  Requests requests_;
  metrics::Counter& resent_;
  std::vector<Record> records_;  // not yet taken
  size_t octets_ = 0;            // of them
  std::mutex mutex_;             // guards the flag
  std::condition_variable hurry_;
  bool interrupted_ = false;
};

}  // namespace
}  // namespace kinesis

Result<std::unique_ptr<Sink>> make_kinesis_sink(const KinesisSinkSettings& settings,
                                                std::unique_ptr<Encoder> encoder,
                                                metrics::Registry& registry) {
  TRY_DONE(kinesis::load_libcurl());
  return std::unique_ptr<Sink>(
      std::make_unique<kinesis::KinesisSink>(settings, std::move(encoder), registry));
}

}  // namespace weir::flow
