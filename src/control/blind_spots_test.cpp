// Tests of the page of blind spots.
#include "control/blind_spots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::control {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::vector<flow::BlindSpot> spots() {
  const auto at = [](int64_t seconds) { return WallTime(std::chrono::seconds(seconds)); };
  return {{"wire", flow::Bypass::kDot, *IpAddress::parse("192.0.2.7"),
           *IpAddress::parse("203.0.113.1"), at(1'700'000'000), at(1'700'000'005), 3},
          {"wire", flow::Bypass::kUdp, *IpAddress::parse("2001:db8::7"),
           *IpAddress::parse("2001:db8::1"), at(1'700'000'001), at(1'700'000'002), 1}};
}

io::HttpResponse ask(std::vector<std::pair<std::string, std::string>> query) {
  io::HttpRequest request;
  for (const auto& [name, value] : query) request.query.emplace_back(name, value);
  return answer_blind_spots(spots(), request);
}

TEST(BlindSpotsPage, is_json_and_says_how_many_are_left_out) {
  EXPECT_THAT(ask({}).body,
              StartsWith(R"({"blind_spots":[{"client":"192.0.2.7","server":"203.0.113.1",)"
                         R"("way":"dot","count":3,"first":"2023-11-14T22:13:20)"));
  EXPECT_THAT(ask({}).body, HasSubstr(R"("way":"udp")"));
  EXPECT_THAT(ask({}).body, HasSubstr(R"("more":0)"));
  EXPECT_THAT(ask({{"limit", "1"}}).body, HasSubstr(R"("more":1)"));
}

TEST(BlindSpotsPage, has_a_line_each_for_people) {
  const std::string text = ask({{"format", "text"}}).body;
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  EXPECT_THAT(text, StartsWith("192.0.2.7 "));
}

TEST(BlindSpotsPage, mistakes_are_told) {
  for (const auto& [name, value] : {std::pair("limit", "0"),
                                    {"limit", "x"},
                                    {"limit", "10001"},
                                    {"format", "xml"},
                                    {"colour", "red"}}) {
    const io::HttpResponse answer = ask({{name, value}});
    EXPECT_EQ(answer.status, 400) << name << "=" << value;
    EXPECT_THAT(answer.body, HasSubstr(name));
  }
}

}  // namespace
}  // namespace weir::control
