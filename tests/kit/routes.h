// Routes, prefixes and what a consumer was told, as text for tests.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "route/feed.h"

namespace weir::kit {

inline IpAddress address(std::string_view text) { return *IpAddress::parse(text); }
inline Prefix prefix(std::string_view text) { return *Prefix::parse(text); }
inline route::RouteKey key(std::string_view text, uint8_t group = 0) {
  return {prefix(text), group};
}

/// `+192.0.2.1/32` and `-192.0.2.1/32`, in the order in which a cursor is told; all that is new.
inline std::vector<std::string> news(route::Feed& feed, route::Feed::CursorId cursor) {
  std::vector<std::string> told;
  while (const auto change = feed.take(cursor))
    told.push_back((change->announce ? "+" : "-") + change->key.prefix.to_text());
  return told;
}

/// What a consumer has announced after it took all changes; checks that each of them made sense.
class Follower {
 public:
  Follower(route::Feed& feed, route::GroupMask groups = ~route::GroupMask{0})
      : feed_(feed), cursor_(*feed.open(groups)) {}
  ~Follower() { feed_.close(cursor_); }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  /// Takes at most `most` changes; false when one was told twice, or withdrawn and never announced.
  bool follow(size_t most = SIZE_MAX) {
    while (most-- != 0) {
      const auto change = feed_.take(cursor_);
      if (!change) return true;
      const std::string route =
          std::to_string(change->key.group) + " " + change->key.prefix.to_text();
      const bool sensible = change->announce ? held_.insert(route).second : held_.erase(route) == 1;
      if (!sensible) return false;
    }
    return true;
  }
  const std::set<std::string>& held() const { return held_; }

 private:
  route::Feed& feed_;
  route::Feed::CursorId cursor_;
  std::set<std::string> held_;
};

}  // namespace weir::kit
