// A net has a node when all of it is wanted: it is a member, or both its halves have nodes. What is
// shown are the nodes that are inside no other.
#include "route/aggregate.h"

#include <algorithm>

#include "base/check.h"

namespace weir::route {
namespace {

unsigned bits_of(bool v6) { return v6 ? 128 : 32; }

}  // namespace

Aggregate::Number Aggregate::Net::last() const {
  const unsigned host_bits = bits_of(v6) - length;
  return first | (host_bits == 128 ? ~Number{0} : (Number{1} << host_bits) - 1);
}

Aggregate::Net Aggregate::Net::parent() const {
  const Number bit = Number{1} << (bits_of(v6) - length);
  return {group, v6, first & ~bit, static_cast<uint8_t>(length - 1)};
}

Aggregate::Net Aggregate::Net::half(bool upper) const {
  const Number bit = Number{1} << (bits_of(v6) - length - 1);
  return {group, v6, upper ? first | bit : first, static_cast<uint8_t>(length + 1)};
}

bool Aggregate::Net::covers(const Net& other) const {
  return group == other.group && v6 == other.v6 && first <= other.first && last() >= other.last();
}

Aggregate::Net Aggregate::net_of(const RouteKey& key) {
  Number number = 0;
  for (const uint8_t octet : key.prefix.address.octets()) number = number << 8 | octet;
  return {key.group, key.prefix.address.is_v6(), number, key.prefix.length};
}

RouteKey Aggregate::key_of(const Net& net) {
  std::array<uint8_t, 16> octets{};
  const size_t size = bits_of(net.v6) / 8;
  Number number = net.first;
  for (size_t i = size; i-- != 0; number >>= 8) octets[i] = static_cast<uint8_t>(number);
  return {{*IpAddress::from_octets({octets.data(), size}), net.length}, net.group};
}

Aggregate::Aggregate(Feed& in, GroupMask groups, uint64_t seed) : in_(in), out_(seed) {
  const auto cursor = in.open(groups);
  CHECK(cursor);
  cursor_ = *cursor;
}

size_t Aggregate::follow(size_t most) {
  size_t taken = 0;
  for (; taken < most; ++taken) {
    const auto change = in_.take(cursor_);
    if (!change) break;
    if (change->announce)
      add(net_of(change->key), change->reason);
    else
      remove(net_of(change->key), change->reason);
  }
  return taken;
}

void Aggregate::insert(const Net& net) {
  if (nodes_.try_emplace(net).second) ++lengths_[net.v6][net.length];
}

void Aggregate::erase(const Net& net) {
  nodes_.erase(net);
  --lengths_[net.v6][net.length];
}

bool Aggregate::has_halves(const Net& net) const {
  return net.length < bits_of(net.v6) && nodes_.contains(net.half(false)) &&
         nodes_.contains(net.half(true));
}

bool Aggregate::is_inside_another(const Net& net) const {
  const auto& used = lengths_[net.v6];
  Net outer = net;
  while (outer.length != 0) {
    outer = outer.parent();
    if (used[outer.length] != 0 && nodes_.contains(outer)) return true;
  }
  return false;
}

/// Calls `take(net, node)` for the nodes within a net that are inside no other of them. `take` may
/// not add or remove nodes.
template <typename Take>
void Aggregate::each_outermost(const Net& within, Take take) {
  Number from = within.first;
  for (;;) {
    // The shortest net at `from` that is within, else whatever comes next.
    const Net least{within.group, within.v6, from,
                    from == within.first ? within.length : uint8_t{0}};
    const auto at = nodes_.lower_bound(least);
    if (at == nodes_.end() || !within.covers(at->first)) return;
    take(at->first, at->second);
    if (at->first.last() == within.last()) return;
    from = at->first.last() + 1;
  }
}

void Aggregate::show(const Net& net, Node& node, Reason reason) {
  if (node.shown == 0) node.shown = out_.announce(key_of(net), reason);
}

void Aggregate::hide(Node& node, Reason reason) {
  if (node.shown != 0) out_.withdraw(node.shown, reason);
  node.shown = 0;
}

void Aggregate::add(const Net& net, Reason reason) {
  const bool had_node = nodes_.contains(net);
  insert(net);
  nodes_[net].member = true;
  if (had_node) return;
  const bool covered = is_inside_another(net);
  Net top = net;
  while (top.length != 0 && !nodes_.contains(top.parent()) && has_halves(top.parent())) {
    top = top.parent();
    insert(top);
  }
  if (covered) return;
  std::vector<Node*> replaced;
  const auto collect = [&](const Net&, Node& node) {
    if (node.shown != 0) replaced.push_back(&node);
  };
  // What was shown before lies beside the new net on the way up, or inside it.
  for (Net at = net; at != top; at = at.parent())
    each_outermost(at == at.parent().half(false) ? at.parent().half(true) : at.parent().half(false),
                   collect);
  if (net.length < bits_of(net.v6)) {
    each_outermost(net.half(false), collect);
    each_outermost(net.half(true), collect);
  }
  show(top, nodes_[top], top == net ? reason : Reason::kAggregated);
  for (Node* node : replaced) hide(*node, Reason::kAggregated);
}

void Aggregate::remove(const Net& net, Reason reason) {
  nodes_[net].member = false;
  if (has_halves(net)) return;
  // Up to the first that is wanted for itself, all fall that had this net in one of their halves.
  Net top = net;
  std::vector<Net> fallen{net};
  while (top.length != 0) {
    top = top.parent();
    const auto at = nodes_.find(top);
    if (at == nodes_.end() || at->second.member) break;
    fallen.push_back(top);
  }
  Node shown = nodes_[fallen.back()];
  for (const Net& gone : fallen) erase(gone);
  if (shown.shown == 0) return;  // inside another: nothing was seen of it
  each_outermost(fallen.back(),
                 [&](const Net& part, Node& node) { show(part, node, Reason::kAggregated); });
  hide(shown, fallen.size() == 1 ? reason : Reason::kAggregated);
}

}  // namespace weir::route
