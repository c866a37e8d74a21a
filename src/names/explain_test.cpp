// Tests of which lines have a say about a name.
#include "names/explain.h"

#include <gtest/gtest.h>

#include "names/name_text.h"

namespace weir::names {
namespace {

std::string ask(std::string_view list, std::string_view name) {
  NameBuffer buffer;
  std::string told;
  for (const Say& say : explain(list, *to_wire(name, buffer)))
    told += std::to_string(say.line) + (say.action == Action::kInclude ? "+" : "-");
  return told;
}

TEST(Explain, tells_the_lines_that_include_or_exclude) {
  const char* list = "# mine\nexample.org\nother.net\n@@||www.example.org^\n/exam.le/\n";
  EXPECT_EQ(ask(list, "www.example.org"), "2+4-5+");
  EXPECT_EQ(ask(list, "other.net"), "3+");
  EXPECT_EQ(ask(list, "another.net"), "");
}

TEST(Explain, tells_of_a_json_list_that_it_does) {
  EXPECT_EQ(ask(R"({"version":1,"rules":[{"domain_suffix":["example.org"]}]})", "a.example.org"),
            "0+");
}

}  // namespace
}  // namespace weir::names
