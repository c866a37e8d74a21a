// The routes of some sets as elements of sets of nftables: a cursor over the feed, and what the
// kernel has acknowledged.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "io/loop.h"
#include "io/netlink/nftables.h"
#include "metrics/counter.h"
#include "route/barrier/receiver.h"
#include "route/feed.h"
#include "route/settings.h"

namespace weir::route {

/// What a writer is made of. The references outlive it.
struct SetWriterContext {
  const NftablesSettings& settings;
  GroupMask groups = 0;
  io::Loop& loop;
  Feed& feed;
  std::function<Duration(RouteId)> life_of;  // how long the route is there if nothing renews it
  std::function<void()> on_loss;             // elements are being put anew that were told before
};

class SetWriter final : public Receiver {
 public:
  SetWriter(SetWriterContext context, io::Nftables nftables);
  ~SetWriter() override;
  SetWriter(const SetWriter&) = delete;
  SetWriter& operator=(const SetWriter&) = delete;

  /// Makes the sets, and puts in what is wanted.
  void start();
  /// The feed has changes.
  void wake();
  /// A lease behind the route lasts longer now.
  void renewed(RouteId id);
  /// Takes everything out again, or leaves it to its timeouts.
  void stop(bool keep_routes);

  // Receiver
  std::string_view name() const override { return context_.settings.name; }
  GroupMask groups() const override { return context_.groups; }
  bool is_up() const override { return up_; }
  uint64_t reached(Instant) override { return reached_; }

  /// From any thread.
  struct Counts {
    metrics::LocalCounter put;
    metrics::LocalCounter removed;
    metrics::LocalCounter failures;
    metrics::LocalCounter repairs;   // sets or elements were gone, or foreign
    metrics::LocalCounter networks;  // not put: these sets are of single addresses
    std::atomic<bool> up{false};
  };
  const Counts& counts() const { return counts_; }

 private:
  static constexpr size_t kFamilies = 2;
  enum class Cause : uint8_t { kStart, kLoss, kReconcile };

  void begin_anew(Cause cause);
  void pump();
  void pump_later();
  Status take_changes(size_t& count);
  Status write_renewals(size_t& count);
  Status sweep();
  bool is_held_besides(const RouteKey& key) const;
  bool is_wanted(const IpAddress& address) const;
  void fail(const std::string& what);

  SetWriterContext context_;
  io::Nftables nftables_;
  std::vector<io::NftSet> sets_;  // by family; without a name: none
  std::optional<Feed::CursorId> cursor_;
  std::array<std::vector<io::NftElement>, kFamilies> waiting_;  // of this step
  std::unordered_set<RouteId> renewed_;
  io::Timer retry_;
  io::Timer reconcile_;
  io::Timer renewing_;
  io::Timer repairing_;
  Duration pause_;  // before the next attempt
  uint64_t reached_ = 0;
  bool up_ = false;
  bool stopped_ = false;
  bool swept_ = false;  // since it began anew
  bool posted_ = false;
  bool complained_ = false;
  Counts counts_;
  std::shared_ptr<SetWriter*> alive_;  // what was posted finds nobody after the end
};

}  // namespace weir::route
