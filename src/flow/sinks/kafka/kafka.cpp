// Kafka as a sink, by an idempotent producer: within a run librdkafka sends again what was lost and
// the brokers keep it once. A group that was under way at a kill comes again; its messages carry
// the identity they had, in the header weir-id. With transactions a group appears whole or not.
#include <memory>
#include <string>
#include <utility>

#include "flow/sinks/kafka/librdkafka.h"
#include "flow/sinks/kafka/producer.h"
#include "flow/sinks/stream_sink.h"

namespace weir::flow {
namespace kafka {
namespace {

class KafkaSink final : public StreamSink {
 public:
  KafkaSink(const KafkaSinkSettings& settings, std::unique_ptr<Encoder> encoder,
            metrics::Registry& registry)
      : StreamSink(settings.name, settings.key, std::move(encoder), registry),
        producer_(settings) {}

  Status tend(WallTime) override {
    TRY_DONE(ensure_open());
    return producer_.look();
  }
  void reopen() override { producer_.close(); }
  void close() override { producer_.close(); }
  void interrupt() override { producer_.interrupt(); }

 private:
  Status ensure_open() override { return producer_.is_open() ? Status(Done{}) : producer_.open(); }

  Result<Taken> publish(const StreamMessage& message) override {
    TRY(const bool taken, producer_.send(std::string(message.id), std::string(message.key),
                                         std::string(message.text)));
    return taken ? Taken::kYes : Taken::kNever;
  }
  Status await_acknowledgements() override { return producer_.finish(); }
  void abandon() override {
    producer_.abandon();
    for (const auto& [reason, count] : producer_.take_failures()) count_failures(reason, count);
  }

  Producer producer_;
};

}  // namespace
}  // namespace kafka

Result<std::unique_ptr<Sink>> make_kafka_sink(const KafkaSinkSettings& settings,
                                              std::unique_ptr<Encoder> encoder,
                                              metrics::Registry& registry) {
  TRY_DONE(kafka::load_librdkafka());
  return std::unique_ptr<Sink>(
      std::make_unique<kafka::KafkaSink>(settings, std::move(encoder), registry));
}

}  // namespace weir::flow
