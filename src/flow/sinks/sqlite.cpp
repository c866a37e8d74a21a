// The embedded store as a sink: one transaction a group of batches. A store that was deleted under
// our feet is begun anew.
#include <memory>

#include "base/log.h"
#include "flow/settings.h"
#include "flow/sink.h"
#include "flow/store/writer.h"

namespace weir::flow {
namespace {

class SqliteSink final : public Sink {
 public:
  explicit SqliteSink(const SqliteSinkSettings& settings) : settings_(settings) {}

  Status open() {
    if (writer_ != nullptr) return Done{};
    TRY(writer_, StoreWriter::open(settings_.path, settings_.retention, settings_.raw_messages));
    return Done{};
  }

  Status deliver(const model::Batch& batch) override {
    TRY_DONE(open_again());
    for (const model::Observation& observation : batch.observations())
      if (Status added = writer_->add(observation); !added) return undo(std::move(added).error());
    return Done{};
  }
  Status note(const Gap& gap) override {
    TRY_DONE(open_again());
    if (Status added = writer_->add(gap); !added) return undo(std::move(added).error());
    return Done{};
  }
  Status settle() override {
    if (writer_ == nullptr) return Done{};
    if (Status settled = writer_->commit(); !settled) return undo(std::move(settled).error());
    return Done{};
  }
  /// What cannot be deleted now is deleted later: a failure here costs nobody an observation.
  Status tend(WallTime now) override {
    if (writer_ == nullptr) return Done{};
    if (writer_->in_place()) {
      static_cast<void>(writer_->retain(now));
      return Done{};
    }
    log::warning("sink " + settings_.name + ": " + settings_.path +
                 " was deleted; it is begun anew");
    writer_.reset();
    return Done{};
  }

 private:
  Status open_again() {
    Status opened = open();
    if (opened) return opened;
    Error error = std::move(opened).error();
    error.retry = true;  // it could be written before, so it may be again
    return error;
  }
  Error undo(Error error) {
    writer_->roll_back();
    return error;
  }

  const SqliteSinkSettings settings_;
  std::unique_ptr<StoreWriter> writer_;
};

}  // namespace

Result<std::unique_ptr<Sink>> make_sqlite_sink(const SqliteSinkSettings& settings) {
  auto sink = std::make_unique<SqliteSink>(settings);
  TRY_DONE(sink->open());
  return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace weir::flow
