// What people see of a record.
#include "app/commands/seen_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

universe::SeenRow row(const char* name) {
  return {.name = *dns::Name::parse(name),
          .type = dns::Type::kA,
          .klass = dns::Class::kIn,
          .rdata = {192, 0, 2, 1},
          .ttl = 300,
          .first = wall_time(1'600'000'000'000'000'000),
          .last = wall_time(1'600'000'060'000'000'000),
          .count = 7};
}

TEST(SeenTable, a_record_is_one_line_under_its_header) {
  const std::string line = seen_line(row("www.example.org"));
  EXPECT_EQ(line,
            "2020-09-13T12:26:40Z 2020-09-13T12:27:40Z         7     300 A        "
            "www.example.org. 192.0.2.1");
  EXPECT_EQ(seen_header().find("NAME"), line.find("www.example.org."));
}

TEST(SeenTable, a_name_cannot_move_the_cursor) {
  EXPECT_THAT(seen_line(row("\\027[2Jx.example")), testing::Not(testing::HasSubstr("\x1b")));
}

}  // namespace
}  // namespace weir::app
