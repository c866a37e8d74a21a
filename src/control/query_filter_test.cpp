// Conditions word by word, and rows as objects.
#include "control/query_filter.h"

#include <gtest/gtest.h>

namespace weir::control {
namespace {

const WallTime kNow = wall_time(1'600'000'000'000'000'000);

TEST(QueryFilter, a_time_is_absolute_or_ago) {
  flow::QueryFilter filter;
  ASSERT_TRUE(set_condition(filter, "since", "90s", kNow).ok());
  EXPECT_EQ(filter.since, kNow - 90s);
  ASSERT_TRUE(set_condition(filter, "since", "2020-09-13T12:26:40.5Z", kNow).ok());
  EXPECT_EQ(filter.since, kNow + 500ms);
}

TEST(QueryFilter, one_address_is_a_network_of_one) {
  flow::QueryFilter filter;
  ASSERT_TRUE(set_condition(filter, "client", "2001:db8::1", kNow).ok());
  EXPECT_EQ(filter.client->length, 128);
}

TEST(QueryFilter, a_refused_word_leaves_the_filter_as_it_was) {
  flow::QueryFilter filter;
  ASSERT_TRUE(set_condition(filter, "type", "A", kNow).ok());
  ASSERT_FALSE(set_condition(filter, "type", "what", kNow).ok());
  EXPECT_EQ(filter.qtype, dns::Type::kA);
}

TEST(QueryFilter, rows_of_a_page_are_newest_first) {
  flow::QueryPage page;
  for (const auto& [id, after] : {std::pair{3, 1s}, {2, 2s}, {1, 0s}}) {
    flow::QueryRow row;
    row.id = id;
    row.time = kNow + after;
    page.rows.push_back(row);
  }
  sort_newest_first(page);
  EXPECT_EQ(page.rows[0].id, 2);
  EXPECT_EQ(page.rows[1].id, 3);
  EXPECT_EQ(page.rows[2].id, 1);
}

TEST(QueryFilter, a_row_says_what_is_known_and_no_more) {
  flow::QueryRow row;
  row.id = 9;
  row.time = kNow;
  row.type = model::MessageType::kClientQuery;
  row.protocol = model::Protocol::kUdp;
  JsonWriter json;
  write_row(json, row);
  EXPECT_EQ(json.written(),
            R"({"id":9,"time":"2020-09-13T12:26:40.000000000Z","message":"CLIENT_QUERY",)"
            R"("protocol":"UDP","source":"edge","flags":0,"size":0})");
}

}  // namespace
}  // namespace weir::control
