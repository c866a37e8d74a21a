// The questions in flight of one upstream: what was asked, under which ID and where, until when.
// Finds the question a message answers, wakes what is due with one timer, and tells the shard the
// outcome, exactly once for each question. In steady state nothing here allocates.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "edge/catalogue.h"
#include "edge/upstreams/deadlines.h"
#include "edge/upstreams/key_map.h"
#include "io/loop.h"

namespace weir::edge::upstreams {

/// A place in the table of questions.
using Slot = uint32_t;
/// A connection or socket of the upstream, by its place there.
using Lane = uint32_t;
inline constexpr Lane kNoLane = 0xffffffff;
inline constexpr Slot kNoSlot = 0xffffffff;

struct Ask {
  enum class Phase : uint8_t { kFree, kParked, kPlaced, kFailed };
  AskToken token = 0;
  Instant deadline;
  Instant wake;  // when its owner wants to hear of it; at most the deadline
  Instant sent_at;
  Octets frame;  // two octets of length, then the message with the ID of its lane
  Lane lane = kNoLane;
  Slot next = kNoSlot;  // on the same lane
  Slot previous = kNoSlot;
  uint16_t question_end = 0;  // offset in the message after the question
  uint16_t id = 0;
  Phase phase = Phase::kFree;
  AskFailure failure{};
  bool moved = false;  // has left a connection that broke; once is enough

  Bytes message() const { return Bytes(frame).subspan(2); }
};

/// What a message turned out to answer.
struct Match {
  Slot slot = 0;
  bool truncated = false;               // TC is set
  std::optional<Duration> keepalive{};  // edns-tcp-keepalive (RFC 7828)
};

class Asks {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    /// The question's `wake` has come. It may be failed or woken later.
    virtual void on_due(Slot slot, Instant now) = 0;
    /// One question fewer is on the lane.
    virtual void on_left(Lane lane) = 0;
  };

  Asks(const UpstreamContext& context, Owner& owner);
  ~Asks();
  Asks(const Asks&) = delete;
  Asks& operator=(const Asks&) = delete;

  /// Takes a question in, parked. Its token is in no other question in flight.
  Slot begin(AskToken token, Bytes query, Instant deadline);
  Ask& operator[](Slot slot) { return (*chunks_[slot / kChunk])[slot % kChunk]; }
  /// Gives the question an unpredictable ID that is free on the lane; false when none was found.
  bool place(Slot slot, Lane lane);
  /// Takes it off its lane.
  void park(Slot slot);
  void wake_at(Slot slot, Instant when);
  /// Ends the question without an answer. The shard hears of it from the loop, never from inside.
  void fail(Slot slot, AskFailure failure);
  /// The question goes out to `server` now: tells the shard in which octets.
  void sent(Slot slot, const Endpoint& server, Instant now);
  /// Ends the question with its answer; the shard hears of it during the call.
  void answer(Slot slot, Bytes message, const Endpoint& server, Instant now);
  /// Forgets a question without a word; false when there is none.
  bool cancel(AskToken token);

  /// The question on `lane` that `message` answers: ID, QR, opcode and question agree, letter case
  /// included, and the whole message is well formed unless it is truncated. Everything else is
  /// counted and dropped, and the wait goes on: a bad message must not end it.
  std::optional<Match> match(Lane lane, Bytes message);
  /// Appends the questions on `lane` to `out`, oldest first.
  void collect(Lane lane, std::vector<Slot>& out);
  /// Appends those that are on none.
  void collect_parked(std::vector<Slot>& out);
  size_t size() const { return by_token_.size(); }

 private:
  static constexpr size_t kChunk = 256;
  static constexpr size_t kLargestKept = 4096;  // octets of a frame's buffer that a free slot keeps
  using Chunk = std::array<Ask, kChunk>;

  static uint64_t key_of(Lane lane, uint16_t id) { return uint64_t{lane} << 16 | id; }
  Slot take_free();
  void link(Slot slot, Lane lane);
  void unlink(Slot slot);
  void release(Slot slot);
  void arm(Instant when);
  void on_timer();
  void tell_failures();

  const UpstreamContext context_;
  Owner& owner_;
  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::vector<Slot> free_;
  std::vector<Slot> newest_;  // by lane: the head of its list
  KeyMap by_token_;
  KeyMap by_id_;
  Deadlines deadlines_;
  std::vector<Slot> due_;
  std::vector<Slot> failed_;
  std::vector<Slot> telling_;
  io::Timer timer_;
  std::optional<Instant> armed_;
};

}  // namespace weir::edge::upstreams
