// An outlet that keeps what it is given and fails when it is told to. From any thread.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "emit/outlet.h"
#include "producer/ring.h"
#include "proto/dnstap/message.h"

namespace weir::kit {

/// What test and outlet share: the outlet itself belongs to the writer.
class OutletScript {
 public:
  // For the test.
  void refuse_opening(bool refused) {
    change([&] { refused_ = refused; });
  }
  /// Breaks at the next write, after so many octets of it have gone (whole frames of them).
  void break_after(size_t octets) {
    change([&] { break_after_ = octets; });
  }
  /// The receiver goes away; only `tend` can see it.
  void end_quietly() {
    change([&] { gone_ = true; });
  }
  /// Writes wait until this is taken back, or for `interrupt`.
  void stall(bool stalled) {
    change([&] { stalled_ = stalled; });
  }
  /// Waits until a write is stalled.
  bool await_stalled() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return waiting_; });
  }
  size_t openings() const { return read(openings_); }
  size_t closings() const { return read(closings_); }
  Octets octets() const { return read(octets_); }
  size_t frames() const { return producer::count_frames(octets()); }

  // For the outlet.
  Status open() {
    const std::lock_guard lock(mutex_);
    ++openings_;
    if (refused_) return Error{Fault::kPeer, "nobody is there", true};
    open_ = true;
    gone_ = false;
    return Done{};
  }
  bool is_open() const { return read(open_); }
  emit::Written write(Bytes frames) {
    std::unique_lock lock(mutex_);
    waiting_ = stalled_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !stalled_ || interrupted_; });
    waiting_ = false;
    if (interrupted_) return broken(0, "interrupted");
    if (!break_after_) {
      octets_.insert(octets_.end(), frames.begin(), frames.end());
      return {frames.size(), std::nullopt};
    }
    size_t whole = 0;
    while (whole < frames.size()) {
      const size_t next = whole + 4 + load_u32(frames.data() + whole);
      if (next > *break_after_) break;
      whole = next;
    }
    octets_.insert(octets_.end(), frames.begin(), frames.begin() + static_cast<long>(whole));
    break_after_.reset();
    return broken(whole, "broken pipe");
  }
  Status tend() {
    const std::lock_guard lock(mutex_);
    if (!gone_) return Done{};
    open_ = false;
    return Error{Fault::kPeer, "the receiver went away", true};
  }
  void close() {
    change([&] {
      open_ = false;
      ++closings_;
    });
  }
  void interrupt() {
    change([&] { interrupted_ = true; });
  }

 private:
  template <typename Change>
  void change(Change what) {
    const std::lock_guard lock(mutex_);
    what();
    changed_.notify_all();
  }
  template <typename Value>
  Value read(const Value& value) const {
    const std::lock_guard lock(mutex_);
    return value;
  }
  emit::Written broken(size_t octets, const char* why) {
    open_ = false;
    return {octets, Error{Fault::kPeer, why, true}};
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  size_t openings_ = 0;
  bool open_ = false, gone_ = false, refused_ = false, stalled_ = false, waiting_ = false,
       interrupted_ = false;
  std::optional<size_t> break_after_;
  size_t closings_ = 0;
  Octets octets_;
};

class ScriptedOutlet final : public emit::Outlet {
 public:
  explicit ScriptedOutlet(std::shared_ptr<OutletScript> script) : script_(std::move(script)) {}
  Status open() override { return script_->open(); }
  bool is_open() const override { return script_->is_open(); }
  emit::Written write(Bytes frames) override { return script_->write(frames); }
  Status tend(WallTime) override { return script_->tend(); }
  void close() override { script_->close(); }
  void interrupt() override { script_->interrupt(); }

 private:
  const std::shared_ptr<OutletScript> script_;
};

/// The payloads of frames that stand side by side.
inline std::vector<Octets> payloads_of(Bytes frames) {
  std::vector<Octets> payloads;
  while (!frames.empty()) {
    const size_t size = load_u32(frames.data());
    const Bytes payload = frames.subspan(4, size);
    payloads.emplace_back(payload.begin(), payload.end());
    frames = frames.subspan(4 + size);
  }
  return payloads;
}

}  // namespace weir::kit
