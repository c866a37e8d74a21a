// Tests of asking a resolver: answers, silence, truncation, and answers to other questions.
#include "universe/keep_warm/requery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "kit/dns_peer.h"

namespace weir::universe {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Writes down what it is told, and stops the loop at the end.
struct Told final : DriverEvents {
  explicit Told(io::Loop& of) : loop(of) {}
  void on_invalidated(size_t, Outcome, std::string_view) override {}
  void on_asked(size_t index, uint16_t) override { asked.push_back(index); }
  void on_repopulated(size_t index, Outcome outcome, uint32_t ttl, std::string_view why) override {
    outcomes.push_back(std::to_string(index) + " " +
                       (outcome == Outcome::kDone      ? std::to_string(ttl)
                        : outcome == Outcome::kRefused ? "refused: " + std::string(why)
                                                       : "unreached"));
  }
  void on_done() override {
    ++done;
    loop.stop();
  }

  io::Loop& loop;
  std::vector<size_t> asked;
  std::vector<std::string> outcomes;
  int done = 0;
};

class RequeryTest : public testing::Test {
 protected:
  void refresh(const RequerySettings& settings, std::vector<std::string> names) {
    Requery requery(loop_, settings, random_, told_);
    std::vector<Target> batch;
    for (const std::string& name : names)
      batch.push_back({*dns::Name::parse(name), dns::Type::kA, dns::Class::kIn});
    requery.refresh(batch);
    EXPECT_EQ(told_.done, 0);
    loop_.run();
    EXPECT_EQ(told_.done, 1);
  }
  static Octets truncated(Bytes query) {
    Octets answer = kit::make_answer(query);
    answer[2] |= 0x02;
    return answer;
  }

  io::Loop loop_;
  SeededRandom random_{5};
  Told told_{loop_};
};

TEST_F(RequeryTest, every_answer_gives_the_ttl_of_its_record) {
  kit::DatagramPeer peer(loop_, [](kit::DatagramPeer& self, const io::Datagram& query) {
    self.send(query, kit::make_answer(query.octets));
  });
  refresh({.resolver = peer.local()}, {"a.example", "b.example"});
  EXPECT_THAT(told_.outcomes, testing::UnorderedElementsAre("0 300", "1 300"));
  EXPECT_EQ(told_.asked.size(), 2U);
}

TEST_F(RequeryTest, a_question_is_repeated_once_and_silence_has_an_end) {
  kit::DatagramPeer peer(loop_, [](kit::DatagramPeer&, const io::Datagram&) {});
  refresh({.resolver = peer.local(), .timeout = 100ms}, {"a.example"});
  EXPECT_THAT(told_.outcomes, ElementsAre("0 unreached"));
  EXPECT_EQ(peer.queries, 2U);
}

TEST_F(RequeryTest, where_nothing_listens_it_ends_at_once) {
  Endpoint nobody;
  {
    kit::DatagramPeer gone(loop_, [](auto&&...) {});
    nobody = gone.local();
  }
  refresh({.resolver = nobody, .timeout = 20s}, {"a.example"});
  EXPECT_THAT(told_.outcomes, ElementsAre("0 unreached"));
}

TEST_F(RequeryTest, what_answers_another_question_is_passed_over) {
  kit::DatagramPeer peer(loop_, [](kit::DatagramPeer& self, const io::Datagram& query) {
    Octets other = kit::make_answer(kit::make_query("forged.example"));
    std::copy_n(query.octets.begin(), 2, other.begin());  // with the right ID
    self.send(query, other);
    self.send(query, kit::make_answer(query.octets));
  });
  refresh({.resolver = peer.local()}, {"a.example"});
  EXPECT_THAT(told_.outcomes, ElementsAre("0 300"));
}

TEST_F(RequeryTest, a_failure_is_a_no) {
  kit::DatagramPeer peer(loop_, [](kit::DatagramPeer& self, const io::Datagram& query) {
    self.send(query, kit::make_answer(query.octets, 0, 2));
  });
  refresh({.resolver = peer.local()}, {"a.example"});
  EXPECT_THAT(told_.outcomes, ElementsAre(HasSubstr("refused: SERVFAIL")));
}

TEST_F(RequeryTest, what_is_truncated_is_asked_again_over_tcp) {
  kit::StreamPeer stream(loop_, kit::answer_at_once);
  kit::DatagramPeer peer(
      loop_,
      [](kit::DatagramPeer& self, const io::Datagram& query) {
        self.send(query, truncated(query.octets));
      },
      stream.local());
  refresh({.resolver = peer.local()}, {"a.example", "b.example"});
  EXPECT_THAT(told_.outcomes, testing::UnorderedElementsAre("0 300", "1 300"));
  EXPECT_EQ(stream.queries, 2U);
  EXPECT_EQ(stream.sessions.size(), 1U);
}

TEST_F(RequeryTest, over_tcp_alone_a_broken_connection_ends_it) {
  size_t queries = 0;
  kit::StreamPeer stream(loop_, [&](kit::StreamPeer::Session& session, Bytes query) {
    if (++queries == 1) session.send(kit::make_answer(query));
    if (queries == 2) session.close();
  });
  refresh({.resolver = stream.local(), .over_tcp = true, .timeout = 20s},
          {"a.example", "b.example", "c.example"});
  EXPECT_EQ(told_.outcomes.size(), 3U);
  EXPECT_EQ(
      std::ranges::count_if(told_.outcomes, [](auto& text) { return text.ends_with("unreached"); }),
      2);
}

}  // namespace
}  // namespace weir::universe
