// Tests of pages out of memory.
#include "universe/table_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/seen.h"

namespace weir::universe {
namespace {

using dns::Type;
using kit::lines_of;
using kit::set_of;
using testing::ElementsAre;
using testing::IsEmpty;

class TablePages : public testing::Test {
 protected:
  TablePages() {
    table_.restore(set_of("b.example", Type::kA, {"192.0.2.1"}, 100));
    table_.restore(set_of("a.example", Type::kA, {"192.0.2.2", "192.0.2.1"}, 101, 4));
    table_.restore(set_of("a.example", Type::kMx, {"1 b.example."}, 102));
  }
  Table table_{{}, 7};
};

TEST_F(TablePages, are_in_order_and_follow_each_other) {
  SeenQuery query = kit::name_query("a.example");
  query.limit = 2;
  const auto first = page_of(table_, query);
  EXPECT_THAT(lines_of(*first), ElementsAre("a.example. A 60 192.0.2.1 @101-101 *4",
                                            "a.example. A 60 192.0.2.2 @101-101 *4"));
  query.cursor = first->next.value();
  const auto second = page_of(table_, query);
  EXPECT_THAT(lines_of(*second), ElementsAre("a.example. MX 60 1 b.example. @102-102 *1"));
  EXPECT_FALSE(second->next);
}

TEST_F(TablePages, of_an_address_have_its_records_only) {
  EXPECT_THAT(lines_of(*page_of(table_, kit::address_query("192.0.2.1"))),
              ElementsAre("a.example. A 60 192.0.2.1 @101-101 *4",
                          "b.example. A 60 192.0.2.1 @100-100 *1"));
}

TEST_F(TablePages, beyond_the_end_there_is_nothing_and_nonsense_is_a_mistake) {
  SeenQuery query = kit::name_query("a.example");
  query.cursor = "99";
  EXPECT_THAT(page_of(table_, query)->rows, IsEmpty());
  query.cursor = "9x";
  EXPECT_EQ(page_of(table_, query).error().fault, Fault::kConfig);
}

}  // namespace
}  // namespace weir::universe
