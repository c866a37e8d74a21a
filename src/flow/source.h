// The beginning of the flow, for what observes by itself: listeners, captures. A plug-in of
// flow/sources implements it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "flow/blind_spot.h"
#include "metrics/registry.h"
#include "model/tap.h"

namespace weir::flow {

/// What a source is given. All of it outlives the source.
struct SourceContext {
  std::string name;  // in the ledger, in metrics, in the log
  /// A way into the flow for one thread of the source, under its name; from any thread.
  std::function<model::Tap&()> open_tap;
  metrics::Registry& metrics;
  const Clock& clock;
};

/// Its maker takes what needs rights or can be refused (addresses, devices, files); what it then
/// observes it records from threads of its own, between `start` and `stop`. What comes and goes in
/// the world (a peer, an interface) is no error: it is complained about and tried again.
class Source {
 public:
  virtual ~Source() = default;
  virtual void start() = 0;
  /// Ends taking, flushes its taps and joins its threads; nothing is recorded afterwards.
  virtual void stop() = 0;
  /// Takes anew what it read from files that may have been replaced (certificates); while it runs.
  virtual void reopen() {}
  /// What does not work at present, a line each; from any thread.
  virtual std::vector<std::string> complaints() const { return {}; }
  /// DNS that it saw pass by the resolvers, the latest first; from any thread.
  virtual std::vector<BlindSpot> blind_spots() const { return {}; }
  /// What it did, a line each, for people; after `stop`.
  virtual std::vector<std::string> summary() const { return {}; }
};

}  // namespace weir::flow
