// Tests of what the history finds, page by page.
#include "universe/store/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "kit/seen.h"
#include "kit/temporary.h"
#include "sqlite/database.h"
#include "universe/store/writer.h"

namespace weir::universe {
namespace {

using dns::Type;
using kit::address_query;
using kit::lines_of;
using kit::name_query;
using kit::set_of;
using testing::ElementsAre;
using testing::IsEmpty;

class HistoryReaderTest : public testing::Test {
 protected:
  HistoryReaderTest() {
    auto opened = HistoryWriter::open({.path = path_});
    EXPECT_TRUE(opened) << opened.error().what;
    writer_ = *std::move(opened);
  }
  std::unique_ptr<HistoryReader> reader() {
    auto opened = HistoryReader::open(path_);
    EXPECT_TRUE(opened) << opened.error().what;
    return *std::move(opened);
  }
  void add(const std::vector<RecordSet>& sets) {
    const Status added = writer_->add(sets);
    EXPECT_TRUE(added) << added.error().what;
  }

  const kit::TemporaryFolder folder_;
  const std::string path_ = folder_ / "universe.db";
  std::unique_ptr<HistoryWriter> writer_;
};

TEST_F(HistoryReaderTest, a_name_has_its_records_and_an_address_its_names) {
  add({set_of("a.example", Type::kA, {"192.0.2.2", "192.0.2.1"}, 100),
       set_of("a.example", Type::kMx, {"10 mail.example."}, 101),
       set_of("b.example", Type::kA, {"192.0.2.1"}, 102),
       set_of("b.example", Type::kAaaa, {"2001:db8::1"}, 103)});
  EXPECT_THAT(
      lines_of(*reader()->find(name_query("A.example"))),
      ElementsAre("a.example. A 60 192.0.2.1 @100-100 *1", "a.example. A 60 192.0.2.2 @100-100 *1",
                  "a.example. MX 60 10 mail.example. @101-101 *1"));
  EXPECT_THAT(lines_of(*reader()->find(address_query("192.0.2.1"))),
              ElementsAre("a.example. A 60 192.0.2.1 @100-100 *1",
                          "b.example. A 60 192.0.2.1 @102-102 *1"));
  EXPECT_THAT(lines_of(*reader()->find(address_query("2001:db8::1"))),
              ElementsAre("b.example. AAAA 60 2001:db8::1 @103-103 *1"));
  EXPECT_THAT(lines_of(*reader()->find(name_query("example"))), IsEmpty());
  SeenQuery only = name_query("a.example");
  only.type = Type::kMx;
  EXPECT_EQ(reader()->find(only)->rows.size(), 1U);
}

TEST_F(HistoryReaderTest, data_without_octets_is_data) {
  RecordSet set = set_of("a.example", Type::kApl, {}, 100);
  set.records.push_back({{}, kit::at(100), kit::at(100), 1});
  add({set});
  add({set});
  EXPECT_THAT(lines_of(*reader()->find(name_query("a.example"))),
              ElementsAre(testing::HasSubstr("@100-100 *2")));
}

TEST_F(HistoryReaderTest, pages_follow_each_other_without_gap_or_repetition) {
  SeededRandom random(3);
  std::set<std::string> names, data;
  for (int i = 0; i < 250; ++i) {
    const std::string text = "10." + std::to_string(random.below(256)) + ".0." + std::to_string(i);
    add({set_of("many.example", Type::kA, {text}, i),
         set_of("n" + std::to_string(i) + ".example", Type::kA, {"192.0.2.7"}, i)});
    data.insert(text);
    names.insert("n" + std::to_string(i) + ".example.");
  }
  for (SeenQuery query : {name_query("many.example"), address_query("192.0.2.7")}) {
    query.limit = 40;
    std::set<std::string> found;
    size_t rows = 0, pages = 0;
    for (;; ++pages) {
      const auto page = reader()->find(query);
      ASSERT_TRUE(page) << page.error().what;
      for (const SeenRow& row : page->rows)
        found.insert(std::holds_alternative<IpAddress>(query.of)
                         ? row.name.to_text()
                         : IpAddress::from_octets(row.rdata)->to_text());
      rows += page->rows.size();
      if (!page->next) break;
      query.cursor = *page->next;
    }
    EXPECT_EQ(pages, 6U);
    EXPECT_EQ(rows, 250U);
    EXPECT_EQ(found, std::holds_alternative<IpAddress>(query.of) ? names : data);
  }
}

TEST_F(HistoryReaderTest, a_cursor_that_no_page_gave_is_a_mistake_of_who_asks) {
  for (SeenQuery query : {name_query("a.example"), address_query("192.0.2.1")}) {
    query.cursor = "x'; DROP";
    const auto page = reader()->find(query);
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().fault, Fault::kConfig);
  }
}

TEST_F(HistoryReaderTest, a_store_of_something_else_is_refused) {
  const std::string other = folder_ / "other.db";
  ASSERT_TRUE(sqlite::Database::open(other)->execute("PRAGMA user_version = 1"));
  EXPECT_FALSE(HistoryReader::open(other));
  EXPECT_FALSE(HistoryWriter::open({.path = other}));
  EXPECT_FALSE(HistoryReader::open(folder_ / "none.db"));
}

TEST_F(HistoryReaderTest, K_28_koroz_finds_its_table) {
  add({set_of("a.example", Type::kA, {"192.0.2.1", "192.0.2.2"}, 100),
       set_of("a.example", Type::kSrv, {"1 2 3 t.example."}, 101, 1, 30)});
  auto database = *sqlite::Database::open_read_only(path_);
  auto rows = *database.prepare(
      "SELECT domain_name, ttl, record_type, read_from_buffer_ts FROM dns_answers ORDER BY 3");
  std::vector<std::string> lines;
  while (*rows.step())
    lines.push_back(std::string(rows.text(0)) + " " + std::to_string(rows.number(1)) + " " +
                    std::string(rows.text(2)) + " " + std::string(rows.text(3)));
  EXPECT_THAT(lines, ElementsAre("a.example 60 a 1970-01-01 00:01:40+00",
                                 "a.example 30 any 1970-01-01 00:01:41+00"));
}

}  // namespace
}  // namespace weir::universe
