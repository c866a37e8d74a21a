// Tests of refreshing through the edge: what is asked of it, and what comes back from its threads.
#include "universe/keep_warm/edge_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace weir::universe {
namespace {

using model::Refreshed;
using testing::UnorderedElementsAre;

/// Answers from a thread of its own, the last question first, each in the way its name says.
class Edge final : public model::Refresher {
 public:
  ~Edge() override {
    for (std::thread& thread : threads_) thread.join();
  }
  void refresh(std::vector<model::RefreshQuestion> questions, Told told) override {
    threads_.emplace_back([questions = std::move(questions), told = std::move(told)] {
      for (size_t i = questions.size(); i-- > 0;) told(i, outcome_of(questions[i]));
    });
  }

 private:
  static Refreshed outcome_of(const model::RefreshQuestion& question) {
    if (question.name == *dns::Name::parse("gone.example"))
      return {Refreshed::Outcome::kRefused, 0, "there is no such record"};
    if (question.name == *dns::Name::parse("down.example"))
      return {Refreshed::Outcome::kFailed, 0, "no upstream answered in time"};
    return {Refreshed::Outcome::kKept, question.dnssec_ok ? 30U : 60U, {}};
  }
  std::vector<std::thread> threads_;
};

struct Told final : DriverEvents {
  explicit Told(io::Loop& of) : loop(of) {}
  void on_invalidated(size_t, Outcome, std::string_view) override { FAIL(); }
  void on_asked(size_t, uint16_t) override { FAIL(); }
  void on_repopulated(size_t index, Outcome outcome, uint32_t ttl, std::string_view why) override {
    outcomes.push_back(std::to_string(index) + " " +
                       (outcome == Outcome::kDone      ? std::to_string(ttl)
                        : outcome == Outcome::kRefused ? "refused: " + std::string(why)
                                                       : "unreached: " + std::string(why)));
  }
  void on_done() override { loop.stop(); }

  io::Loop& loop;
  std::vector<std::string> outcomes;
};

TEST(EdgeDriver, K_22_a_batch_is_done_when_the_edge_has_told_of_each) {
  io::Loop loop;
  Told told(loop);
  Edge edge;
  EdgeDriver driver(loop, edge, told);
  std::vector<Target> batch;
  for (const char* name : {"a.example", "gone.example", "down.example", "a.example"})
    batch.push_back({.name = *dns::Name::parse(name), .type = dns::Type::kA});
  batch.back().dnssec_ok = true;
  for (int round = 0; round < 2; ++round) {
    told.outcomes.clear();
    driver.refresh(batch);
    EXPECT_TRUE(told.outcomes.empty());  // never from inside
    loop.run();
    EXPECT_THAT(told.outcomes,
                UnorderedElementsAre("0 60", "1 refused: there is no such record",
                                     "2 unreached: no upstream answered in time", "3 30"));
  }
}

}  // namespace
}  // namespace weir::universe
