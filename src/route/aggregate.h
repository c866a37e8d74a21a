// Fewer prefixes that say the same: where both halves of a network are wanted, the network takes
// their place. A feed in, a feed out; what comes is announced before what it replaces goes.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <vector>

#include "route/feed.h"

namespace weir::route {

class Aggregate {
 public:
  /// Follows the routes of `groups`. `in` outlives it and has a cursor to spare.
  Aggregate(Feed& in, GroupMask groups, uint64_t seed);
  ~Aggregate() { in_.close(cursor_); }
  Aggregate(const Aggregate&) = delete;
  Aggregate& operator=(const Aggregate&) = delete;

  /// Takes over at most `most` changes; how many there were. New routes come first.
  size_t follow(size_t most);
  /// What to announce in the place of `in`.
  Feed& feed() { return out_; }

 private:
  using Number = unsigned __int128;
  /// A network, in the order in which those inside it come right after it.
  struct Net {
    uint8_t group;
    bool v6;
    Number first;
    uint8_t length;

    Number last() const;
    Net parent() const;
    Net half(bool upper) const;
    bool covers(const Net& other) const;
    auto operator<=>(const Net&) const = default;
  };
  /// Of a net of which every address is wanted.
  struct Node {
    bool member = false;  // wanted itself; else both halves have a node
    RouteId shown = 0;    // in the feed out: of nets that are inside no other
  };
  using Nodes = std::map<Net, Node>;

  static Net net_of(const RouteKey& key);
  static RouteKey key_of(const Net& net);

  void add(const Net& net, Reason reason);
  void remove(const Net& net, Reason reason);
  void insert(const Net& net);
  void erase(const Net& net);
  bool has_halves(const Net& net) const;
  bool is_inside_another(const Net& net) const;
  template <typename Take>
  void each_outermost(const Net& within, Take take);
  void show(const Net& net, Node& node, Reason reason);
  void hide(Node& node, Reason reason);

  Feed& in_;
  Feed::CursorId cursor_;
  Feed out_;
  Nodes nodes_;
  std::array<std::array<uint32_t, 129>, 2> lengths_{};  // how many nodes there are, by family
};

}  // namespace weir::route
