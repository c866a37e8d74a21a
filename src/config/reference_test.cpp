// Explanations and the reference page follow from the schema alone.
#include "config/reference.h"

#include <gtest/gtest.h>

#include "config/sample.h"

namespace weir::config {
namespace {

const Table<sample::Settings> kTable = sample::settings_table();

TEST(Reference, explains_a_key) {
  EXPECT_EQ(*explain(kTable.schema(), "cache.size"),
            "cache.size\n  Octets it may hold.\n  type     size\n  range    1MiB to 1TiB\n"
            "  default  \"64MiB\"\n  reload   live: a reload applies it\n");
  EXPECT_EQ(*explain(kTable.schema(), "upstreams.address"),
            "upstreams.address\n  Where it is.\n  type     endpoint\n  default  must be given\n"
            "  reload   restart: a reload refuses to change it\n");
  EXPECT_NE(explain(kTable.schema(), "mode")->find("type     one of drop, refused, truncate\n"),
            std::string::npos);
  EXPECT_NE(explain(kTable.schema(), "metrics")->find("default  not set\n"), std::string::npos);
}

TEST(Reference, explains_a_table_by_its_keys) {
  const std::string text = *explain(kTable.schema(), "cache");
  EXPECT_EQ(text.find("cache\n  The cache of answers.\n  size "), 0) << text;
  EXPECT_NE(explain(kTable.schema(), "")->find("upstreams"), std::string::npos);
}

TEST(Reference, a_path_from_a_diagnostic_can_be_explained) {
  EXPECT_EQ(explain(kTable.schema(), "upstreams.12.address")->find("upstreams.12.address\n  Where"),
            0);
  EXPECT_FALSE(explain(kTable.schema(), "0.port"));
}

TEST(Reference, guesses_misspelt_keys) {
  EXPECT_EQ(explain(kTable.schema(), "cache.sise").error().to_text(),
            "config explain: unknown key \"cache.sise\"; did you mean \"cache.size\"");
  EXPECT_FALSE(explain(kTable.schema(), "port.x"));
  EXPECT_FALSE(explain(kTable.schema(), "cache."));
}

TEST(Reference, the_page_has_every_key_once) {
  const std::string page = reference(kTable.schema(), "Configuration");
  EXPECT_EQ(page.find("# Configuration\n\n## Top level\n\nAll of it.\n\n| key |"), 0) << page;
  EXPECT_NE(
      page.find("\n## `[cache]`\n\nThe cache of answers.\n\n| key | type | range | default | "
                "reload | meaning |\n|---|---|---|---|---|---|\n"
                "| `size` | size | 1MiB to 1TiB | `\"64MiB\"` | live | Octets it may hold. |\n"),
      std::string::npos)
      << page;
  EXPECT_NE(page.find("\n## `[[upstreams]]`\n"), std::string::npos);
  EXPECT_NE(page.find("| `password` | text | at least 8 octets | not set | restart | Ours. |"),
            std::string::npos);
}

}  // namespace
}  // namespace weir::config
