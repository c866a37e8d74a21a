// What sinks into streams of messages (NATS, Kafka, Kinesis) have in common: an observation is a
// message with an identity that stays when it is sent again, and nothing is settled before the
// stream has acknowledged all of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "flow/encoder.h"
#include "flow/settings.h"
#include "flow/sink.h"
#include "metrics/registry.h"

namespace weir::flow {

/// Views that are valid during `publish`.
struct StreamMessage {
  std::string_view id;    // of a durable lane: the same over restarts
  std::string_view key;   // empty without one
  std::string_view text;  // one record, without a line end
};

/// Its `deliver` sends and does not wait, but where the window is full; its `settle` waits.
class StreamSink : public Sink {
 public:
  StreamSink(const std::string& name, StreamKey key, std::unique_ptr<Encoder> encoder,
             metrics::Registry& registry);

  Result<std::optional<uint64_t>> recall(std::string_view journal) final;
  void place(uint64_t position) final { position_ = position; }
  Status deliver(const model::Batch& batch) final;
  Status settle() final;
  uint64_t take_refused() final;
  void give_up(uint64_t observations) final;

 protected:
  enum class Taken : uint8_t { kYes, kNever };

  /// Connects, if it is not connected. An error is worth another attempt.
  virtual Status ensure_open() = 0;
  /// Sends a message on its way; waits only for room. kNever: it is refused for what it is.
  virtual Result<Taken> publish(const StreamMessage& message) = 0;
  /// Waits until each message has its acknowledgement. After an error, also of `publish`, none is
  /// under way any more.
  virtual Status await_acknowledgements() = 0;
  /// After such an error: ends what is under way.
  virtual void abandon() = 0;

  /// What was offered so far, but for the last `still_to_come`, has been acknowledged: it is not
  /// published again, whatever becomes of the rest.
  void acknowledged_so_far(uint64_t still_to_come);
  void count_failures(std::string_view reason, uint64_t count);
  metrics::Counter& duplicates() { return duplicates_; }

 private:
  Status guarded(Status outcome);
  Status take(const model::Batch& batch);
  void set_key(const model::Observation& observation);
  /// `place`: in its batch, as the journal has it.
  void set_id(size_t place);

  const std::string name_;
  const StreamKey key_by_;
  const std::unique_ptr<Encoder> encoder_;
  metrics::Registry& registry_;
  metrics::Counter& messages_;
  metrics::Counter& octets_;
  metrics::Counter& passed_over_;
  metrics::Counter& duplicates_;

  std::string origin_;                // in identities: of the journal, or of this run
  std::optional<uint64_t> position_;  // in the journal, of the next batch
  uint64_t settled_ = 0;              // observations that will not be offered again
  uint64_t acknowledged_ = 0;         // of the oldest that are not settled
  /// Since the last settling, or since an error.
  struct Counts {
    uint64_t offered = 0;
    uint64_t refused = 0;
    uint64_t passed_over = 0;
    uint64_t messages = 0;
    uint64_t octets = 0;
  } counts_;
  uint64_t refused_in_settled_ = 0;
  std::string id_, key_, text_;
};

/// The longest password of a stream, in octets: some are tokens.
inline constexpr size_t kMostStreamSecret = 64 << 10;

}  // namespace weir::flow
