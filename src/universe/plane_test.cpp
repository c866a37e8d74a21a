// Tests of the plane: observations in, answers and series out.
#include "universe/plane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/observations.h"
#include "kit/seen.h"
#include "kit/temporary.h"

namespace weir::universe {
namespace {

using testing::HasSubstr;

model::SharedBatch batch_of(const kit::Seen& seen, size_t times = 1) {
  model::BatchBuilder builder(0, 64, 64 << 10);
  for (size_t i = 0; i < times; ++i) builder.add(seen.observation);
  return builder.seal();
}

class UniversePlane : public testing::Test {
 protected:
  std::unique_ptr<Plane> make() { return *Plane::create(settings_, registry_, clock_); }

  VirtualClock clock_;
  metrics::Registry registry_;
  const kit::TemporaryFolder folder_;
  UniverseSettings settings_{.history = {.path = folder_ / "universe.db"}};
};

TEST_F(UniversePlane, what_was_answered_is_found_from_both_sides) {
  settings_.history.enabled = false;
  const auto plane = make();
  kit::Seen seen("www.example.org", to_nanoseconds(clock_.wall_now()));
  ASSERT_TRUE(plane->deliver(*batch_of(seen.answer(), 2)));
  EXPECT_EQ(plane->find(kit::name_query("www.example.org"))->rows.at(0).count, 2U);
  EXPECT_EQ(plane->find(kit::address_query("203.0.113.9"))->rows.at(0).name.to_text(),
            "www.example.org.");
  EXPECT_EQ(plane->live(10).at(0).asked, 2U);
  clock_.advance(301s);
  EXPECT_TRUE(plane->live(10).empty());
}

TEST_F(UniversePlane, answers_come_from_memory_until_there_is_a_history) {
  const auto plane = make();  // not started: nothing is written
  kit::Seen seen("www.example.org");
  ASSERT_TRUE(plane->deliver(*batch_of(seen.answer())));
  EXPECT_EQ(plane->find(kit::name_query("www.example.org"))->rows.size(), 1U);
  plane->stop(0s);
}

TEST_F(UniversePlane, what_it_does_is_counted) {
  const auto plane = make();
  kit::Seen asked("www.example.org"), answered("www.example.org");
  ASSERT_TRUE(plane->deliver(*batch_of(asked)));
  ASSERT_TRUE(plane->deliver(*batch_of(answered.answer())));
  const std::string page = registry_.expose();
  EXPECT_THAT(page, HasSubstr("weir_universe_records 1\n"));
  EXPECT_THAT(page, HasSubstr("weir_universe_sightings_total 1\n"));
  EXPECT_THAT(page, HasSubstr("weir_universe_unseen_total{reason=\"type\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("weir_universe_history_waiting 1\n"));
}

}  // namespace
}  // namespace weir::universe
