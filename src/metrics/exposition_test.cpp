// The text format, octet by octet.
#include "metrics/exposition.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace weir::metrics {
namespace {

TEST(Exposition, escapes_help_and_label_values) {
  std::string page;
  write_family(page, "a_total", "Back\\slash, line\nend, \"quote\".", Type::kCounter,
               {{{{"path", "C:\\a\n\"b\""}}, 1.0}});
  EXPECT_EQ(page,
            "# HELP a_total Back\\\\slash, line\\nend, \"quote\".\n# TYPE a_total counter\n"
            "a_total{path=\"C:\\\\a\\n\\\"b\\\"\"} 1\n");
}

TEST(Exposition, octets_that_are_not_utf8_become_text) {
  std::string page;
  write_family(page, "a", "Help.", Type::kGauge,
               {{{{"name", "\xc3\xa9 \xff \xc0\xaf \xed\xa0\x80 \xe2\x82"}}, 1.0}});
  EXPECT_NE(
      page.find("{name=\"\xc3\xa9 \\\\xff \\\\xc0\\\\xaf \\\\xed\\\\xa0\\\\x80 \\\\xe2\\\\x82\"}"),
      std::string::npos)
      << page;
}

TEST(Exposition, numbers_are_short_and_exact) {
  std::string page;
  const double infinity = std::numeric_limits<double>::infinity();
  write_family(page, "a", "Help.", Type::kGauge,
               {{{{"n", "1"}}, 0.1},
                {{{"n", "2"}}, 123456789012.0},
                {{{"n", "3"}}, infinity},
                {{{"n", "4"}}, -infinity},
                {{{"n", "5"}}, std::numeric_limits<double>::quiet_NaN()},
                {{{"n", "6"}}, 1e300}});
  EXPECT_EQ(page,
            "# HELP a Help.\n# TYPE a gauge\n"
            "a{n=\"1\"} 0.1\na{n=\"2\"} 123456789012\na{n=\"3\"} +Inf\na{n=\"4\"} -Inf\n"
            "a{n=\"5\"} NaN\na{n=\"6\"} 1e+300\n");
}

TEST(Exposition, buckets_are_cumulative_and_end_with_infinity) {
  constexpr std::array kBounds = {0.5, 1.0};
  Histogram histogram(kBounds);
  for (const double value : {0.25, 0.75, 0.75, 8.0}) histogram.observe(value);
  std::string page;
  write_family(page, "h_seconds", "Help.", Type::kHistogram, {{{{"x", "y"}}, histogram.read()}});
  EXPECT_EQ(page,
            "# HELP h_seconds Help.\n# TYPE h_seconds histogram\n"
            "h_seconds_bucket{x=\"y\",le=\"0.5\"} 1\nh_seconds_bucket{x=\"y\",le=\"1\"} 3\n"
            "h_seconds_bucket{x=\"y\",le=\"+Inf\"} 4\nh_seconds_sum{x=\"y\"} 9.75\n"
            "h_seconds_count{x=\"y\"} 4\n");
}

TEST(Exposition, a_family_without_samples_is_not_shown) {
  std::string page;
  write_family(page, "a", "Help.", Type::kGauge, {});
  EXPECT_EQ(page, "");
}

TEST(Exposition, knows_good_names) {
  EXPECT_TRUE(is_metric_name("weir_queries_total"));
  EXPECT_TRUE(is_metric_name("a:b"));
  for (const auto* name : {"", "1a", "a-b", "__reserved", "caf\xc3\xa9"}) {
    EXPECT_FALSE(is_metric_name(name)) << name;
    EXPECT_FALSE(is_label_name(name)) << name;
  }
  EXPECT_FALSE(is_label_name("a:b"));
}

}  // namespace
}  // namespace weir::metrics
