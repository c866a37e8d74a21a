// What keeps a cache of its own and can fetch an answer for it anew: the edge, seen from whoever
// decides which answers are worth it.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "proto/dns/name.h"
#include "proto/dns/types.h"

namespace weir::model {

/// What a cached answer is an answer to, in class IN.
struct RefreshQuestion {
  dns::Name name;
  dns::Type type{};
  bool dnssec_ok = false;
  bool checking_disabled = false;
};

/// How fetching one answer went.
struct Refreshed {
  enum class Outcome : uint8_t {
    kKept,     // it took the place of the one before, and lives for `ttl` seconds
    kRefused,  // there was an answer that is no such record, or may not be kept
    kFailed,   // nobody could be asked, or answered
  };
  Outcome outcome = Outcome::kFailed;
  uint32_t ttl = 0;
  std::string_view why;  // static; empty when kept
};

class Refresher {
 public:
  /// The place in the list of questions, and what became of it.
  using Told = std::function<void(size_t index, Refreshed refreshed)>;

  virtual ~Refresher() = default;
  /// Asks for all of them, whatever is cached: what is stays until an answer takes its place.
  /// `told` is called once for each, from threads of this object's own and never from inside this
  /// call; not at all for what is under way when this object ends. From any thread.
  virtual void refresh(std::vector<RefreshQuestion> questions, Told told) = 0;
};

}  // namespace weir::model
