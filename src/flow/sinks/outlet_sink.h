// What sinks that write into an outlet (emit/) have in common: observations become octets one
// behind the other, and none is sent twice when the lane offers a group again.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "emit/outlet.h"
#include "flow/settings.h"
#include "flow/sink.h"

namespace weir::flow {

/// What the kernel took stays taken, also when the lane offers the group again: the sink knows how
/// many of the oldest observations are on their way, and passes over them.
class OutletSink : public Sink {
 public:
  explicit OutletSink(std::unique_ptr<emit::Outlet> outlet) : outlet_(std::move(outlet)) {}

  Status open() { return outlet_->open(); }

  Status deliver(const model::Batch& batch) final;
  Status settle() final;
  uint64_t take_refused() final;
  void give_up(uint64_t observations) final;
  Status tend(WallTime now) final;
  void reopen() final { outlet_->close(); }
  void close() final { outlet_->close(); }
  void interrupt() final { outlet_->interrupt(); }

 protected:
  /// Appends the octets of `observation`, if it has any. False when there can be none: it is
  /// refused, and what was appended is taken back.
  virtual bool append(const model::Observation& observation, Octets& out) = 0;
  /// So many octets were taken by the kernel.
  virtual void went_out(uint64_t octets) { static_cast<void>(octets); }
  /// What was appended since the last such word is settled, or will be offered again.
  virtual void settled() {}
  virtual void begins_again() {}

 private:
  Status ensure_open();
  void add(const model::Observation& observation);
  Status write_out();
  Error begin_again(Error error);

  const std::unique_ptr<emit::Outlet> outlet_;
  Octets octets_;             // not yet written
  std::vector<size_t> ends_;  // in `octets_`, of what each observation became
  uint64_t offered_ = 0;      // observations since the last settling, or since an error
  uint64_t refused_ = 0;      // of those
  uint64_t sent_ = 0;         // of the oldest that are not settled: they are not sent again
  uint64_t refused_in_settled_ = 0;
};

/// How TLS towards a receiver is spoken.
void set_tls(emit::TlsTarget& target, const TlsAskingSettings& settings);

}  // namespace weir::flow
