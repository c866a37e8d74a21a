// A sink that could not be opened at the start (a full disk, a folder that is not there yet): the
// lane tries again, and fails as the opening does. The edge answers meanwhile; the lane's
// queue, its losses and its complaint say what is wrong.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "flow/sink.h"

namespace weir::flow {

class LateSink final : public Sink {
 public:
  using Open = std::function<Result<std::unique_ptr<Sink>>()>;
  explicit LateSink(Open open) : open_(std::move(open)) {}

  Status deliver(const model::Batch& batch) override;
  Status note(const Gap& gap) override;
  Status settle() override;
  Result<std::optional<uint64_t>> recall(std::string_view journal) override;
  void place(uint64_t position) override;
  Status tend(WallTime now) override;
  uint64_t take_refused() override;
  void give_up(uint64_t observations) override;
  void reopen() override;
  void close() override;
  void interrupt() override;

 private:
  Status ensure_open();

  const Open open_;
  std::mutex mutex_;  // held where `sink_` is set, and where another thread looks at it
  std::unique_ptr<Sink> sink_;
};

}  // namespace weir::flow
