// Tests of rings of leases.
#include "route/lease.h"

#include <gtest/gtest.h>

#include <vector>

namespace weir::route {
namespace {

TEST(LeaseRing, a_lease_leaves_without_knowing_its_ring) {
  LeasePool pool;
  LeaseRing one(pool);
  LeaseRing two(pool);
  const LeaseId a = pool.take(), b = pool.take(), c = pool.take();
  for (const LeaseId id : {a, b}) one.push_back(pool, id);
  two.push_back(pool, c);
  LeaseRing::remove(pool, a);
  two.push_back(pool, a);
  EXPECT_EQ(one.front(pool), b);
  std::vector<LeaseId> in_two;
  two.each(pool, [&](LeaseId id) { in_two.push_back(id); });
  EXPECT_EQ(in_two, (std::vector<LeaseId>{c, a}));
  LeaseRing::remove(pool, b);
  EXPECT_EQ(one.front(pool), 0U);
}

}  // namespace
}  // namespace weir::route
