// Tests of the pages of routes, without a plane behind them.
#include "control/routes.h"

#include <gtest/gtest.h>

namespace weir::control {
namespace {

io::HttpRequest request(std::vector<std::pair<std::string, std::string>> query) {
  return {.method = "GET", .path = "/api/v1/routes", .query = std::move(query)};
}

TEST(RoutePages, N_07_a_lease_has_prefix_set_name_and_time_left) {
  route::LeasePage page;
  page.leases.push_back(
      {*Prefix::parse("198.51.100.1"), "vpn", "www.example.org", route::LeaseState::kActive, 90s});
  page.leases.push_back(
      {*Prefix::parse("203.0.113.0/24"), "corp", "", route::LeaseState::kStatic, {}});
  page.next = 7;
  EXPECT_EQ(leases_to_json(page),
            R"({"routes":[{"prefix":"198.51.100.1/32","set":"vpn","name":"www.example.org",)"
            R"("state":"active","left_seconds":90},)"
            R"({"prefix":"203.0.113.0/24","set":"corp","state":"static"}],"next":7})"
            "\n");
}

TEST(RoutePages, a_query_says_which_leases) {
  const auto query = read_lease_query(request({{"name", "WWW.Example.org."},
                                               {"set", "vpn"},
                                               {"address", "198.51.100.1"},
                                               {"after", "9"},
                                               {"limit", "10"}}));
  ASSERT_TRUE(query);
  EXPECT_EQ(query->name, "www.example.org");
  EXPECT_EQ(query->set, "vpn");
  EXPECT_EQ(query->address, IpAddress::parse("198.51.100.1"));
  EXPECT_EQ(query->from, 9u);
  EXPECT_EQ(query->most, 10u);
}

TEST(RoutePages, a_query_that_is_wrong_names_its_parameter) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"address", "x"}, {"after", "-1"}, {"limit", "0"}, {"limit", "10001"}, {"nmae", "x"}};
  for (const auto& parameter : wrong) {
    const auto query = read_lease_query(request({parameter}));
    ASSERT_FALSE(query);
    EXPECT_EQ(query.error().parameter, parameter.first);
  }
}

TEST(RoutePages, without_a_plane_they_say_what_is_missing) {
  for (const auto& answer :
       {answer_leases(nullptr, request({})), answer_state(nullptr, request({})),
        answer_changes(nullptr, request({}))}) {
    EXPECT_EQ(answer.status, 404);
    EXPECT_NE(answer.body.find("route.set"), std::string::npos);
  }
}

TEST(RoutePages, changes_have_a_reason) {
  route::ChangeReading change{.number = 3, .prefix = *Prefix::parse("198.51.100.1")};
  change.reason = "expired";
  EXPECT_EQ(changes_to_json({change}),
            R"({"changes":[{"number":3,"time":"1970-01-01T00:00:00.000000000Z",)"
            R"("prefix":"198.51.100.1/32","change":"withdrawn","reason":"expired"}]})"
            "\n");
}

}  // namespace
}  // namespace weir::control
