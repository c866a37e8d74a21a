// From batches to messages, and the count of both.
#include "flow/sinks/stream_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "flow/text.h"

namespace weir::flow {
namespace {

std::string name_of_this_run() {
  SystemRandom random;
  return fmt::format("{:016x}", random.next());
}

}  // namespace

StreamSink::StreamSink(const std::string& name, StreamKey key, std::unique_ptr<Encoder> encoder,
                       metrics::Registry& registry)
    : name_(name),
      key_by_(key),
      encoder_(std::move(encoder)),
      registry_(registry),
      messages_(registry.counter("weir_stream_messages_total",
                                 "Messages that a stream has acknowledged.", {{"sink", name}})),
      octets_(registry.counter("weir_stream_sent_bytes_total", "Octets of such messages.",
                               {{"sink", name}})),
      passed_over_(registry.counter("weir_stream_passed_over_total",
                                    "Observations that the shape does not show.",
                                    {{"sink", name}})),
      duplicates_(registry.counter("weir_stream_duplicates_total",
                                   "Messages sent again that the stream had already.",
                                   {{"sink", name}})),
      origin_(name_of_this_run() + '-' + name) {}

/// The lane's own word counts; what a stream has already it knows by the message's identity.
Result<std::optional<uint64_t>> StreamSink::recall(std::string_view journal) {
  origin_ = fmt::format("{}-{}", journal, name_);
  return std::optional<uint64_t>();
}

Status StreamSink::deliver(const model::Batch& batch) { return guarded(take(batch)); }

Status StreamSink::take(const model::Batch& batch) {
  TRY_DONE(ensure_open());
  for (size_t i = 0; i < batch.size(); ++i) {
    const model::Observation& observation = batch.observations()[i];
    set_id(batch.place_in_whole(i));
    if (counts_.offered++ < acknowledged_) {
      ++counts_.messages;
      continue;
    }
    text_.clear();
    encoder_->encode(observation, text_);
    if (text_.ends_with('\n')) text_.pop_back();
    if (text_.empty()) {
      ++counts_.passed_over;
      continue;
    }
    set_key(observation);
    TRY(const Taken taken, publish({id_, key_, text_}));
    if (taken == Taken::kNever) {
      ++counts_.refused;
      continue;
    }
    ++counts_.messages;
    counts_.octets += text_.size();
  }
  if (position_) *position_ += batch.whole_size();
  return Done{};
}

Status StreamSink::settle() {
  TRY_DONE(guarded(await_acknowledgements()));
  const Counts counts = std::exchange(counts_, {});
  settled_ += counts.offered;
  acknowledged_ -= std::min(acknowledged_, counts.offered);
  refused_in_settled_ = counts.refused;
  passed_over_.add(counts.passed_over);
  messages_.add(counts.messages);
  octets_.add(counts.octets);
  return Done{};
}

void StreamSink::give_up(uint64_t observations) {
  settled_ += observations;
  acknowledged_ -= std::min(acknowledged_, observations);
}

void StreamSink::acknowledged_so_far(uint64_t still_to_come) {
  acknowledged_ = std::max(acknowledged_, counts_.offered - still_to_come);
}

uint64_t StreamSink::take_refused() { return std::exchange(refused_in_settled_, 0); }

/// The lane will offer all that is not settled once more.
Status StreamSink::guarded(Status outcome) {
  if (outcome) return outcome;
  counts_ = {};
  abandon();
  Error error = std::move(outcome).error();
  error.retry = true;
  return error;
}

void StreamSink::set_id(size_t place) {
  const uint64_t number = position_ ? *position_ + place : settled_ + counts_.offered;
  id_ = fmt::format("{}-{}", origin_, number);
}

void StreamSink::set_key(const model::Observation& observation) {
  key_.clear();
  if (key_by_ == StreamKey::kName && !observation.qname.empty())
    append_folded_name(key_, observation.qname);
  if (key_by_ == StreamKey::kClient && observation.query_endpoint)
    append_address(key_, observation.query_endpoint->address);
}

void StreamSink::count_failures(std::string_view reason, uint64_t count) {
  if (count == 0) return;
  registry_
      .counter("weir_stream_failures_total", "Messages that were not acknowledged, by why.",
               {{"sink", name_}, {"reason", std::string(reason)}})
      .add(count);
}

}  // namespace weir::flow
