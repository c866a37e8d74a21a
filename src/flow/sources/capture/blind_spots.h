// Who asks others than the resolvers that everybody should ask: plain DNS, and openings of
// connections to what speaks encrypted DNS, by port, and for HTTPS by the servers that are known
// for it. What is inside of a connection is not looked at.
#pragma once

#include <array>
#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "flow/blind_spot.h"
#include "flow/settings.h"
#include "io/capture/selection.h"
#include "metrics/metrics.h"
#include "proto/packet/message.h"

namespace weir::flow::capture_source {

/// One thread looks; any thread reads.
class BlindSpots {
 public:
  /// `seed` keeps strangers from choosing addresses that meet.
  BlindSpots(const BlindSpotSettings& settings, uint64_t seed);

  /// A DNS message that passed; `is_query` says which side asks.
  void see(const packet::Message& message, bool is_query);
  void see(const io::Contact& contact, WallTime time);

  /// The latest first.
  std::vector<BlindSpot> read() const;
  void expose(metrics::Registry& registry, const std::string& source) const;

 private:
  struct Key {
    Bypass way;
    IpAddress client, server;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    uint64_t seed;
    size_t operator()(const Key& key) const {
      return hash64(key.client.octets(), hash64(key.server.octets(), seed)) +
             static_cast<size_t>(key.way);
    }
  };
  struct Counts {
    std::array<std::atomic<uint64_t>, kBypasses> seen{};
    std::atomic<uint64_t> evicted{0}, kept{0};
  };
  using Spots = std::list<BlindSpot>;  // the latest in front

  bool is_resolver(const IpAddress& address) const;
  void note(const Key& key, WallTime time);

  const BlindSpotSettings settings_;
  const std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
  mutable std::mutex mutex_;  // guards the two below
  Spots spots_;
  std::unordered_map<Key, Spots::iterator, Hash> places_;
};

}  // namespace weir::flow::capture_source
