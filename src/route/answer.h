// From an observed response to names and addresses: the asked name, its chain of aliases put
// together by name and never by order, and the addresses of the name at its end.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/endpoint.h"
#include "metrics/counter.h"
#include "model/observation.h"
#include "proto/dns/name.h"

namespace weir::route {

inline constexpr size_t kMostChain = 16;       // names of an answer, the asked one included
inline constexpr size_t kMostAddresses = 256;  // of an answer
inline constexpr size_t kMostRecords = 1024;   // looked at

struct AnswerAddress {
  IpAddress address;
  uint32_t ttl = 0;  // seconds
  bool operator==(const AnswerAddress&) const = default;
};

struct Answer {
  std::vector<dns::Name> chain;  // folded; the asked name first, the owner of the addresses last
  std::vector<AnswerAddress> addresses;  // each once, with the longest of its TTLs
};

/// Why an observation teaches nothing. `to_text` gives metric labels.
enum class Unusable : uint8_t {
  kType,       // not one of the message types wanted
  kMalformed,  // no well-formed response to a question
  kFailed,     // an RCODE other than NOERROR, or no standard query
  kClass,      // not IN
  kEmpty,      // no addresses
};
inline constexpr size_t kUnusables = 5;
std::string_view to_text(Unusable why);

struct AnswerSettings {
  std::vector<model::MessageType> types = {model::MessageType::kClientResponse};
  bool hints = true;          // addresses in HTTPS and SVCB records count
  std::vector<Prefix> nat64;  // AAAA records in these were made up from A records (RFC 6147)
};

/// One thread's.
class AnswerReader {
 public:
  explicit AnswerReader(AnswerSettings settings = {});

  /// What the observation teaches, until the next is read. Null when that is nothing; it is
  /// counted.
  const Answer* read(const model::Observation& observation);

  uint64_t unusable(Unusable why) const { return unusable_[static_cast<size_t>(why)].value(); }
  /// Answers of which a bound left a part unread.
  uint64_t cut_short() const { return cut_short_.value(); }

 private:
  struct Alias {
    dns::Name owner;
    dns::Name target;
  };
  std::optional<Unusable> take(const model::Observation& observation);
  void follow_aliases(const dns::Message& message);
  void collect_addresses(const dns::Message& message);
  void take_record(const dns::Record& record);
  void take_hints(const dns::Record& record);
  void add(Bytes octets, uint32_t ttl);

  AnswerSettings settings_;
  Answer answer_;
  std::vector<Alias> aliases_;  // of the message being read
  bool cut_ = false;
  std::array<metrics::LocalCounter, kUnusables> unusable_;
  metrics::LocalCounter cut_short_;
};

}  // namespace weir::route
