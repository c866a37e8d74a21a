// Each condition holds of what it means, and of nothing else.
#include "flow/store/query_filter.h"

#include <gtest/gtest.h>

#include "kit/observations.h"

namespace weir::flow {
namespace {

struct QueryFilterTest : ::testing::Test {
  void SetUp() override { response.answer(); }
  bool of_query(const QueryFilter& filter) const { return filter.matches(query.observation); }
  bool of_response(const QueryFilter& filter) const { return filter.matches(response.observation); }
  const kit::Seen query{"www.Example.org"};
  kit::Seen response{"www.Example.org"};
};

TEST_F(QueryFilterTest, without_conditions_everything_matches) {
  EXPECT_TRUE(of_query({}));
  EXPECT_TRUE(of_response({}));
  EXPECT_TRUE(QueryFilter{}.matches(model::Observation{}));
}

TEST_F(QueryFilterTest, names_match_at_label_boundaries_whatever_their_case) {
  for (const char* name : {"example.ORG", "www.example.org", "org", "."})
    EXPECT_TRUE(of_query({.within = *dns::Name::parse(name)})) << name;
  for (const char* name : {"ample.org", "a.www.example.org", "example.com"})
    EXPECT_FALSE(of_query({.within = *dns::Name::parse(name)})) << name;
}

TEST_F(QueryFilterTest, clients_match_by_network) {
  EXPECT_TRUE(of_query({.client = Prefix::parse("192.0.2.0/24")}));
  EXPECT_TRUE(of_query({.client = Prefix::parse("192.0.2.7")}));
  EXPECT_FALSE(of_query({.client = Prefix::parse("192.0.2.8")}));
  EXPECT_FALSE(of_query({.client = Prefix::parse("::/0")}));
}

TEST_F(QueryFilterTest, a_response_code_excludes_queries) {
  EXPECT_TRUE(of_response({.rcode = dns::Rcode::kNoError}));
  EXPECT_FALSE(of_response({.rcode = dns::Rcode::kServFail}));
  EXPECT_FALSE(of_query({.rcode = dns::Rcode::kNoError}));
}

TEST_F(QueryFilterTest, types_of_records_and_of_messages) {
  EXPECT_TRUE(of_query({.qtype = dns::Type::kA}));
  EXPECT_FALSE(of_query({.qtype = dns::Type::kAaaa}));
  EXPECT_TRUE(of_query({.type = model::MessageType::kClientQuery}));
  EXPECT_FALSE(of_response({.type = model::MessageType::kClientQuery}));
}

TEST_F(QueryFilterTest, times_are_of_the_message_and_the_end_is_open) {
  const WallTime at = *query.observation.query_time;
  EXPECT_TRUE(of_query({.since = at, .until = at + 1ns}));
  EXPECT_FALSE(of_query({.until = at}));
  EXPECT_FALSE(of_query({.since = at + 1ns}));
  EXPECT_TRUE(of_response({.since = at + 1ns}));
}

TEST_F(QueryFilterTest, what_has_no_question_is_within_no_name) {
  kit::Seen bare("example.org");
  bare.query.resize(12);
  bare.query[5] = 0;
  bare.observation.query_message = bare.query;
  bare.describe();
  EXPECT_FALSE(QueryFilter{.within = *dns::Name::parse("org")}.matches(bare.observation));
  EXPECT_FALSE(QueryFilter{.qtype = dns::Type{}}.matches(bare.observation));
  EXPECT_TRUE(QueryFilter{.within = *dns::Name::parse(".")}.matches(bare.observation));
}

}  // namespace
}  // namespace weir::flow
