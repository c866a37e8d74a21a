// Tests of the thread that makes lasting what has been seen.
#include "universe/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "kit/seen.h"
#include "kit/temporary.h"
#include "universe/store/reader.h"

namespace weir::universe {
namespace {

using dns::Type;
using kit::lines_of;
using kit::name_query;
using testing::ElementsAre;

class HistoryTest : public testing::Test {
 protected:
  void see(const char* name, int64_t time, uint32_t ttl = 60) {
    const dns::Name parsed = *dns::Name::parse(name);
    const Octets data = {192, 0, 2, 1};
    table_.with([&](Table& table) {
      table.see({.name = parsed.wire(),
                 .type = Type::kA,
                 .klass = dns::Class::kIn,
                 .ttl = ttl,
                 .rdata = data,
                 .at = kit::at(time)});
    });
  }
  template <typename Condition>
  void wait_until(Condition holds) const {
    const Instant deadline = clock_.now() + 20s;
    while (!holds() && clock_.now() < deadline) std::this_thread::yield();
    ASSERT_TRUE(holds());
  }
  std::vector<std::string> on_disk(const char* name) const {
    return lines_of(*(*HistoryReader::open(settings_.path))->find(name_query(name)));
  }

  const SystemClock clock_;
  const kit::TemporaryFolder folder_;
  HistorySettings settings_{
      .path = folder_ / "state/universe.db", .age = 0s, .group_interval = 10ms};
  SharedTable table_{{}, 3};
};

TEST_F(HistoryTest, writes_what_changed_and_what_comes_last) {
  History history(settings_, 100, table_, clock_);
  history.start();
  see("a.example", 100);
  wait_until([&] { return history.written() == 1; });
  see("a.example", 101);
  see("b.example", 102);
  history.stop(10s);
  EXPECT_THAT(on_disk("a.example"), ElementsAre("a.example. A 60 192.0.2.1 @100-101 *2"));
  EXPECT_THAT(on_disk("b.example"), ElementsAre("b.example. A 60 192.0.2.1 @102-102 *1"));
}

TEST_F(HistoryTest, what_was_seen_before_the_file_was_open_is_added_to_what_is_in_it) {
  {
    History before(settings_, 100, table_, clock_);
    before.start();
    see("a.example", 100);
    before.stop(10s);
  }
  SharedTable table({}, 4);
  const dns::Name name = *dns::Name::parse("a.example");
  const Octets data = {192, 0, 2, 1};
  table.with([&](Table& to) {
    to.see({.name = name.wire(),
            .type = Type::kA,
            .klass = dns::Class::kIn,
            .ttl = 30,
            .rdata = data,
            .at = kit::at(200)});
  });
  History after(settings_, 100, table, clock_);
  after.start();
  wait_until([&] { return after.written() == 1; });
  const auto set =
      table.with([&](const Table& from) { return from.find(name, Type::kA, dns::Class::kIn); });
  EXPECT_EQ(set->records.at(0).count, 2U);
  EXPECT_EQ(set->first_seen, kit::at(100));
  EXPECT_EQ(set->ttl, 30U);
  after.stop(10s);
  EXPECT_THAT(on_disk("a.example"), ElementsAre("a.example. A 30 192.0.2.1 @100-200 *2"));
}

TEST_F(HistoryTest, D_07_nothing_is_lost_while_the_file_cannot_be_written) {
  // Where its folder should be there is a file.
  const std::filesystem::path folder = std::filesystem::path(settings_.path).parent_path();
  std::ofstream(folder).put('x');
  History history(settings_, 100, table_, clock_);
  history.start();
  wait_until([&] { return !history.complaint().empty(); });
  EXPECT_THAT(history.complaint(), testing::HasSubstr(settings_.path));
  see("a.example", 100);
  std::filesystem::remove(folder);
  wait_until([&] { return history.written() == 1 && history.complaint().empty(); });
  history.stop(10s);
  EXPECT_EQ(on_disk("a.example").size(), 1U);
}

}  // namespace
}  // namespace weir::universe
