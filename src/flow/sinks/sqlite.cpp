// The embedded store as a sink: one transaction a group of batches.
#include <memory>

#include "flow/settings.h"
#include "flow/sink.h"
#include "flow/store/writer.h"

namespace weir::flow {
namespace {

class SqliteSink final : public Sink {
 public:
  explicit SqliteSink(std::unique_ptr<StoreWriter> writer) : writer_(std::move(writer)) {}

  Status deliver(const model::Batch& batch) override {
    for (const model::Observation& observation : batch.observations())
      if (Status added = writer_->add(observation); !added) return undo(std::move(added).error());
    return Done{};
  }
  Status note(const Gap& gap) override {
    if (Status added = writer_->add(gap); !added) return undo(std::move(added).error());
    return Done{};
  }
  Status settle() override {
    if (Status settled = writer_->commit(); !settled) return undo(std::move(settled).error());
    return Done{};
  }
  /// What cannot be deleted now is deleted later: a failure here costs nobody an observation.
  void tend(WallTime now) override { static_cast<void>(writer_->retain(now)); }

 private:
  Error undo(Error error) {
    writer_->roll_back();
    return error;
  }

  std::unique_ptr<StoreWriter> writer_;
};

}  // namespace

Result<std::unique_ptr<Sink>> make_sqlite_sink(const SinkSettings& settings) {
  TRY(auto writer, StoreWriter::open(settings.path, settings.retention, settings.raw_messages));
  return std::unique_ptr<Sink>(std::make_unique<SqliteSink>(std::move(writer)));
}

}  // namespace weir::flow
