// Puts TCP segments in order, one direction of a connection at a time, and cuts the stream into DNS
// messages by their two-octet lengths (RFC 1035 §4.2.2).
//
// A stream whose SYN was seen is believed. One that was joined in the middle, or in which a hole
// never filled, is followed again from the first segment that begins with a plausible length and
// header. Where data overlap, the first that came wins. Everything held is bounded in number,
// octets and time; time is packet time, passed in.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "proto/packet/decode.h"
#include "proto/packet/message.h"

namespace weir::packet {

class TcpStreams {
 public:
  struct Limits {
    size_t streams = 65536;                      // directions followed
    size_t octets = 64 << 20;                    // held by all of them together
    size_t ahead_octets = 256 << 10;             // held by one beyond a hole
    size_t ahead_segments = 512;                 // of one beyond a hole
    uint32_t window = 4 << 20;                   // how far from the awaited octet a segment may lie
    Duration hole_age{std::chrono::seconds(5)};  // how long a hole may stand
    Duration idle{std::chrono::seconds(120)};
    uint64_t hash_seed = 0;
  };
  struct Counts {
    uint64_t streams = 0;        // directions begun
    uint64_t segments = 0;       // with payload
    uint64_t retransmitted = 0;  // brought nothing new
    uint64_t overlapping = 0;    // brought something new and something old
    uint64_t early = 0;          // lay beyond a hole
    uint64_t outside_window = 0;
    uint64_t unplaced = 0;    // in the middle of a stream, where no message begins
    uint64_t holes = 0;       // that never filled
    uint64_t joined = 0;      // times a stream was followed by plausibility
    uint64_t lost_track = 0;  // times that turned out wrong
    uint64_t empty = 0;       // lengths of zero
    uint64_t expired = 0;
    uint64_t evicted = 0;     // directions forgotten to make room
    uint64_t unfinished = 0;  // messages begun that never ended
  };

  explicit TcpStreams(const Limits& limits) : limits_(limits) {}

  /// The messages that the segment completed, perhaps of other streams too, which ended by age.
  /// Valid, octets included, until the next call and as long as the segment.
  std::span<const Message> add(const Segment& segment, WallTime now);
  /// At the end of the capture: gives up all holes.
  std::span<const Message> finish();

  const Counts& counts() const { return counts_; }
  size_t size() const { return streams_.size(); }
  size_t held_octets() const { return held_; }

 private:
  using Key = std::array<uint8_t, 36>;
  struct KeyHash {
    uint64_t seed;
    size_t operator()(const Key& key) const noexcept;
  };
  enum class Phase : uint8_t {
    kNew,      // nothing seen
    kLost,     // looking for a segment with which a message begins
    kGuessed,  // following, by plausibility
    kCertain,  // following since SYN
    kClosed,   // until a new SYN
  };
  struct Early {
    uint32_t sequence;
    WallTime time;
    Octets octets;
    uint32_t end() const { return sequence + static_cast<uint32_t>(octets.size()); }
  };
  struct Stream {
    Key key;
    Endpoint from;
    Endpoint to;
    Phase phase = Phase::kNew;
    uint32_t start = 0;           // sequence number of the first octet
    uint32_t next = 0;            // of the octet awaited
    std::optional<uint32_t> end;  // after the last octet, once FIN was seen
    WallTime touched;
    WallTime progressed;       // when `next` last moved, or the hole opened
    Octets partial;            // of a message begun, its length included
    std::vector<Early> early;  // beyond the hole, in order, without overlap
    size_t early_octets = 0;
  };
  using Place = std::list<Stream>::iterator;

  static Key key_of(const Endpoint& from, const Endpoint& to);
  Stream* find_or_begin(const Segment& segment, WallTime now);
  void handshake(Stream& stream, uint32_t start);
  void place(Stream& stream, uint32_t sequence, Bytes data, WallTime now);
  void far_away(Stream& stream, uint32_t sequence, Bytes data, WallTime now);
  void keep_early(Stream& stream, uint32_t sequence, Bytes data, WallTime now);
  bool over_bounds(const Stream& stream, WallTime now) const;
  void drain(Stream& stream, std::optional<WallTime> now);
  void give_up_hole(Stream& stream);
  void take(Stream& stream, Bytes data, WallTime time);
  bool complete_partial(Stream& stream, Bytes& data, WallTime time);
  void lose_track(Stream& stream);
  void drop_partial(Stream& stream);
  void emit(const Stream& stream, Bytes octets, bool reassembled, WallTime time);
  void close(Stream& stream);
  void close_reverse(const Segment& segment);
  void forget(Place place);
  void make_room(const Stream& keep);
  void expire(WallTime now);

  Limits limits_;
  Counts counts_;
  std::list<Stream> streams_;  // least recently touched first
  std::unordered_map<Key, Place, KeyHash> index_{0, KeyHash{limits_.hash_seed}};
  size_t held_ = 0;
  std::vector<Message> messages_;
  std::vector<Octets> spent_;  // what the messages of this call lie in
};

}  // namespace weir::packet
