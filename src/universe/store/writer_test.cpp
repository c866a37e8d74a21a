// Tests of what becomes lasting: sums, retention, restoring.
#include "universe/store/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/random.h"
#include "kit/seen.h"
#include "kit/temporary.h"
#include "universe/store/reader.h"

namespace weir::universe {
namespace {

using dns::Type;
using kit::at;
using kit::lines_of;
using kit::name_query;
using kit::set_of;
using testing::ElementsAre;
using testing::IsEmpty;

class HistoryWriterTest : public testing::Test {
 protected:
  std::unique_ptr<HistoryWriter> open(HistorySettings settings = {}) {
    settings.path = path_;
    auto opened = HistoryWriter::open(settings);
    EXPECT_TRUE(opened) << opened.error().what;
    return *std::move(opened);
  }
  std::vector<std::string> find(std::string_view name) {
    return lines_of(*(*HistoryReader::open(path_))->find(name_query(name)));
  }

  const kit::TemporaryFolder folder_;
  const std::string path_ = folder_ / "universe.db";
};

TEST_F(HistoryWriterTest, K_29_counts_add_up_and_the_latest_sighting_gives_the_ttl) {
  ASSERT_TRUE(open()->add(std::vector{set_of("a.example", Type::kA, {"192.0.2.1"}, 100, 3, 60)}));
  ASSERT_TRUE(open()->add(std::vector{set_of("a.example", Type::kA, {"192.0.2.1"}, 200, 4, 30),
                                      set_of("a.example", Type::kAaaa, {"2001:db8::1"}, 200)}));
  ASSERT_TRUE(open()->add(
      std::vector{set_of("a.example", Type::kA, {"192.0.2.1"}, 50, 1, 9)}));  // comes late
  EXPECT_THAT(find("a.example"), ElementsAre("a.example. A 30 192.0.2.1 @50-200 *8",
                                             "a.example. AAAA 60 2001:db8::1 @200-200 *1"));
}

TEST_F(HistoryWriterTest, there_is_one_writer_at_a_time) {
  const auto first = open();
  EXPECT_FALSE(HistoryWriter::open({.path = path_}));
}

TEST_F(HistoryWriterTest, what_is_older_than_the_age_is_deleted) {
  const auto writer = open({.age = 1000s});
  ASSERT_TRUE(writer->add(std::vector{set_of("old.example", Type::kA, {"192.0.2.1"}, 100),
                                      set_of("new.example", Type::kA, {"192.0.2.1"}, 900)}));
  EXPECT_EQ(*writer->retain(at(1100)), 0U);
  EXPECT_EQ(*writer->retain(at(1101)), 1U);
  EXPECT_THAT(find("old.example"), IsEmpty());
  EXPECT_EQ(find("new.example").size(), 1U);
}

TEST_F(HistoryWriterTest, D_09_the_file_stays_below_its_size_and_keeps_the_latest) {
  constexpr uint64_t kSize = 4 << 20;
  const auto writer = open({.octets = kSize});
  constexpr int kGroups = 60, kOfGroup = 1000;
  for (int group = 0; group < kGroups; ++group) {
    std::vector<RecordSet> sets;
    for (int i = 0; i < kOfGroup; ++i)
      sets.push_back(set_of("n" + std::to_string(group * kOfGroup + i) + ".some.example",
                            Type::kTxt, {'"' + std::string(60, 'x') + '"'}, group));
    ASSERT_TRUE(writer->add(sets));
    while (*writer->retain(at(group)) > 0) {
    }
    EXPECT_LE(std::filesystem::file_size(path_), kSize + kSize / 4);
  }
  EXPECT_THAT(find("n1.some.example"), IsEmpty());
  EXPECT_EQ(find("n59999.some.example").size(), 1U);
}

TEST_F(HistoryWriterTest, what_was_seen_last_comes_back_the_oldest_of_it_first) {
  const auto writer = open();
  ASSERT_TRUE(writer->add(std::vector{set_of("c.example", Type::kA, {"192.0.2.3"}, 300, 2, 30),
                                      set_of("a.example", Type::kA, {"192.0.2.1"}, 100),
                                      set_of("b.example", Type::kA, {"192.0.2.2"}, 200)}));
  std::vector<std::string> names;
  const auto take = [&](const RecordSet& set) {
    names.push_back(set.name.to_text() + std::to_string(set.records.at(0).count));
    return true;
  };
  ASSERT_TRUE(writer->restore(2, take));
  EXPECT_THAT(names, ElementsAre("b.example.1", "c.example.2"));
  names.clear();
  ASSERT_TRUE(writer->restore(100, take));
  EXPECT_THAT(names, ElementsAre("a.example.1", "b.example.1", "c.example.2"));
}

/// Lookups agree with a scan of everything that was written (N-08).
TEST_F(HistoryWriterTest, N_08_lookups_agree_with_a_scan_of_the_input) {
  SeededRandom random(5);
  const auto writer = open();
  std::map<std::pair<std::string, std::string>, uint64_t> counts;
  for (int step = 0; step < 300; ++step) {
    std::vector<RecordSet> sets;
    for (int i = 0; i < 10; ++i) {
      const std::string name = "n" + std::to_string(random.below(40)) + ".example.";
      const std::string data = "192.0.2." + std::to_string(random.below(20));
      const uint64_t count = 1 + random.below(5);
      counts[{name, data}] += count;
      sets.push_back(set_of(name, Type::kA, {data}, step, count));
    }
    ASSERT_TRUE(writer->add(sets));
  }
  const auto reader = *HistoryReader::open(path_);
  std::map<std::pair<std::string, std::string>, uint64_t> by_name, by_address;
  for (int i = 0; i < 40; ++i) {
    const auto page = reader->find(kit::name_query("n" + std::to_string(i) + ".example"));
    for (const SeenRow& row : page->rows)
      by_name[{row.name.to_text(), IpAddress::from_octets(row.rdata)->to_text()}] = row.count;
  }
  for (int i = 0; i < 20; ++i) {
    const std::string data = "192.0.2." + std::to_string(i);
    const auto page = reader->find(kit::address_query(data));
    for (const SeenRow& row : page->rows) by_address[{row.name.to_text(), data}] = row.count;
  }
  EXPECT_EQ(by_name, counts);
  EXPECT_EQ(by_address, counts);
}

}  // namespace
}  // namespace weir::universe
