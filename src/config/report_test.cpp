// Complaints of rules find the place of the key they name.
#include "config/report.h"

#include <gtest/gtest.h>

#include "config/sample.h"

namespace weir::config {
namespace {

using sample::complaints;

TEST(Report, finds_keys_in_lists_of_tables) {
  EXPECT_EQ(complaints("[[upstreams]]\nname = \"a\"\naddress = \"1.1.1.1\"\n"
                       "[[upstreams]]\nname = \"b\"\naddress = \"1.1.1.1:53\"\n"),
            "weir.toml:6:11: upstreams.1.address asks ourselves; expected another port\n");
}

TEST(Report, a_key_that_was_not_written_is_shown_where_its_table_is) {
  EXPECT_EQ(complaints("\n[cache]\nmin_ttl = \"2d\"\n"),
            "weir.toml:2:1: cache.max_ttl is below min_ttl\n");
  EXPECT_EQ(complaints("port = 853"),
            "weir.toml:1:1: upstreams.0.address asks ourselves; expected another port\n");
}

TEST(Report, a_table_as_a_whole_can_be_wrong) {
  const Node table{Node::Table{}, {"weir.toml", 4, 1}};
  Diagnostics wrong;
  Report(table, "edge", wrong).wrong_table("asks nobody", "an upstream");
  EXPECT_EQ(to_text(wrong), "weir.toml:4:1: edge asks nobody; expected an upstream\n");
}

}  // namespace
}  // namespace weir::config
