// Tests of a sink that cannot be opened at first.
#include "flow/lane/late_sink.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "flow/catalogue.h"
#include "flow/plane.h"
#include "kit/observations.h"
#include "kit/temporary.h"

namespace weir::flow {
namespace {

TEST(LateSink, a_store_that_cannot_be_opened_does_not_keep_weir_from_starting) {
  const kit::TemporaryFolder folder;
  std::ofstream(folder / "in-the-way") << "a file where a folder should be";
  metrics::Registry registry;
  const SystemClock clock;
  FlowSettings settings;
  settings.store.path = folder / "in-the-way/queries.db";
  settings.store.lane.retry_base = 1ms;
  settings.store.lane.retry_most = 5ms;
  auto plane = Plane::create(settings, registry, clock);
  ASSERT_TRUE(plane) << plane.error().what;
  EXPECT_EQ((*plane)->complaints().size(), 1U) << "known before the first delivery";
  (*plane)->start();
  model::Tap& tap = (*plane)->open_tap("edge", model::SourceKind::kEdge);
  const kit::Seen seen("example.org");
  tap.record(seen.observation);
  tap.flush();
  while ((*plane)->read().lanes[0].retries == 0) std::this_thread::yield();
  std::filesystem::remove(folder / "in-the-way");
  (*plane)->stop(30s);
  EXPECT_EQ((*plane)->read().sinks[0].passed_on, 1U);
  EXPECT_TRUE((*plane)->complaints().empty());
}

TEST(LateSink, where_sources_wait_it_is_an_error_at_once) {
  const kit::TemporaryFolder folder;
  std::ofstream(folder / "in-the-way") << "x";
  metrics::Registry registry;
  const SystemClock clock;
  FlowSettings settings;
  settings.sources_wait = true;
  settings.store.path = folder / "in-the-way/queries.db";
  EXPECT_FALSE(Plane::create(settings, registry, clock));
}

}  // namespace
}  // namespace weir::flow
