// Tests of the journal with lanes behind it: what is delivered over failures, restarts and torn
// writes, and what is counted where something has to be lost.
#include "flow/journal/journal.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>

#include "kit/dnstap_peers.h"
#include "kit/observations.h"
#include "kit/temporary.h"

namespace weir::flow::journal {
namespace {

const Error kDown{Fault::kPeer, "the destination is down", true};

/// A destination that outlives the sinks that lead to it, like a database: it keeps rows and, if it
/// is one that can, the position with them.
struct Destination {
  std::mutex mutex;
  std::condition_variable changed;
  bool down = false;
  bool keeps_position = true;
  int lost_answers = 0;  // settlings that succeed, but look as if they had failed
  std::vector<uint64_t> rows;
  std::optional<uint64_t> position;
  std::string journal;

  void set_down(bool now) {
    const std::lock_guard lock(mutex);
    down = now;
  }
  size_t count() {
    const std::lock_guard lock(mutex);
    return rows.size();
  }
  void await(size_t count) {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, 30s, [&] { return rows.size() >= count; }))
        << rows.size() << " of " << count;
  }
};

class DestinationSink final : public Sink {
 public:
  explicit DestinationSink(Destination& to) : to_(to) {}
  Result<std::optional<uint64_t>> recall(std::string_view journal) override {
    const std::lock_guard lock(to_.mutex);
    if (to_.down) return kDown;
    if (!to_.keeps_position) return std::optional<uint64_t>();
    if (to_.journal != journal) to_.position.reset();
    to_.journal = journal;
    return to_.position;
  }
  void place(uint64_t position) override { end_ = position; }
  Status deliver(const model::Batch& batch) override {
    for (const auto& observation : batch.observations()) taken_.push_back(observation.sequence);
    end_ += batch.size();
    return Done{};
  }
  Status settle() override {
    const std::lock_guard lock(to_.mutex);
    const auto taken = std::exchange(taken_, {});
    if (to_.down) return kDown;
    to_.rows.insert(to_.rows.end(), taken.begin(), taken.end());
    to_.position = end_;
    to_.changed.notify_all();
    if (to_.lost_answers == 0) return Done{};
    --to_.lost_answers;
    return kDown;
  }

 private:
  Destination& to_;
  std::vector<uint64_t> taken_;
  uint64_t end_ = 0;
};

struct JournalTest : ::testing::Test {
  /// One run of the program: a journal, and a lane to `to`.
  struct Run {
    std::unique_ptr<Journal> journal;
    std::shared_ptr<Lane> lane;
    std::shared_ptr<SinkBook> book = std::make_shared<SinkBook>("db");
    ~Run() { stop(); }
    void stop() {
      if (!lane) return;
      journal->close();
      journal->join();
      lane->close(SystemClock().now() + 10s);
      lane->join();
      lane.reset();
    }
  };

  std::unique_ptr<Run> begin() {
    auto run = std::make_unique<Run>();
    auto opened = Journal::open(settings, "us", "weir", clock);
    EXPECT_TRUE(opened) << opened.error().what;
    run->journal = *std::move(opened);
    lane_settings.durable = true;
    lane_settings.retry_base = 1ms;
    lane_settings.retry_most = 5ms;
    run->lane = std::make_shared<Lane>("db", std::make_unique<DestinationSink>(to), lane_settings,
                                       run->book, clock);
    EXPECT_TRUE(run->journal->add(run->lane, run->book, {}));
    run->lane->start();
    run->journal->start();
    return run;
  }
  /// `count` observations in batches of ten, with the sequences that follow.
  void offer(Run& run, uint64_t count) {
    const kit::Seen seen("www.example.org");
    for (; count > 0; count -= 10) {
      model::BatchBuilder builder(0, 10, 1 << 16);
      for (int i = 0; i < 10; ++i) builder.add(seen.observation);
      run.journal->offer(builder.seal(sequence), true);
      sequence += 10;
    }
  }
  static void balance(const SinkBook& book) {
    const Account account = book.read();
    EXPECT_EQ(account.received, account.passed_on + account.dropped_total() + account.in_flight);
    EXPECT_LE(account.in_flight, account.received);
  }
  void expect_each_once(uint64_t last) {
    ASSERT_EQ(to.rows.size(), last);
    for (uint64_t i = 0; i < last; ++i) ASSERT_EQ(to.rows[i], i + 1);
  }
  std::vector<std::string> files(const std::string& ending) const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(settings.path))
      if (entry.path().string().ends_with(ending)) found.push_back(entry.path().string());
    std::sort(found.begin(), found.end());
    return found;
  }

  const kit::TemporaryFolder folder;
  SystemClock clock;
  JournalSettings settings{.path = folder / "journal", .sync_interval = 1ms};
  LaneSettings lane_settings;
  Destination to;
  uint64_t sequence = 1;
};

TEST_F(JournalTest, what_comes_is_delivered_in_order_and_counted) {
  auto run = begin();
  offer(*run, 1000);
  to.await(1000);
  run->stop();
  expect_each_once(1000);
  EXPECT_EQ(run->book->delivered(), 1000U);
  EXPECT_EQ(run->book->read().in_flight, 0U);
  EXPECT_EQ(to.position, 1000U);
}

TEST_F(JournalTest, R16_an_outage_costs_nothing_and_keeps_the_order) {
  lane_settings.queue_batches = 4;
  settings.segment_octets = 64 << 10;
  to.down = true;
  auto run = begin();
  offer(*run, 20'000);
  while (run->lane->read().retries < 3) std::this_thread::yield();
  to.set_down(false);
  to.await(20'000);
  offer(*run, 500);
  to.await(20'500);
  run->stop();
  expect_each_once(20'500);
  EXPECT_EQ(run->book->read().dropped_total(), 0U);
  balance(*run->book);
}

TEST_F(JournalTest, N02_a_settling_of_unknown_outcome_doubles_nothing) {
  to.lost_answers = 5;
  auto run = begin();
  for (uint64_t all = 500; all <= 5000; all += 500) {
    offer(*run, 500);
    to.await(all);
  }
  run->stop();
  expect_each_once(5000);
  EXPECT_EQ(run->book->delivered(), 5000U);
  balance(*run->book);
}

TEST_F(JournalTest, N02_what_a_run_leaves_the_next_one_delivers_once) {
  for (int i = 1; i <= 5; ++i) {
    to.down = i % 2 == 1;
    to.lost_answers = 1;
    auto run = begin();
    offer(*run, 1000);
    if (!to.down) to.await(static_cast<uint64_t>(i) * 1000);
    run->stop();
    balance(*run->book);
    const Account account = run->book->read();
    EXPECT_EQ(account.restored, i % 2 == 0 ? 1000U : 0U);
    EXPECT_EQ(account.in_flight, to.down ? 1000U : 0U);
  }
  to.down = false;
  auto run = begin();
  to.await(5000);
  run->stop();
  expect_each_once(5000);
}

TEST_F(JournalTest, a_destination_without_a_memory_goes_on_by_the_lanes_own) {
  to.keeps_position = false;
  begin()->stop();
  for (uint64_t i = 1; i <= 3; ++i) {
    auto run = begin();
    offer(*run, 100);
    to.await(i * 100);
    run->stop();
  }
  expect_each_once(300);
}

TEST_F(JournalTest, N02_a_torn_write_is_cut_off_and_the_rest_is_delivered) {
  to.down = true;
  {
    auto run = begin();
    offer(*run, 1000);
    run->stop();
  }
  // As a kill leaves it: no STOP, and half a record.
  const std::string newest = files(".fstrm").back();
  const auto size = std::filesystem::file_size(newest);
  std::filesystem::resize_file(newest, size - 12 - 5);
  to.down = false;
  auto run = begin();
  EXPECT_NE(run->journal->summary().find("torn"), std::string::npos) << run->journal->summary();
  to.await(999);
  sequence = 1000;
  offer(*run, 10);
  to.await(1009);
  run->stop();
  expect_each_once(1009);
}

TEST_F(JournalTest, a_damaged_record_is_counted_and_the_others_are_delivered) {
  to.down = true;
  {
    auto run = begin();
    offer(*run, 1000);
    run.reset();
    run = begin();  // so that the damaged segment is not the newest
    offer(*run, 10);
    run->stop();
  }
  std::fstream file(files(".fstrm").front(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(5000);
  file.write("\xff\xff", 2);
  file.close();
  to.down = false;
  auto run = begin();
  to.await(1009);
  run->stop();
  EXPECT_EQ(to.rows.size(), 1009U);
  EXPECT_EQ(run->book->losses().of(Loss::kJournalDamaged), 1U);
  balance(*run->book);
}

TEST_F(JournalTest, a_full_journal_gives_up_its_oldest_and_counts_it) {
  settings.octets = 256 << 10;
  settings.segment_octets = 64 << 10;
  lane_settings.queue_batches = 1;
  to.down = true;
  auto run = begin();
  offer(*run, 10'000);
  while (run->book->read().received < 10'000) std::this_thread::yield();
  run->journal->close();
  run->journal->join();
  uint64_t octets = 0;
  for (const std::string& path : files(".fstrm")) octets += std::filesystem::file_size(path);
  EXPECT_LE(octets, settings.octets + 1024);
  to.set_down(false);
  while (run->book->read().in_flight > 0) std::this_thread::yield();
  run->stop();
  EXPECT_EQ(to.rows.back(), 10'000U);
  EXPECT_LT(to.rows.size(), 10'000U);
  EXPECT_EQ(run->book->losses().of(Loss::kJournalEvicted), 10'000U - to.rows.size());
  balance(*run->book);
}

TEST_F(JournalTest, a_full_journal_may_rather_lose_what_comes) {
  settings.octets = 256 << 10;
  settings.segment_octets = 64 << 10;
  settings.overflow = Overflow::kDropNewest;
  settings.compress = false;  // it would make room
  to.down = true;
  auto run = begin();
  offer(*run, 10'000);
  run->journal->close();
  run->journal->join();
  const uint64_t lost = run->book->losses().of(Loss::kJournalFull);
  EXPECT_GT(lost, 0U);
  to.set_down(false);
  to.await(10'000 - lost);
  run->stop();
  expect_each_once(10'000 - lost);
  balance(*run->book);
}

TEST_F(JournalTest, what_is_too_old_is_given_up_and_counted) {
  settings.age = 1h;
  to.down = true;
  {
    auto run = begin();
    offer(*run, 100);
    run->stop();
  }
  const std::string old = files(".fstrm").front();
  std::filesystem::last_write_time(old, std::filesystem::file_time_type::clock::now() - 2h);
  auto run = begin();
  while (std::filesystem::exists(old)) std::this_thread::yield();
  to.set_down(false);
  offer(*run, 10);
  to.await(10);
  run->stop();
  EXPECT_EQ(to.rows.front(), 101U);
  EXPECT_EQ(run->book->losses().of(Loss::kJournalExpired), 100U);
  balance(*run->book);
}

TEST_F(JournalTest, segments_go_when_they_are_delivered_and_never_the_last) {
  settings.segment_octets = 64 << 10;
  {
    auto run = begin();
    offer(*run, 10'000);
    to.await(10'000);
    while (files(".fstrm").size() + files(".zst").size() > 1) std::this_thread::yield();
    run->stop();
  }
  {
    auto run = begin();  // nothing comes, nothing is forgotten
    while (files(".fstrm").size() > 1) std::this_thread::yield();
    run->stop();
  }
  auto run = begin();
  offer(*run, 10);
  to.await(10'010);
  EXPECT_EQ(to.position, 10'010U);
}

TEST_F(JournalTest, what_waits_is_compressed_and_read_again) {
  settings.segment_octets = 64 << 10;
  lane_settings.queue_batches = 1;
  to.down = true;
  auto run = begin();
  offer(*run, 5000);
  while (files(".zst").size() < 4 || files(".fstrm").size() > 1) std::this_thread::yield();
  to.set_down(false);
  to.await(5000);
  run->stop();
  expect_each_once(5000);
}

TEST_F(JournalTest, segments_are_dnstap_files) {
  to.down = true;
  auto run = begin();
  offer(*run, 100);
  run->stop();
  EXPECT_EQ(kit::dnstap_payloads_in(kit::read_file(files(".fstrm").front())).size(), 100U);
}

TEST_F(JournalTest, a_folder_has_one_journal_at_a_time) {
  auto run = begin();
  const auto second = Journal::open(settings, "", "", clock);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, Fault::kConfig);
  EXPECT_NE(second.error().what.find("another weir writes it"), std::string::npos);
}

TEST_F(JournalTest, positions_of_another_journal_mean_nothing) {
  {
    auto run = begin();
    offer(*run, 100);
    to.await(100);
    run->stop();
  }
  std::filesystem::remove_all(settings.path);
  auto run = begin();
  offer(*run, 50);
  to.await(150);
  run->stop();
  expect_each_once(150);
}

TEST_F(JournalTest, a_destination_that_lost_what_it_had_gets_it_again) {
  settings.segment_octets = 1 << 20;
  auto run = begin();
  offer(*run, 1000);
  to.await(1000);
  {
    const std::lock_guard lock(to.mutex);  // a standby took over that had not all of it
    to.rows.resize(700);
    to.position = 700;
    to.down = true;
  }
  offer(*run, 10);
  while (run->lane->read().retries < 2) std::this_thread::yield();
  to.set_down(false);
  to.await(1010);
  run->stop();
  expect_each_once(1010);
  balance(*run->book);
}

}  // namespace
}  // namespace weir::flow::journal
