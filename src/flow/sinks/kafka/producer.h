// A producer of librdkafka for one thread: what is sent is counted until each message has its
// word. The library is seen in producer.cpp and librdkafka.cpp only.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "flow/settings.h"

struct rd_kafka_s;

namespace weir::flow::kafka {

class Producer {
 public:
  explicit Producer(const KafkaSinkSettings& settings);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  /// Makes the producer and waits until a broker answers.
  Status open();
  bool is_open() const { return producer_ != nullptr; }
  /// Hears what the library has to say; an error when every broker is away.
  Status look();
  /// The value false: the message can never be taken. Waits while the window is full.
  Result<bool> send(const std::string& id, const std::string& key, const std::string& text);
  /// Waits until each message has its word, and commits what is a transaction.
  Status finish();
  /// Takes back what has not gone out, and waits for the word about the rest; a transaction is
  /// undone.
  void abandon();
  void close();
  /// From any thread: what waits now or later gives up.
  void interrupt() { interrupted_ = true; }

  /// Messages that were not taken, by why, since it was last asked.
  std::map<std::string, uint64_t> take_failures() { return std::exchange(failures_, {}); }

 private:
  friend struct Callbacks;
  struct Destroy {
    void operator()(rd_kafka_s* producer) const;
  };

  Status configure(void* conf) const;
  Status configure_trust(void* conf) const;
  Status begin();
  Status wait_for_room();
  Status trouble(const std::string& doing) const;

  const KafkaSinkSettings settings_;
  std::atomic<bool> interrupted_{false};
  std::unique_ptr<rd_kafka_s, Destroy> producer_;
  bool away_ = false;  // every broker
  bool in_transaction_ = false;
  uint64_t under_way_ = 0;
  uint64_t failed_ = 0;
  std::string what_;  // the last thing that was wrong
  std::map<std::string, uint64_t> failures_;
};

}  // namespace weir::flow::kafka
