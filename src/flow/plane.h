// The door of the telemetry plane: sources open taps, sinks stand at the end of lanes, and the
// ledger says what became of every observation.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "flow/blind_spot.h"
#include "flow/journal/journal.h"
#include "flow/lane/lane.h"
#include "flow/ledger.h"
#include "flow/router.h"
#include "flow/settings.h"
#include "flow/source.h"
#include "flow/store/reader.h"
#include "flow/tap.h"
#include "metrics/metrics.h"
#include "model/tap.h"

namespace weir::flow {

/// The ledger and the lanes as they were when read.
struct PlaneReading {
  std::vector<Account> sources;
  std::vector<Account> sinks;
  std::vector<LaneReading> lanes;  // in the order of `sinks`
};

class Plane {
 public:
  /// Opens the store, every sink and every source; a sink that a full disk or the like keeps from
  /// opening is tried again. `registry` and `clock` outlive the
  /// plane.
  static Result<std::unique_ptr<Plane>> create(FlowSettings settings, metrics::Registry& registry,
                                               const Clock& clock);
  ~Plane();

  /// A lane of its own for a consumer that the settings do not name; before `start`.
  Status add_sink(std::string name, std::unique_ptr<Sink> sink, const LaneSettings& settings,
                  Router::Takes takes = Router::Takes::kAll);
  /// A source of the flow's own, which starts and ends with it; before `start`. Its name is in use
  /// by no other source.
  using MakeSource = std::function<Result<std::unique_ptr<Source>>(SourceContext context)>;
  Status add_source(const std::string& name, model::SourceKind kind, const MakeSource& make);
  void start();
  /// A way in for one producer thread; a source may open several under one name. Valid as long as
  /// the plane. What a producer has not flushed stays with it.
  model::Tap& open_tap(const std::string& source, model::SourceKind kind);
  /// Ends the flow: its sources first; other producers have flushed and stopped. What is under way
  /// is delivered until `patience` is over; the rest is counted as lost.
  void stop(Duration patience);
  /// Asks every sink to close what it writes to and open it anew, and every source likewise.
  void reopen();

  PlaneReading read() const;
  /// The ledger as lines for people.
  std::vector<std::string> ledger_lines() const { return ledger_.lines(); }
  /// What does not work at present, a line each; empty when all is well.
  std::vector<std::string> complaints() const;
  /// DNS that sources saw pass by the resolvers, the latest first.
  std::vector<BlindSpot> blind_spots() const;
  /// What each source did, a line each, for people; after `stop`.
  std::vector<std::string> summaries() const;
  /// What the journal of a former run held at the start, for people; empty without a journal.
  std::string journal_summary() const { return journal_ ? journal_->summary() : std::string(); }
  /// The path of the embedded store, for `StoreReader::open`; empty when there is none.
  std::string store_path() const;

 private:
  Plane(FlowSettings settings, metrics::Registry& registry, const Clock& clock);
  Status open_sinks();
  Status open_sink(const SinkSettings& sink, std::string name, Router::Takes takes);
  Status open_journal();
  Status open_sources();
  void expose();

  const FlowSettings settings_;
  metrics::Registry& registry_;
  const Clock& clock_;
  Ledger ledger_;
  std::vector<std::shared_ptr<Lane>> lanes_;   // shared with the series of metrics that read them
  std::unique_ptr<journal::Journal> journal_;  // where a lane is durable
  std::mutex mutex_;                           // guards the two below
  std::deque<RingTap> taps_;
  std::vector<std::string> sources_;  // their index is what batches carry
  Router router_;
  std::vector<std::pair<std::string, std::unique_ptr<Source>>> own_sources_;  // by name
  bool started_ = false;
  bool stopped_ = false;
};

}  // namespace weir::flow
