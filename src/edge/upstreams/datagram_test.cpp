// UDP upstreams: ports and IDs, mismatches, loss, truncation and refusal.
#include <set>

#include "kit/upstream_bench.h"

namespace weir::edge::upstreams {
namespace {

using kit::DatagramPeer;

void answer(DatagramPeer& peer, const io::Datagram& query) {
  peer.send(query, kit::make_answer(query.octets));
}

struct Udp : Bench {
  void open_to(const Endpoint& local) { ASSERT_TRUE(open("udp://" + local.to_text()).ok()); }
};

TEST_F(Udp, answers_come_back_under_their_tokens) {
  DatagramPeer peer(loop, answer);
  open_to(peer.local());
  ask_many(0, 100);
  ASSERT_TRUE(await(100));
  for (AskToken token = 0; token < 100; ++token) {
    const auto reply = dns::Message::parse(heard.replies.at(token));
    EXPECT_EQ(reply->question()->name.expand().to_text(),
              "q" + std::to_string(token) + ".example.");
  }
  EXPECT_EQ(state->outstanding->value(), 0);
  EXPECT_TRUE(state->proven);
}

TEST_F(Udp, ipv6_works_too) {
  DatagramPeer peer(loop, answer, *Endpoint::parse("[::1]:0"));
  open_to(peer.local());
  ask(1);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.sent.at(1), std::vector<Endpoint>{peer.local()});
}

TEST_F(Udp, ports_and_ids_are_spread_and_ports_are_given_up_after_use) {
  std::set<uint16_t> ids;
  DatagramPeer peer(loop, [&](DatagramPeer& self, const io::Datagram& query) {
    ids.insert(load_u16(query.octets.data()));
    answer(self, query);
  });
  open_to(peer.local());
  heard.then = [&](AskToken token) {
    if (token + 50 < 8000) ask(token + 50);
  };
  ask_many(0, 50);
  ASSERT_TRUE(await(8000));
  EXPECT_GT(ids.size(), 6500u);  // 8000 of 65536 leave about 7500 different ones
  EXPECT_GT(peer.ports.size(), 16u);
  EXPECT_LT(peer.ports.size(), 100u);
  for (const auto& [port, queries] : peer.ports) EXPECT_LE(queries, 256u) << port;
}

TEST_F(Udp, what_does_not_match_is_counted_and_the_right_one_still_counts) {
  DatagramPeer peer(loop, [&](DatagramPeer& self, const io::Datagram& query) {
    const Octets right = kit::make_answer(query.octets);
    Octets wrong = right;
    wrong[1] ^= 1;
    self.send(query, wrong);
    wrong = right;
    wrong[14] ^= 0x20;
    self.send(query, wrong);
    self.send(query, Bytes(right).first(5));
    self.send(query, Bytes(right).first(right.size() - 1));
    self.send(query, right);
  });
  open_to(peer.local());
  ask(1);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.replies.size(), 1u);
  EXPECT_EQ(state->mismatches->value(), 4u);
}

TEST_F(Udp, a_lost_question_is_repeated_once_at_half_its_time) {
  DatagramPeer peer(loop, [&](DatagramPeer& self, const io::Datagram& query) {
    if (self.queries == 2) answer(self, query);
  });
  open_to(peer.local());
  const Instant start = clock.now();
  ask(1, 400ms);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.replies.size(), 1u);
  EXPECT_GE(clock.now() - start, 200ms);
  EXPECT_EQ(heard.sent.at(1).size(), 2u);
}

TEST_F(Udp, silence_ends_at_the_deadline) {
  DatagramPeer peer(loop, [](DatagramPeer&, const io::Datagram&) {});
  open_to(peer.local());
  ask(1, 60ms);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.failures.at(1), AskFailure::kTimeout);
  EXPECT_EQ(peer.queries, 2u);
}

TEST_F(Udp, a_closed_port_is_refused_before_the_deadline) {
  Endpoint gone;
  {
    DatagramPeer peer(loop, answer);
    gone = peer.local();
  }
  open_to(gone);
  const Instant start = clock.now();
  ask_many(0, 20);
  ASSERT_TRUE(await(20));
  EXPECT_EQ(failed(AskFailure::kRefused), 20u);
  EXPECT_LT(clock.now() - start, 2s);
}

TEST_F(Udp, D51_a_truncated_answer_is_asked_again_over_tcp) {
  kit::StreamPeer over_tcp(loop, [](kit::StreamPeer::Session& session, Bytes query) {
    session.send(kit::make_answer(query, 20000));
  });
  DatagramPeer peer(
      loop,
      [](DatagramPeer& self, const io::Datagram& query) {
        Octets cut(query.octets.begin(), query.octets.end());
        cut[2] |= 0x82;  // QR and TC
        cut[7] = 3;      // answers that are not there, as some servers cut them
        self.send(query, cut);
      },
      over_tcp.local());
  open_to(peer.local());
  ask(1);
  ask(2);
  ASSERT_TRUE(await(2));
  EXPECT_GT(heard.replies.at(1).size(), 19000u);
  EXPECT_EQ(over_tcp.sessions.size(), 1u);
  EXPECT_EQ(heard.sent.at(1).size(), 2u);
}

TEST_F(Udp, a_question_on_its_way_over_tcp_can_be_cancelled) {
  kit::StreamPeer over_tcp(loop, [](kit::StreamPeer::Session&, Bytes) {});
  DatagramPeer peer(
      loop,
      [](DatagramPeer& self, const io::Datagram& query) {
        Octets cut(query.octets.begin(), query.octets.end());
        cut[2] |= 0x82;
        self.send(query, cut);
      },
      over_tcp.local());
  open_to(peer.local());
  ask(1);
  ASSERT_TRUE(run_until([&] { return over_tcp.queries == 1; }));
  upstream->cancel(1);
  EXPECT_EQ(state->outstanding->value(), 0);
}

TEST_F(Udp, many_questions_without_answers_stay_within_the_sockets) {
  DatagramPeer peer(loop, [](DatagramPeer&, const io::Datagram&) {});
  open_to(peer.local());
  ask_many(0, 20000, 300ms);
  ASSERT_TRUE(await(20000));
  EXPECT_EQ(heard.failures.size(), 20000u);
  EXPECT_LE(peer.ports.size(), 64u);
  ask(50000, 300ms);
  ASSERT_TRUE(await(20001));
}

TEST_F(Udp, asking_from_inside_events_is_fine) {
  DatagramPeer peer(loop, answer);
  open_to(peer.local());
  heard.then = [&](AskToken token) {
    if (token >= 10000) return;
    ask(token + 10000);
    ask(token + 20000);
    upstream->cancel(token + 20000);
  };
  ask_many(0, 2000);
  ASSERT_TRUE(await(4000));
  EXPECT_EQ(heard.replies.size(), 4000u);
}

TEST_F(Udp, draining_asks_nothing_more) {
  DatagramPeer peer(loop, answer);
  open_to(peer.local());
  ask(1);
  upstream->drain();
  ask(2);
  ASSERT_TRUE(await(2));
  EXPECT_TRUE(heard.replies.contains(1));
  EXPECT_EQ(heard.failures.at(2), AskFailure::kUnreachable);
}

}  // namespace
}  // namespace weir::edge::upstreams
