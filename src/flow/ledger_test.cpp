#include "flow/ledger.h"

#include <gtest/gtest.h>

#include <thread>

namespace weir::flow {
namespace {

TEST(Ledger, N01_what_came_is_what_went_what_was_lost_and_what_is_under_way) {
  metrics::Registry registry;
  Ledger ledger(registry);
  const auto edge = ledger.source("edge", model::SourceKind::kEdge);
  edge->open_tap().received = 70;
  edge->open_tap().received = 30;
  edge->forward(60);
  edge->drop(Loss::kRingFull, 25);
  const Account account = ledger.read_sources().at(0);
  EXPECT_EQ(account.received, 100U);
  EXPECT_EQ(account.passed_on, 60U);
  EXPECT_EQ(account.dropped_total(), 25U);
  EXPECT_EQ(account.in_flight, 15U);
  ASSERT_EQ(account.dropped.size(), 1U);
  EXPECT_EQ(account.dropped[0].stage, "tap");
  EXPECT_EQ(account.dropped[0].reason, "ring_full");
}

TEST(Ledger, a_name_has_one_book) {
  metrics::Registry registry;
  Ledger ledger(registry);
  EXPECT_EQ(ledger.source("edge", model::SourceKind::kEdge),
            ledger.source("edge", model::SourceKind::kEdge));
  EXPECT_EQ(ledger.sink("store"), ledger.sink("store"));
  EXPECT_EQ(ledger.read_sinks().size(), 1U);
}

TEST(Ledger, R11_metrics_show_the_same_numbers_and_outlive_the_ledger) {
  metrics::Registry registry;
  {
    Ledger ledger(registry);
    const auto store = ledger.sink("store");
    store->receive(10);
    store->deliver(7);
    store->drop(Loss::kEvicted, 2);
  }
  const std::string page = registry.expose();
  EXPECT_NE(page.find("weir_sink_received_total{sink=\"store\"} 10"), std::string::npos) << page;
  EXPECT_NE(page.find("weir_sink_delivered_total{sink=\"store\"} 7"), std::string::npos) << page;
  EXPECT_NE(
      page.find("weir_pipeline_dropped_total{reason=\"evicted\",sink=\"store\",stage=\"queue\"} 2"),
      std::string::npos)
      << page;
}

TEST(Ledger, sequences_of_several_taps_never_meet) {
  SourceBook book("edge", model::SourceKind::kEdge);
  EXPECT_EQ(book.take_sequence(512), 1U);
  EXPECT_EQ(book.take_sequence(3), 513U);
  EXPECT_EQ(book.take_sequence(1), 516U);
}

TEST(Ledger, lines_say_the_sum) {
  metrics::Registry registry;
  Ledger ledger(registry);
  const auto store = ledger.sink("store");
  store->receive(10);
  store->deliver(7);
  store->drop(Loss::kRefused, 2);
  EXPECT_EQ(ledger.lines().at(0),
            "sink store: received 10 = delivered 7 + in flight 1 + dropped 2 [sink/refused 2]");
}

TEST(Ledger, a_reader_never_sees_more_gone_than_had_come) {
  SinkBook book("store");
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int i = 0; i < 200000; ++i) {
      book.receive(3);
      i % 3 == 0 ? book.drop(Loss::kQueueFull, 3) : book.deliver(3);
    }
    done = true;
  });
  while (!done) {
    const Account account = book.read();
    ASSERT_LE(account.in_flight, account.received);
  }
  writer.join();
  EXPECT_EQ(book.read().in_flight, 0U);
}

}  // namespace
}  // namespace weir::flow
