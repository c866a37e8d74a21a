// What observed responses show: one sighting for each record of an answer section.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "metrics/counter.h"
#include "model/observation.h"
#include "proto/dns/types.h"
#include "universe/answerers.h"

namespace weir::universe {

/// Who was told: the two sides of a lookup.
enum class Told : uint8_t {
  kClient,    // who asked, and gets the answer
  kResolver,  // who asks on behalf of clients, and will tell them
};

/// One record, as it was seen. The octets belong to whoever shows it.
struct Sighting {
  Bytes name;  // of its owner, uncompressed and folded
  dns::Type type{};
  dns::Class klass{};
  uint32_t ttl = 0;  // seconds
  Bytes rdata;       // canonical: equal data has equal octets
  WallTime at;
  Told told = Told::kClient;
};

/// Why a message, or a record of it, shows nothing. `to_text` gives metric labels.
enum class Unseen : uint8_t {
  kType,       // no response of a type that is wanted
  kMalformed,  // no well-formed response
  kFailed,     // an RCODE other than NOERROR, or no standard query
  kTtl,        // of a record: its TTL is outside the window
  kTooMany,    // records of an answer beyond the bound
};
inline constexpr size_t kUnseens = 5;
std::string_view to_text(Unseen why);

struct SightingSettings {
  /// Whose answers count: what clients got, and what resolvers were told.
  std::vector<model::MessageType> types = {
      model::MessageType::kClientResponse, model::MessageType::kResolverResponse,
      model::MessageType::kForwarderResponse, model::MessageType::kStubResponse,
      model::MessageType::kAuthResponse};
  /// Records count whose TTLs are strictly between the two; an absent one is no bound.
  std::optional<uint32_t> ttl_above;
  std::optional<uint32_t> ttl_below;
};

/// One thread's.
class SightingReader {
 public:
  /// Records looked at in one message, at most.
  static constexpr size_t kMostRecords = 1024;

  explicit SightingReader(SightingSettings settings = {}, uint64_t seed = 0);
  void adopt(SightingSettings settings) { settings_ = std::move(settings); }

  /// What the observation shows, valid until the next is read. Nothing is counted by its reason.
  const std::vector<Sighting>& read(const model::Observation& observation);

  uint64_t unseen(Unseen why) const { return unseen_[static_cast<size_t>(why)].value(); }

 private:
  std::optional<Unseen> take(const model::Observation& observation);
  std::optional<Unseen> take(const dns::Record& record, WallTime at, Told told);
  Told told(const model::Observation& observation) const;
  void count(Unseen why) { unseen_[static_cast<size_t>(why)].add(); }

  SightingSettings settings_;
  Answerers answerers_;
  std::vector<Sighting> sightings_;
  Octets octets_;  // of the names and data of `sightings_`
  std::array<metrics::LocalCounter, kUnseens> unseen_;
};

}  // namespace weir::universe
