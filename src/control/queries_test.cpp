// What the query log understands, and how its page is written.
#include "control/queries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::control {
namespace {

using ::testing::HasSubstr;

const WallTime kNow = wall_time(1'600'000'000'000'000'000);

Result<QueryRequest, ParameterError> read(std::vector<std::pair<std::string, std::string>> query) {
  io::HttpRequest request;
  request.query = std::move(query);
  return read_query_request(request, kNow);
}

TEST(Queries, every_condition_is_understood) {
  const auto asked = read({{"name", "example.org"},
                           {"client", "192.0.2.0/24"},
                           {"type", "aaaa"},
                           {"rcode", "NXDOMAIN"},
                           {"message", "CLIENT_RESPONSE"},
                           {"since", "1h"},
                           {"until", "2020-09-13T12:26:40Z"},
                           {"limit", "1000"},
                           {"cursor", "77"}});
  ASSERT_TRUE(asked.ok()) << asked.error().parameter << asked.error().message;
  EXPECT_EQ(asked->filter.within->to_text(), "example.org.");
  EXPECT_EQ(asked->filter.client->to_text(), "192.0.2.0/24");
  EXPECT_EQ(asked->filter.qtype, dns::Type::kAaaa);
  EXPECT_EQ(asked->filter.rcode, dns::Rcode::kNxDomain);
  EXPECT_EQ(asked->filter.type, model::MessageType::kClientResponse);
  EXPECT_EQ(asked->filter.since, kNow - 1h);
  EXPECT_EQ(asked->filter.until, kNow);
  EXPECT_EQ(asked->limit, 1000u);
  EXPECT_EQ(asked->cursor, 77);
}

TEST(Queries, a_wrong_parameter_is_named) {
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"name", "a..b"},
                                                        {"client", "here"},
                                                        {"type", "NOTYPE"},
                                                        {"rcode", "BAD"},
                                                        {"message", "x"},
                                                        {"since", "yesterday"},
                                                        {"until", "1"},
                                                        {"limit", "0"},
                                                        {"limit", "1001"},
                                                        {"limit", "-1"},
                                                        {"limit", "1 "},
                                                        {"cursor", "x"},
                                                        {"nonsense", "1"}}) {
    const auto asked = read({{name, value}});
    ASSERT_FALSE(asked.ok()) << name << "=" << value;
    EXPECT_EQ(asked.error().parameter, name);
  }
  EXPECT_THAT(read({{"rcod", "x"}}).error().message, HasSubstr("did you mean rcode?"));
}

TEST(Queries, D18_names_of_strangers_are_data) {
  flow::QueryPage page;
  flow::QueryRow row;
  row.id = 5;
  row.time = kNow;
  row.type = model::MessageType::kClientResponse;
  row.qname = "\"</script>\\001.";
  row.qtype = dns::Type::kA;
  row.qclass = dns::Class::kIn;
  row.rcode = dns::Rcode::kNoError;
  page.rows.push_back(row);
  page.next = 5;
  const std::string text = page_to_json(page);
  EXPECT_THAT(text, HasSubstr(R"("name":"\"\u003c/script\u003e\\001.")"));
  EXPECT_THAT(text, HasSubstr(R"("rcode":"NOERROR")"));
  EXPECT_THAT(text, HasSubstr(R"("next":"5"})"));
}

TEST(Queries, without_a_store_the_page_says_so) {
  const SystemClock clock;
  QueriesPage page("", clock);
  const io::HttpResponse response = page.answer({});
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("store.enabled"));
}

}  // namespace
}  // namespace weir::control
