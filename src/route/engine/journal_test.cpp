// Tests of what outlives the program, also when it dies in the middle of a word.
#include "route/engine/journal.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "names/files/collection.h"

namespace weir::route {
namespace {

SavedLease lease(uint8_t last, const char* set = "vpn") {
  return {set,
          {1, 'a', 3, 'n', 'e', 't', 0},
          *IpAddress::from_octets(Octets{198, 51, 101, last}),
          wall_time(1'000'000'000LL * last)};
}

class JournalTest : public testing::Test {
 protected:
  JournalTest() : folder_(std::filesystem::path(testing::TempDir()) / "weir-journal") {
    std::filesystem::remove_all(folder_);
  }
  ~JournalTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Journal> open() {
    auto journal = Journal::open(loop_, {.path = path(), .least_growth = 1000});
    EXPECT_TRUE(journal);
    return journal ? *std::move(journal) : nullptr;
  }
  std::string path() const { return (folder_ / "routes.state").string(); }
  std::string text() const { return *names::read_text(path()); }
  void write(const std::string& text) { std::ofstream(path(), std::ios::binary) << text; }

  std::filesystem::path folder_;
  io::Loop loop_;
};

TEST_F(JournalTest, B_21_what_was_added_is_there_at_the_next_start) {
  {
    const auto journal = open();
    EXPECT_TRUE(journal->take_saved().empty());
    journal->add(lease(1));
    journal->add(lease(2));
  }
  const auto journal = open();
  EXPECT_EQ(journal->take_saved(), (std::vector{lease(1), lease(2)}));
  EXPECT_FALSE(journal->was_torn());
}

TEST_F(JournalTest, R14_a_torn_end_costs_only_the_last_record) {
  {
    const auto journal = open();
    journal->add(lease(1));
    journal->add(lease(2));
  }
  const std::string whole = text();
  size_t one = 0;
  {
    Octets record;
    append_record(record, lease(1));
    one = record.size();
  }
  for (size_t cut = 1; cut <= one; ++cut) {
    write(whole.substr(0, whole.size() - cut));
    const auto journal = open();
    EXPECT_EQ(journal->take_saved(), (std::vector{lease(1)}));
    EXPECT_EQ(journal->was_torn(), cut != one);
  }
}

TEST_F(JournalTest, R14_octets_that_changed_are_not_believed) {
  {
    const auto journal = open();
    journal->add(lease(1));
  }
  const std::string whole = text();
  for (size_t at = 8; at < whole.size(); ++at) {
    std::string wrong = whole;
    wrong[at] = static_cast<char>(wrong[at] ^ 1);
    write(wrong);
    EXPECT_TRUE(open()->take_saved().empty()) << at;
  }
}

TEST_F(JournalTest, another_file_is_put_aside) {
  std::filesystem::create_directories(folder_);
  write("something else entirely");
  EXPECT_TRUE(open()->take_saved().empty());
  EXPECT_TRUE(std::filesystem::exists(path() + ".bad"));
}

TEST_F(JournalTest, a_file_that_has_grown_is_written_anew) {
  {
    const auto journal = open();
    for (int i = 0; i < 100; ++i) journal->add(lease(1));
    EXPECT_FALSE(journal->has_grown());  // nothing was committed yet
  }
  const auto big = text().size();
  {
    const auto journal = open();
    journal->begin_anew();
    journal->add_anew(lease(1));
    journal->add(lease(2));
    journal->finish_anew();
    journal->add(lease(3));
  }
  EXPECT_LT(text().size(), big / 10);
  EXPECT_EQ(open()->take_saved(), (std::vector{lease(1), lease(2), lease(3)}));
}

}  // namespace
}  // namespace weir::route
