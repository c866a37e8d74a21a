// Changes of the feed, a bounded number to a transaction. After a failure everything begins anew.
#include "route/targets/nftables/set_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "base/log.h"

namespace weir::route {
namespace {

constexpr Duration kMargin = 60s;  // an element outlives its lease by so much, if weir is gone
constexpr Duration kRenewalPause = 1s;
constexpr Duration kRepairPause = 20ms;  // whoever flushes a ruleset often loads another at once
constexpr Duration kFirstRetry = 500ms;
constexpr Duration kLastRetry = 30s;

size_t family_of(const IpAddress& address) { return address.is_v6() ? 1 : 0; }

}  // namespace

SetWriter::SetWriter(SetWriterContext context, io::Nftables nftables)
    : context_(std::move(context)),
      nftables_(std::move(nftables)),
      retry_(context_.loop),
      reconcile_(context_.loop),
      renewing_(context_.loop),
      repairing_(context_.loop),
      pause_(kFirstRetry),
      alive_(std::make_shared<SetWriter*>(this)) {
  const NftablesSettings& settings = context_.settings;
  for (const bool v6 : {false, true})
    sets_.push_back({settings.family, settings.table, v6 ? settings.set_v6 : settings.set_v4, v6,
                     settings.mark});
}

SetWriter::~SetWriter() {
  if (cursor_) context_.feed.close(*cursor_);
}

void SetWriter::start() {
  nftables_.on_removal(context_.loop, sets_, [this] {
    repairing_.start(kRepairPause, [this] { begin_anew(Cause::kLoss); });
  });
  begin_anew(Cause::kStart);
}

/// Sets are made where they are missing, and all that is wanted is put once more.
void SetWriter::begin_anew(Cause cause) {
  if (stopped_) return;
  if (cause != Cause::kReconcile) reached_ = 0;
  if (cause == Cause::kLoss) counts_.repairs.add();
  for (const io::NftSet& set : sets_) {
    if (set.name.empty()) continue;
    if (const Status made = nftables_.create(set); !made) return fail(made.error().what);
  }
  if (cursor_) context_.feed.close(*cursor_);
  cursor_ = context_.feed.open(context_.groups);
  CHECK(cursor_);  // the settings allow no more targets than there are cursors
  swept_ = false;
  counts_.up = up_ = true;
  if (cause != Cause::kReconcile) context_.on_loss();
  reconcile_.start(context_.settings.reconcile, [this] { begin_anew(Cause::kReconcile); });
  pump();
}

void SetWriter::wake() {
  if (up_ && !posted_) pump();
}

void SetWriter::pump() {
  size_t count = 0;
  Status done = take_changes(count);
  if (done && count == 0) done = write_renewals(count);
  if (done && count == 0 && !swept_) done = sweep();
  if (!done) return fail(done.error().what);
  reached_ = std::max(reached_, context_.feed.told(*cursor_));
  if (std::exchange(complained_, false))
    log::info(fmt::format("nftables {}: in order again", name()));
  pause_ = kFirstRetry;
  if (count != 0) pump_later();
}

void SetWriter::pump_later() {
  if (std::exchange(posted_, true)) return;
  context_.loop.post([alive = std::weak_ptr(alive_)] {
    const auto writer = alive.lock();
    if (!writer) return;
    (*writer)->posted_ = false;
    if ((*writer)->up_) (*writer)->pump();
  });
}

/// New routes first, then those that go; never both in one step.
Status SetWriter::take_changes(size_t& count) {
  for (const Lane lane : {Lane::kAnnounce, Lane::kWithdraw}) {
    for (auto& elements : waiting_) elements.clear();
    size_t taken = 0;
    while (taken < io::Nftables::kMostElements) {
      const auto change = context_.feed.take(*cursor_, lane);
      if (!change) break;
      ++taken;
      const IpAddress& address = change->key.prefix.address;
      const size_t family = family_of(address);
      if (sets_[family].name.empty()) continue;
      if (!is_host(change->key.prefix)) {
        if (change->announce) counts_.networks.add();
      } else if (change->announce) {
        waiting_[family].push_back({address, context_.life_of(change->route) + kMargin});
      } else if (!is_held_besides(change->key)) {
        waiting_[family].push_back({address, kMargin});
      }
    }
    count += taken;
    for (size_t family = 0; family < kFamilies; ++family) {
      const auto& elements = waiting_[family];
      if (lane == Lane::kAnnounce) {
        TRY_DONE(nftables_.put(sets_[family], elements));
        counts_.put.add(elements.size());
      } else {
        TRY_DONE(nftables_.remove(sets_[family], elements));
        counts_.removed.add(elements.size());
      }
    }
    if (taken != 0) return Done{};
  }
  return Done{};
}

/// The same address may be wanted by sets that say different things elsewhere.
bool SetWriter::is_held_besides(const RouteKey& key) const {
  for (GroupMask left = context_.groups; left != 0; left &= left - 1) {
    const auto group = static_cast<uint8_t>(std::countr_zero(left));
    const RouteId id = context_.feed.find({key.prefix, group});
    if (id != 0 && context_.feed.holds(*cursor_, id)) return true;
  }
  return false;
}

void SetWriter::renewed(RouteId id) {
  if (!up_ || !context_.feed.holds(*cursor_, id)) return;
  if (renewed_.empty())
    renewing_.start(kRenewalPause, [this] {
      if (up_ && !posted_) pump();
    });
  renewed_.insert(id);
}

/// Of those that are still there; a number that has found another route does no harm.
Status SetWriter::write_renewals(size_t& count) {
  for (auto& elements : waiting_) elements.clear();
  while (!renewed_.empty() && count < io::Nftables::kMostElements) {
    const RouteId id = *renewed_.begin();
    renewed_.erase(renewed_.begin());
    ++count;
    if (!context_.feed.holds(*cursor_, id)) continue;
    const Route& route = context_.feed[id];
    const size_t family = family_of(route.address);
    if (!route.wanted || !is_host(route.key().prefix) || sets_[family].name.empty()) continue;
    waiting_[family].push_back({route.address, context_.life_of(id) + kMargin});
  }
  for (size_t family = 0; family < kFamilies; ++family)
    TRY_DONE(nftables_.put(sets_[family], waiting_[family]));
  return Done{};
}

bool SetWriter::is_wanted(const IpAddress& address) const {
  return is_held_besides({host_prefix(address), 0});
}

/// Everything wanted is in: what else stands there goes.
Status SetWriter::sweep() {
  for (const io::NftSet& set : sets_) {
    if (set.name.empty()) continue;
    TRY(const std::vector<IpAddress> there, nftables_.list(set));
    std::vector<io::NftElement> foreign;
    for (const IpAddress& address : there)
      if (!is_wanted(address)) foreign.push_back({address, kMargin});
    for (std::span<const io::NftElement> left = foreign; !left.empty();) {
      const size_t step = std::min(left.size(), io::Nftables::kMostElements);
      TRY_DONE(nftables_.remove(set, left.first(step)));
      left = left.subspan(step);
    }
    counts_.removed.add(foreign.size());
  }
  swept_ = true;
  return Done{};
}

/// Nobody waits for it until it works again.
void SetWriter::fail(const std::string& what) {
  counts_.failures.add();
  counts_.up = up_ = false;
  if (cursor_) context_.feed.close(*cursor_);
  cursor_.reset();
  renewed_.clear();
  if (!std::exchange(complained_, true))
    log::error(fmt::format("nftables {}: {}; tried again", name(), what));
  retry_.start(pause_, [this] { begin_anew(Cause::kLoss); });
  pause_ = std::min(pause_ * 2, kLastRetry);
}

void SetWriter::stop(bool keep_routes) {
  stopped_ = true;
  for (io::Timer* timer : {&retry_, &reconcile_, &renewing_, &repairing_}) timer->stop();
  if (!up_ || keep_routes) return;
  context_.feed.close(*cursor_);
  cursor_ = context_.feed.open(0);  // nothing is wanted any more: what is there is foreign
  CHECK(cursor_);
  if (const Status swept = sweep(); !swept)
    log::warning(fmt::format("nftables {}: {}", name(), swept.error().what));
  up_ = false;
}

}  // namespace weir::route
