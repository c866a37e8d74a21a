// Tests of lines in the Common Output Format, of questions, and of koroz's listing.
#include "control/seen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/dns/rdata.h"

namespace weir::control {
namespace {

using dns::Type;

universe::SeenRow row(Type type, std::string_view data, const char* name = "www.example.org") {
  return {.name = *dns::Name::parse(name),
          .type = type,
          .klass = dns::Class::kIn,
          .rdata = *dns::rdata_from_text(type, data),
          .ttl = 60,
          .first = wall_time(1'600'000'000'000'000'000),
          .last = wall_time(1'600'000'060'000'000'000),
          .count = 3};
}

TEST(Seen, N_08_a_line_has_the_words_of_the_common_output_format) {
  EXPECT_EQ(cof_line(row(Type::kA, "192.0.2.1")),
            R"({"rrname":"www.example.org","rrtype":"A","rdata":"192.0.2.1",)"
            R"("time_first":1600000000,"time_last":1600000060,"count":3})");
}

TEST(Seen, names_have_no_final_dot_but_the_roots) {
  EXPECT_THAT(cof_line(row(Type::kMx, "10 mail.example.")),
              testing::HasSubstr("\"10 mail.example\""));
  EXPECT_THAT(cof_line(row(Type::kMx, "0 .")), testing::HasSubstr("\"0 .\""));
  EXPECT_THAT(cof_line(row(Type::kNs, "a.example.", ".")),
              testing::HasSubstr(R"("rrname":".","rrtype":"NS","rdata":"a.example")"));
  EXPECT_THAT(cof_line(row(Type::kTxt, "\"dot.\"")), testing::HasSubstr("dot.\\\""));
}

TEST(Seen, a_subject_is_a_name_or_an_address) {
  EXPECT_TRUE(std::holds_alternative<dns::Name>(read_subject("www.example.org")->of));
  EXPECT_EQ(std::get<IpAddress>(read_subject("::ffff:192.0.2.1")->of),
            *IpAddress::parse("192.0.2.1"));
  EXPECT_FALSE(read_subject("a..b"));
}

TEST(Seen, K_12_K_23_the_listing_knows_five_types_by_name) {
  universe::RecordSet set{.name = *dns::Name::parse("www.example.org"),
                          .type = Type::kA,
                          .klass = dns::Class::kIn,
                          .ttl = 120};
  set.records.push_back(
      {.rdata = {192, 0, 2, 1}, .last_seen = wall_time(1'735'689'600'000'000'000)});
  EXPECT_EQ(live_to_json({set}),
            R"([{"domain_name":"www.example.org","ttl":120,"cls":"IN","record_type":"A",)"
            R"("read_from_buffer_ts":"2025-01-01T00:00:00.000000000Z"}])");
  for (const Type type : {Type::kAaaa, Type::kCname, Type::kMx, Type::kTxt}) {
    set.type = type;
    EXPECT_THAT(live_to_json({set}),
                testing::HasSubstr("\"record_type\":\"" + dns::to_text(type) + "\""));
  }
  set.type = Type::kSrv;
  EXPECT_THAT(live_to_json({set}), testing::HasSubstr("\"record_type\":\"Other\""));
}

}  // namespace
}  // namespace weir::control
