// Reading files: a sequential walk, parsing by as many threads as wanted, and recording in order.
#include <algorithm>
#include <memory>
#include <thread>

#include "base/queue.h"
#include "flow/file_source.h"
#include "flow/sources/files/chunk.h"
#include "flow/sources/files/frame_recorder.h"
#include "flow/sources/files/walk.h"
#include "flow/wire/captured.h"

namespace weir::flow {
namespace files {
namespace {

constexpr unsigned kMaxThreads = 64;

/// Looks into every message of the chunk; chunks do not depend on each other.
void parse(Chunk& chunk) {
  for (Seen& seen : chunk.seen()) look_into(seen);
}

/// Pairs and records, in the order of the packets and frames.
class Recorder {
 public:
  Recorder(const FileSettings& settings, model::Tap& tap)
      : settings_(settings),
        messages_(settings.pairing_patience, Pairing::kSlots, tap),
        tap_(tap),
        frames_(tap) {}

  void record(Chunk& chunk) {
    for (Seen& seen : chunk.seen()) messages_.record(seen);
    for (const Bytes frame : chunk.frames()) frames_.record(frame);
    // Whoever follows a file wants to see what came, not what fills a batch.
    if (settings_.follow) tap_.flush();
    if (settings_.progress != nullptr)
      settings_.progress->messages = messages_.observations() + frames_.observations();
  }
  void report(ReadSummary& summary) const {
    summary.observations = messages_.observations();
    summary.malformed = messages_.malformed();
    summary.paired = messages_.pairing().paired();
    add_reasons(messages_.pairing(), summary.reasons);
    frames_.report(summary);
  }

 private:
  const FileSettings& settings_;
  CapturedRecorder messages_;
  model::Tap& tap_;
  FrameRecorder frames_;
};

using Held = std::unique_ptr<Chunk>;
using Queue = BlockingQueue<Held>;

/// The next chunk, or null when the queue is closed and empty.
Held wait_for(Queue& queue) {
  for (;;) {
    if (auto chunk = queue.pop(1s)) return *std::move(chunk);
    if (queue.closed() && queue.size() == 0) return nullptr;
  }
}

/// A fixed number of chunks goes round: free → filled → parsed → recorded in order → free.
class Round {
 public:
  Round(Walk& walk, Recorder& recorder, unsigned threads)
      : walk_(walk), recorder_(recorder), parsers_(threads - 1), chunks_(size_t{threads} * 2 + 2) {}

  void run() {
    for (size_t i = 0; i < chunks_; ++i) free_.push(std::make_unique<Chunk>());
    std::vector<std::thread> threads;
    threads.emplace_back([this] { fill_all(); });
    for (unsigned i = 0; i < parsers_; ++i) threads.emplace_back([this] { parse_all(); });
    record_all();
    for (std::thread& thread : threads) thread.join();
  }

 private:
  void fill_all() {
    for (uint64_t index = 0;; ++index) {
      Held chunk = wait_for(free_);
      chunk->index = index;
      if (!walk_.fill(*chunk)) break;
      filled_.push(std::move(chunk));
    }
    filled_.close();
  }
  void parse_all() {
    while (Held chunk = wait_for(filled_)) {
      parse(*chunk);
      parsed_.push(std::move(chunk));
    }
    if (ended_.fetch_add(1) + 1 == parsers_) parsed_.close();
  }
  void record_all() {
    std::vector<Held> early(chunks_);
    uint64_t next = 0;
    while (Held chunk = wait_for(parsed_)) {
      early[chunk->index % chunks_] = std::move(chunk);
      while (Held due = std::move(early[next % chunks_])) {
        recorder_.record(*due);
        free_.push(std::move(due));
        ++next;
      }
    }
  }

  Walk& walk_;
  Recorder& recorder_;
  const unsigned parsers_;
  const size_t chunks_;
  Queue free_{chunks_};
  Queue filled_{chunks_};
  Queue parsed_{chunks_};
  std::atomic<unsigned> ended_{0};
};

void read_alone(Walk& walk, Recorder& recorder) {
  Chunk chunk;
  while (walk.fill(chunk)) {
    parse(chunk);
    recorder.record(chunk);
  }
}

}  // namespace
}  // namespace files

ReadSummary read_files(const FileSettings& settings, model::Tap& tap) {
  files::Walk walk(settings);
  files::Recorder recorder(settings, tap);
  if (settings.threads <= 1 || settings.follow)
    files::read_alone(walk, recorder);
  else
    files::Round(walk, recorder, std::min(settings.threads, files::kMaxThreads)).run();
  tap.flush();
  ReadSummary summary;
  walk.report(summary);
  recorder.report(summary);
  return summary;
}

}  // namespace weir::flow
