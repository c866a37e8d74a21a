// Tests of whole lists: counts, complaints with line numbers, and bounds.
#include "names/reader.h"

#include <gtest/gtest.h>

#include "kit/name_lists.h"

namespace weir::names {
namespace {

using Rules = std::vector<std::string>;

TEST(ListReader, B02_counts_what_it_takes_and_what_it_refuses_with_reasons) {
  const Reading reading = read_list("a.com\n\nb..com\n# x\nc.com\nd.com/x\ne.com");
  EXPECT_EQ(kit::rules_of(reading.list),
            (Rules{"suffix a.com.", "suffix c.com.", "suffix e.com."}));
  EXPECT_EQ(reading.lines, 5U);
  EXPECT_EQ(reading.refused_total(), 2U);
  EXPECT_EQ(reading.refused[static_cast<size_t>(Refusal::kBadName)], 1U);
  ASSERT_EQ(reading.diagnostics.size(), 2U);
  EXPECT_EQ(reading.diagnostics[0].line, 3U);
  EXPECT_EQ(reading.diagnostics[0].text, "b..com");
  EXPECT_EQ(reading.diagnostics[1].line, 6U);
  EXPECT_EQ(to_text(reading.diagnostics[1].refusal), "unsupported");
}

TEST(ListReader, R24_byte_order_marks_and_carriage_returns_do_not_matter) {
  EXPECT_EQ(kit::rules_of(read_list("\xef\xbb\xbf"
                                    "a.com\r\nb.com\r\n")
                              .list),
            (Rules{"suffix a.com.", "suffix b.com."}));
}

TEST(ListReader, joins_the_lines_that_router_os_breaks) {
  const Reading reading = read_list(
      "/ip dns static\nadd address-list=vpn match-subdomain=yes \\\r\n    name=\\\n"
      "    long.example.com type=FWD\nb..com\n");
  EXPECT_EQ(kit::rules_of(reading.list), Rules{"suffix long.example.com."});
  ASSERT_EQ(reading.diagnostics.size(), 1U);
  EXPECT_EQ(reading.diagnostics[0].line, 5U);
}

TEST(ListReader, reads_json) {
  const Reading reading = read_list(" \n{\"rules\": [{\"domain\": [\"a.com\", \"b..com\"]}]}");
  EXPECT_EQ(kit::rules_of(reading.list), Rules{"exact a.com."});
  EXPECT_EQ(reading.lines, 2U);
  ASSERT_EQ(reading.diagnostics.size(), 1U);
  EXPECT_EQ(reading.diagnostics[0].line, 1U);
}

TEST(ListReader, knows_a_web_page) {
  const Reading reading = read_list("\n<!DOCTYPE html><html>\nexample.com\n");
  EXPECT_TRUE(reading.is_markup);
  EXPECT_EQ(reading.list.size(), 0U);
}

TEST(ListReader, bounds_lines_and_complaints) {
  std::string text = std::string(kMostLine + 1, 'a') + "\n";
  for (size_t i = 0; i < 2 * kMostDiagnostics; ++i) text += "b..com\n";
  text += "add name=\\\n" + std::string(kMostLine - 100, 'a') + "\\\n" + std::string(200, 'a');
  const Reading reading = read_list(text);
  EXPECT_EQ(reading.refused[static_cast<size_t>(Refusal::kTooLong)], 2U);
  EXPECT_EQ(reading.refused_total(), 2 + 2 * kMostDiagnostics);
  EXPECT_EQ(reading.diagnostics.size(), kMostDiagnostics);
  EXPECT_LE(reading.diagnostics[0].text.size(), 80U);
}

}  // namespace
}  // namespace weir::names
