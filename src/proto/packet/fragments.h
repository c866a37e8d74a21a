// Puts IP packets together from their fragments, in any order of arrival (RFC 791 §3.2, RFC 8200
// §4.5). Overlapping fragments condemn their packet (RFC 5722); everything that waits is bounded in
// number, octets and time. Time is packet time, passed in.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "proto/packet/decode.h"

namespace weir::packet {

class Fragments {
 public:
  struct Limits {
    size_t packets = 4096;     // that wait for fragments
    size_t octets = 16 << 20;  // held by them together
    size_t fragments = 1024;   // of one packet
    Duration age{std::chrono::seconds(30)};
    uint64_t hash_seed = 0;
  };
  struct Counts {
    uint64_t fragments = 0;   // seen
    uint64_t completed = 0;   // packets put together
    uint64_t duplicates = 0;  // fragments that came twice
    uint64_t expired = 0;     // packets given up for their age
    uint64_t evicted = 0;     // packets given up to make room
  };
  enum class Outcome : uint8_t { kHeld, kWhole, kRefused };

  explicit Fragments(const Limits& limits) : limits_(limits) {}

  /// Takes a fragment. kWhole: `packet` has become the whole packet, whose payload is valid until
  /// the next call. kRefused: `refusal` says why.
  Outcome add(IpPacket& packet, WallTime now, Refusal& refusal);

  const Counts& counts() const { return counts_; }
  size_t waiting() const { return packets_.size(); }
  size_t waiting_octets() const { return octets_; }

 private:
  using Key = std::array<uint8_t, 38>;
  struct KeyHash {
    uint64_t seed;
    size_t operator()(const Key& key) const noexcept;
  };
  struct Span {
    uint32_t begin;
    uint32_t end;
  };
  struct Waiting {
    Key key;
    WallTime since;
    uint8_t protocol = 0;                // as the first fragment says
    Refusal condemned = Refusal::kNone;  // why everything that comes is refused
    uint32_t total = 0;                  // octets; 0 until the last fragment came
    uint32_t have = 0;                   // octets
    std::vector<Span> spans;             // in order, without overlap
    Octets octets;
  };
  using Place = std::list<Waiting>::iterator;

  static Key key_of(const IpPacket& packet);
  Place find_or_begin(const Key& key, WallTime now);
  Refusal check(const Waiting& waiting, const IpPacket& packet) const;
  Refusal insert(Waiting& waiting, const IpPacket& packet);
  void condemn(Waiting& waiting, Refusal refusal);
  void forget(Place place);
  void expire(WallTime now);

  Limits limits_;
  Counts counts_;
  std::list<Waiting> packets_;  // oldest first
  std::unordered_map<Key, Place, KeyHash> index_{0, KeyHash{limits_.hash_seed}};
  size_t octets_ = 0;
  Octets whole_;
};

}  // namespace weir::packet
