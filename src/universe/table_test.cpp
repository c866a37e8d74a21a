// Tests of the table of what has been seen: life, bounds, both ways of asking, and what is given
// out to be kept elsewhere.
#include "universe/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <tuple>

#include "base/random.h"
#include "proto/dns/rdata.h"

namespace weir::universe {
namespace {

using dns::Class;
using dns::Type;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr uint64_t kSeed = 7;

WallTime at(int64_t seconds) { return WallTime(std::chrono::seconds(seconds)); }

/// `see(table, 100, "a.example A 192.0.2.1", 60)`: at 100, with TTL 60.
void see(Table& table, int64_t when, std::string_view owner, Type type, std::string_view data,
         uint32_t ttl = 60, Told told = Told::kClient) {
  const dns::Name name = dns::Name::parse(owner)->folded();
  const Octets rdata = *dns::rdata_from_text(type, data);
  table.see({name.wire(), type, Class::kIn, ttl, rdata, at(when), told});
}

std::string data_of(const RecordSet& set, const SeenRecord& record) {
  return dns::rdata_to_text({.type = set.type, .klass = set.klass, .rdata = record.rdata});
}

/// `a.example. A 60 @100 192.0.2.1*2`, records in the order of their text.
std::string text(const RecordSet& set) {
  std::set<std::string> records;
  for (const SeenRecord& record : set.records)
    records.insert(data_of(set, record) + "*" + std::to_string(record.count));
  std::string all = set.name.to_text() + " " + std::string(dns::to_text(set.type)) + " " +
                    std::to_string(set.ttl) + " @" +
                    std::to_string(to_nanoseconds(set.last_seen) / 1'000'000'000);
  for (const std::string& record : records) all += " " + record;
  return all;
}
std::vector<std::string> texts(const std::vector<RecordSet>& sets) {
  std::vector<std::string> all;
  for (const RecordSet& set : sets) all.push_back(text(set));
  return all;
}
std::vector<std::string> find(const Table& table, std::string_view name) {
  return texts(table.find(*dns::Name::parse(name)));
}
std::vector<std::string> find_address(const Table& table, std::string_view address,
                                      size_t most = 100) {
  return texts(table.find(*IpAddress::parse(address), most));
}

TEST(UniverseTable, a_name_has_its_sets_and_an_address_its_names) {
  Table table({}, kSeed);
  see(table, 100, "A.example", Type::kA, "192.0.2.1");
  see(table, 101, "a.example", Type::kA, "192.0.2.2");
  see(table, 102, "a.example", Type::kA, "192.0.2.1");
  see(table, 102, "a.example", Type::kAaaa, "2001:db8::1");
  see(table, 103, "b.example", Type::kA, "192.0.2.1", 5);
  see(table, 104, "c.example", Type::kCname, "a.example.");
  EXPECT_THAT(find(table, "a.EXAMPLE"),
              UnorderedElementsAre("a.example. A 60 @102 192.0.2.1*2 192.0.2.2*1",
                                   "a.example. AAAA 60 @102 2001:db8::1*1"));
  EXPECT_THAT(find_address(table, "192.0.2.1"),
              ElementsAre("b.example. A 5 @103 192.0.2.1*1",
                          "a.example. A 60 @102 192.0.2.1*2 192.0.2.2*1"));
  EXPECT_THAT(find_address(table, "192.0.2.1", 1), ElementsAre("b.example. A 5 @103 192.0.2.1*1"));
  EXPECT_THAT(find_address(table, "192.0.2.3"), IsEmpty());
  EXPECT_THAT(find(table, "example"), IsEmpty());
  EXPECT_EQ(table.names(), 3U);
  EXPECT_EQ(table.sets(), 4U);
  EXPECT_EQ(table.records(), 5U);
}

TEST(UniverseTable, K_15_the_latest_sighting_says_when_a_set_expires) {
  Table table({}, kSeed);
  see(table, 1000, "a.example", Type::kA, "192.0.2.1", 100);
  see(table, 1010, "a.example", Type::kA, "192.0.2.1", 400);
  see(table, 990, "a.example", Type::kA, "192.0.2.1", 9);  // comes late
  const auto set = table.find(*dns::Name::parse("a.example"), Type::kA, Class::kIn);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->expires(), at(1410));
  EXPECT_EQ(set->first_seen, at(990));
  EXPECT_EQ(set->records.at(0).count, 3U);
  EXPECT_EQ(table.live(at(1409), 10).size(), 1U);
  EXPECT_EQ(table.live(at(1410), 10).size(), 0U);
}

TEST(UniverseTable, N_08_what_a_resolver_is_told_and_then_a_client_is_one_sighting) {
  Table table({}, kSeed);
  const auto told = [&](Told whom, const char* address = "192.0.2.1") {
    see(table, 100, "a.example", Type::kA, address, 60, whom);
    return find(table, "a.example").at(0);
  };
  EXPECT_EQ(told(Told::kResolver), "a.example. A 60 @100 192.0.2.1*1");
  EXPECT_EQ(told(Told::kClient), "a.example. A 60 @100 192.0.2.1*1");  // the same lookup
  EXPECT_EQ(told(Told::kClient), "a.example. A 60 @100 192.0.2.1*2");  // out of the cache
  // Fetched twice before a client gets it, by a prefetch or for nobody.
  EXPECT_EQ(told(Told::kResolver), "a.example. A 60 @100 192.0.2.1*3");
  EXPECT_EQ(told(Told::kResolver), "a.example. A 60 @100 192.0.2.1*4");
  EXPECT_EQ(told(Told::kClient), "a.example. A 60 @100 192.0.2.1*4");
  // Another record of the set is another matter.
  told(Told::kResolver, "192.0.2.2");
  EXPECT_EQ(told(Told::kClient), "a.example. A 60 @100 192.0.2.1*5 192.0.2.2*1");
  EXPECT_EQ(table.find(*dns::Name::parse("a.example"), Type::kA, Class::kIn)->asked, 4U);
}

TEST(UniverseTable, a_record_that_is_seen_again_without_counting_is_given_out_all_the_same) {
  Table table({}, kSeed);
  see(table, 100, "a.example", Type::kA, "192.0.2.1", 60, Told::kResolver);
  table.take_changed(10);
  see(table, 130, "a.example", Type::kA, "192.0.2.1", 30, Told::kClient);
  EXPECT_THAT(texts(table.take_changed(10)), ElementsAre("a.example. A 30 @130 192.0.2.1*0"));
}

TEST(UniverseTable, D_09_what_was_not_seen_for_the_longest_time_makes_room) {
  Table table({.records = 3}, kSeed);
  see(table, 100, "a.example", Type::kA, "192.0.2.1");
  see(table, 101, "b.example", Type::kA, "192.0.2.1");
  see(table, 102, "c.example", Type::kA, "192.0.2.1");
  see(table, 103, "a.example", Type::kA, "192.0.2.1");
  see(table, 104, "d.example", Type::kA, "192.0.2.1");
  EXPECT_THAT(find(table, "b.example"), IsEmpty());
  EXPECT_THAT(
      find_address(table, "192.0.2.1"),
      UnorderedElementsAre("a.example. A 60 @103 192.0.2.1*2", "c.example. A 60 @102 192.0.2.1*1",
                           "d.example. A 60 @104 192.0.2.1*1"));
  EXPECT_EQ(table.evicted(), 1U);
  EXPECT_EQ(table.names(), 3U);
}

TEST(UniverseTable, D_09_octets_are_bounded_whatever_is_seen) {
  constexpr size_t kOctets = 64 << 10;
  Table table({.octets = kOctets}, kSeed);
  for (int i = 0; i < 2000; ++i) {
    see(table, i, "n" + std::to_string(i) + ".example", Type::kTxt, std::string(200, 'x'));
    ASSERT_LE(table.octets(), kOctets);
  }
  EXPECT_GT(table.records(), 100U);
  EXPECT_EQ(table.evicted(), 2000 - table.records());
}

TEST(UniverseTable, a_set_and_a_name_have_bounds_of_their_own) {
  Table table({.records_of_set = 2, .sets_of_name = 2}, kSeed);
  see(table, 100, "a.example", Type::kA, "192.0.2.1");
  see(table, 101, "a.example", Type::kA, "192.0.2.2");
  see(table, 102, "a.example", Type::kA, "192.0.2.3");
  EXPECT_THAT(find(table, "a.example"),
              ElementsAre("a.example. A 60 @102 192.0.2.2*1 192.0.2.3*1"));
  EXPECT_EQ(table.evicted(), 1U);
  see(table, 103, "a.example", Type::kTxt, "x");
  see(table, 104, "a.example", Type::kAaaa, "2001:db8::1");
  EXPECT_EQ(table.sets(), 2U);
  EXPECT_EQ(table.refused(), 1U);
}

/// What would be in a store that adds up all that was given out.
class Store {
 public:
  void add(const std::vector<RecordSet>& sets) {
    for (const RecordSet& set : sets)
      for (const SeenRecord& record : set.records)
        counts_[{set.name.to_text(), set.type, data_of(set, record)}] += record.count;
  }
  uint64_t count(const std::string& name, Type type, const std::string& data) const {
    const auto found = counts_.find({name, type, data});
    return found == counts_.end() ? 0 : found->second;
  }
  bool operator==(const Store&) const = default;

 private:
  std::map<std::tuple<std::string, Type, std::string>, uint64_t> counts_;
};

TEST(UniverseTable, changes_are_given_out_once) {
  Table table({}, kSeed);
  Store store;
  see(table, 100, "a.example", Type::kA, "192.0.2.1");
  see(table, 100, "a.example", Type::kA, "192.0.2.2");
  see(table, 100, "b.example", Type::kA, "192.0.2.2");
  EXPECT_EQ(table.changed(), 2U);
  store.add(table.take_changed(1));
  store.add(table.take_changed(10));
  EXPECT_THAT(table.take_changed(10), IsEmpty());
  see(table, 101, "a.example", Type::kA, "192.0.2.2");
  const auto changed = table.take_changed(10);
  EXPECT_THAT(texts(changed), ElementsAre("a.example. A 60 @101 192.0.2.2*1"));
  store.add(changed);
  EXPECT_EQ(store.count("a.example.", Type::kA, "192.0.2.1"), 1U);
  EXPECT_EQ(store.count("a.example.", Type::kA, "192.0.2.2"), 2U);
}

TEST(UniverseTable, news_are_given_out_first_and_of_updates_each_has_its_turn) {
  Table table({}, kSeed);
  const auto name = [](int number) { return "n" + std::to_string(number) + ".example"; };
  for (int i = 0; i < 10; ++i) see(table, 100, name(i), Type::kA, "192.0.2.1");
  EXPECT_EQ(table.news(), 10U);
  table.take_changed(100);
  std::map<std::string, int> turns;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 10; ++i) see(table, 101 + round, name(i), Type::kA, "192.0.2.1");
    see(table, 101 + round, name(100 + round), Type::kA, "192.0.2.1");
    EXPECT_EQ(table.news(), 1U);
    size_t updates = 3;
    const auto taken = table.take_changed(100, updates);
    ASSERT_EQ(taken.size(), 4U);
    EXPECT_EQ(updates, 0U);
    EXPECT_EQ(taken[0].name.to_text(), name(100 + round) + ".");
    for (const RecordSet& set : taken) ++turns[set.name.to_text()];
  }
  for (int i = 0; i < 10; ++i) EXPECT_GE(turns[name(i) + "."], 3) << i;  // six would be ideal
  // A new record makes news of what was an update.
  see(table, 200, name(0), Type::kA, "192.0.2.2");
  EXPECT_EQ(table.news(), 1U);
}

TEST(UniverseTable, what_was_restored_is_there_and_unchanged) {
  Table before({}, kSeed);
  see(before, 100, "a.example", Type::kA, "192.0.2.1");
  see(before, 105, "a.example", Type::kA, "192.0.2.1", 30);
  see(before, 106, "a.example", Type::kTxt, std::string(100, 'y'));
  Table after({}, kSeed + 1);
  for (const RecordSet& set : before.take_changed(10)) after.restore(set);
  EXPECT_THAT(find(after, "a.example"),
              testing::UnorderedElementsAreArray(find(before, "a.example")));
  EXPECT_EQ(after.changed(), 0U);
  EXPECT_THAT(find_address(after, "192.0.2.1"), ElementsAre("a.example. A 30 @105 192.0.2.1*2"));
}

/// The sum of what is given out is what was seen, however little room there is (N-08).
TEST(UniverseTable, N_08_nothing_is_lost_when_sets_come_and_go) {
  SeededRandom random(11);
  Table table({.records = 50, .records_of_set = 4}, kSeed);
  Store kept, truth;
  for (int step = 0; step < 20'000; ++step) {
    const std::string name = "n" + std::to_string(random.below(60)) + ".example.";
    const bool address = random.below(2) == 0;
    const std::string data = address ? "192.0.2." + std::to_string(random.below(8))
                                     : "\"" + std::string(20 + random.below(8), 'z') + "\"";
    const Type type = address ? Type::kA : Type::kTxt;
    see(table, step, name, type, data);
    RecordSet one{.name = *dns::Name::parse(name), .type = type, .klass = Class::kIn};
    one.records.push_back({.rdata = *dns::rdata_from_text(type, data), .count = 1});
    truth.add({one});
    if (random.below(20) == 0) kept.add(table.take_changed(1 + random.below(30)));
    ASSERT_LE(table.records(), 50U);
  }
  kept.add(table.take_changed(1'000'000));
  EXPECT_TRUE(kept == truth);
  EXPECT_EQ(table.forgotten(), 0U);
}

}  // namespace
}  // namespace weir::universe
