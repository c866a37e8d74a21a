// What people see of a row.
#include "app/commands/log_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

flow::QueryRow row() {
  flow::QueryRow row;
  row.time = wall_time(1'600'000'000'123'456'789);
  row.type = model::MessageType::kClientResponse;
  row.client = *Endpoint::parse("192.0.2.1:4000");
  row.qname = "example.org.";
  row.qtype = dns::Type::kAaaa;
  row.rcode = dns::Rcode::kServFail;
  row.latency = 1500us;
  row.upstream = "quad9";
  return row;
}

TEST(LogTable, a_row_is_one_line_under_its_header) {
  const std::string line = log_line(row(), false);
  EXPECT_EQ(line,
            "2020-09-13T12:26:40.123Z 192.0.2.1:4000         SERVFAIL     1.5ms AAAA   quad9     "
            "example.org.");
  EXPECT_EQ(log_header().find("NAME"), line.find("example.org."));
  EXPECT_EQ(log_header().find("RCODE"), line.find("SERVFAIL"));
}

TEST(LogTable, failures_are_marked_only_where_colour_is_wanted) {
  EXPECT_THAT(log_line(row(), true), HasSubstr("\x1b[31m"));
  EXPECT_THAT(log_line(row(), false), Not(HasSubstr("\x1b")));
}

TEST(LogTable, a_name_cannot_move_the_cursor) {
  flow::QueryRow evil = row();
  evil.qname = "a\x1b[2Jb\n.";
  EXPECT_THAT(log_line(evil, false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(log_line(evil, false), Not(HasSubstr("\n")));
}

TEST(LogTable, what_is_unknown_is_a_dash) {
  const std::string line = log_line({}, false);
  EXPECT_THAT(line, HasSubstr(" - "));
}

}  // namespace
}  // namespace weir::app
