// The pool of connections against servers that do all that servers do.
#include "edge/upstreams/stream.h"

#include <set>

#include "kit/upstream_bench.h"

namespace weir::edge::upstreams {
namespace {

using Session = kit::StreamPeer::Session;
using kit::StreamPeer;

struct Stream : Bench {
  std::shared_ptr<void> keep;  // of a script that calls itself
  void open_to(const StreamPeer& peer, unsigned shards = 1) {
    ASSERT_TRUE(open("tcp://" + peer.local().to_text(), shards).ok());
  }
};

TEST_F(Stream, an_answer_comes_back_under_its_token) {
  StreamPeer peer(loop, kit::answer_at_once);
  open_to(peer);
  ask(7);
  ASSERT_TRUE(await(1));
  const auto reply = dns::Message::parse(heard.replies.at(7));
  EXPECT_EQ(reply->question()->name.expand().to_text(), "q7.example.");
  EXPECT_EQ(state->queries->value(), 1u);
  EXPECT_EQ(state->replies->value(), 1u);
  EXPECT_EQ(state->outstanding->value(), 0);
  EXPECT_EQ(state->latency->read().count, 1u);
  EXPECT_TRUE(state->proven);
  EXPECT_EQ(heard.sent.at(7), std::vector<Endpoint>{peer.local()});
}

TEST_F(Stream, P19_replies_in_any_order_find_their_questions) {
  std::vector<Octets> waiting;
  StreamPeer peer(loop, [&](Session& session, Bytes query) {
    waiting.emplace_back(query.begin(), query.end());
    if (waiting.size() < 50) return;
    for (auto it = waiting.rbegin(); it != waiting.rend(); ++it)
      session.send(kit::make_answer(*it));
  });
  open_to(peer);
  ask_many(0, 50);
  ASSERT_TRUE(await(50));
  for (AskToken token = 0; token < 50; ++token) {
    const auto reply = dns::Message::parse(heard.replies.at(token));
    EXPECT_EQ(reply->question()->name.expand().to_text(),
              "q" + std::to_string(token) + ".example.");
  }
}

TEST_F(Stream, queries_of_one_turn_leave_in_one_write_with_different_ids) {
  std::set<uint16_t> ids;
  StreamPeer peer(loop, [&](Session& session, Bytes query) {
    ids.insert(load_u16(query.data()));
    session.send(kit::make_answer(query));
  });
  open_to(peer);
  ask_many(0, 30);
  ASSERT_TRUE(await(30));
  EXPECT_EQ(ids.size(), 30u);
}

TEST_F(Stream, D49_a_reply_may_come_octet_by_octet) {
  Octets octets;
  std::optional<io::Timer> timer;
  StreamPeer peer(loop, [&](Session& session, Bytes query) {
    const Octets answer = kit::make_answer(query);
    octets.resize(2);
    store_u16(octets.data(), static_cast<uint16_t>(answer.size()));
    octets.insert(octets.end(), answer.begin(), answer.end());
    timer.emplace(loop);
    auto at = std::make_shared<size_t>(0);
    auto step = std::make_shared<std::function<void()>>();
    *step = [&, at, weak = std::weak_ptr(step), session_at = &session] {
      session_at->send_raw(Bytes(octets).subspan(*at, 1));
      session_at->flush();
      if (++*at < octets.size()) timer->start(100us, *weak.lock());
    };
    keep = step;
    (*step)();
  });
  open_to(peer);
  ask(1);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.replies.size(), 1u);
  EXPECT_EQ(state->mismatches->value(), 0u);
}

TEST_F(Stream, many_replies_may_come_in_one_piece_with_a_split_at_the_end) {
  std::vector<Octets> waiting;
  Octets rest;
  StreamPeer peer(loop, [&](Session& session, Bytes query) {
    waiting.emplace_back(kit::make_answer(query));
    if (waiting.size() < 20) return;
    Octets all;
    for (const Octets& answer : waiting) {
      all.push_back(static_cast<uint8_t>(answer.size() >> 8));
      all.push_back(static_cast<uint8_t>(answer.size()));
      all.insert(all.end(), answer.begin(), answer.end());
    }
    session.send_raw(Bytes(all).first(all.size() - 40));  // inside the last message
    session.flush();
    rest.assign(all.end() - 40, all.end());
    loop.post([&] { session.send_raw(rest); });
  });
  open_to(peer);
  ask_many(0, 20);
  ASSERT_TRUE(await(20));
  EXPECT_EQ(heard.replies.size(), 20u);
}

TEST_F(Stream, D51_large_answers_come_whole) {
  StreamPeer peer(loop, [&](Session& session, Bytes query) {
    session.send(kit::make_answer(query, peer.queries == 1 ? 20000 : 65535));
  });
  open_to(peer);
  ask(1);
  ASSERT_TRUE(await(1));
  EXPECT_GT(heard.replies.at(1).size(), 19980u);
  ask(2);
  ASSERT_TRUE(await(2));
  EXPECT_GT(heard.replies.at(2).size(), 65500u);
}

TEST_F(Stream, what_does_not_match_is_counted_and_the_right_one_still_counts) {
  StreamPeer peer(loop, [&](Session& session, Bytes query) {
    const Octets right = kit::make_answer(query);
    Octets wrong = right;
    wrong[0] ^= 0xff;  // ID
    session.send(wrong);
    wrong = right;
    wrong[13] ^= 0x20;  // letter case of the question
    session.send(wrong);
    wrong = right;
    wrong[2] &= 0x7f;  // QR
    session.send(wrong);
    wrong = right;
    wrong[2] |= 0x10;  // opcode
    session.send(wrong);
    wrong = right;
    wrong[5] = 0;  // no question
    session.send(wrong);
    session.send(Bytes(right).first(right.size() - 3));  // cut short
    session.send(Bytes(right).first(7));                 // not even a header
    session.send({});
    session.send(right);
  });
  open_to(peer);
  ask(1);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.replies.size(), 1u);
  EXPECT_EQ(state->mismatches->value(), 8u);
}

TEST_F(Stream, an_answer_that_comes_twice_counts_once) {
  StreamPeer peer(loop, [](Session& session, Bytes query) {
    session.send(kit::make_answer(query));
    session.send(kit::make_answer(query));
  });
  open_to(peer);
  ask(1);
  ASSERT_TRUE(run_until([&] { return state->mismatches->value() == 1; }));
  EXPECT_EQ(heard.count(), 1u);
}

TEST_F(Stream, D53_a_thousand_queries_take_at_most_four_connections) {
  StreamPeer peer(loop, kit::answer_at_once);
  open_to(peer);
  ask_many(0, 1000);
  ASSERT_TRUE(await(1000));
  EXPECT_EQ(heard.replies.size(), 1000u);
  EXPECT_LE(peer.sessions.size(), 4u);
  EXPECT_EQ(state->connections->value(), static_cast<double>(peer.sessions.size()));
}

TEST_F(Stream, queries_one_after_another_take_one_connection) {
  StreamPeer peer(loop, kit::answer_at_once);
  open_to(peer);
  heard.then = [&](AskToken token) {
    if (token < 300) ask(token + 1);
  };
  ask(1);
  ASSERT_TRUE(await(300));
  EXPECT_EQ(peer.sessions.size(), 1u);
}

TEST_F(Stream, busy_connections_get_company_up_to_the_limit) {
  StreamPeer peer(loop, [](Session&, Bytes) {});
  open_to(peer);
  ask(1);
  ASSERT_TRUE(run_until([&] { return peer.queries == 1; }));
  for (AskToken token = 2; token < 1000; ++token) {
    ask(token);
    if (token % 20 == 0) {
      ASSERT_TRUE(run_until([&] { return peer.queries == token; }));
    }
  }
  ASSERT_TRUE(run_until([&] { return peer.queries == 999; }));
  EXPECT_EQ(peer.sessions.size(), 4u);
}

TEST_F(Stream, shards_share_the_limit) {
  upstream_settings.max_in_flight = 10;
  StreamPeer peer(loop, [](Session&, Bytes) {});
  open_to(peer, 3);  // 4 connections among 3 shards: 2 for each
  ask_many(0, 25);
  ASSERT_TRUE(await(5));
  EXPECT_EQ(heard.failures.size(), 5u);
  EXPECT_EQ(failed(AskFailure::kOverload), 5u);
  ASSERT_TRUE(run_until([&] { return peer.queries == 20; }));
  EXPECT_EQ(peer.sessions.size(), 2u);
}

TEST_F(Stream, a_full_connection_is_overload_even_while_draining) {
  upstream_settings.max_connections = 1;
  upstream_settings.max_in_flight = 2;
  StreamPeer peer(loop, [](Session&, Bytes) {});
  open_to(peer);
  ask_many(0, 2);
  ASSERT_TRUE(run_until([&] { return peer.queries == 2; }));
  upstream->drain();
  ask(2);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.failures.at(2), AskFailure::kOverload);
}

TEST_F(Stream, cancelled_questions_stay_silent) {
  StreamPeer peer(loop, kit::answer_at_once);
  open_to(peer);
  ask(1);
  ask(2);
  upstream->cancel(1);
  upstream->cancel(99);
  ASSERT_TRUE(await(1));
  ASSERT_TRUE(run_until([&] { return state->mismatches->value() == 1; }));  // the answer to 1
  EXPECT_TRUE(heard.replies.contains(2));
  EXPECT_EQ(heard.count(), 1u);
  EXPECT_EQ(state->outstanding->value(), 0);
}

TEST_F(Stream, a_failure_that_was_cancelled_before_it_was_told_stays_silent) {
  upstream_settings.max_in_flight = 1;
  upstream_settings.max_connections = 1;
  StreamPeer peer(loop, kit::answer_at_once);
  open_to(peer);
  ask(1);
  ask(2);  // overload, to be told from the loop
  upstream->cancel(2);
  ask(2);
  ASSERT_TRUE(await(2));
  EXPECT_EQ(heard.failures.size(), 1u);
}

TEST_F(Stream, P19_a_server_that_closes_when_idle_is_no_failure) {
  StreamPeer peer(loop, kit::answer_at_once);
  open_to(peer);
  ask(1);
  ASSERT_TRUE(await(1));
  peer.drop();
  ASSERT_TRUE(run_until([&] { return state->connections->value() == 0; }));
  ask(2);
  ASSERT_TRUE(await(2));
  EXPECT_EQ(heard.replies.size(), 2u);
  EXPECT_EQ(state->connections_new->value(), 2u);
}

TEST_F(Stream, a_close_with_questions_outstanding_moves_them_once) {
  StreamPeer peer(loop, [&](Session& session, Bytes query) {
    if (peer.sessions.size() == 1)
      session.close();
    else
      session.send(kit::make_answer(query));
  });
  open_to(peer);
  ask_many(0, 10);
  ASSERT_TRUE(await(10));
  EXPECT_EQ(heard.replies.size(), 10u);
  EXPECT_EQ(peer.sessions.size(), 2u);
  EXPECT_EQ(heard.sent.at(5).size(), 2u) << "each time it goes out is told";
}

TEST_F(Stream, a_server_that_always_hangs_up_ends_in_reset) {
  StreamPeer peer(loop, [](Session& session, Bytes) { session.close(); });
  open_to(peer);
  ask_many(0, 3);
  ASSERT_TRUE(await(3));
  EXPECT_EQ(failed(AskFailure::kReset), 3u);
  EXPECT_EQ(peer.sessions.size(), 2u);
  ask(10);  // at once again: no third connection so soon
  ASSERT_TRUE(await(4));
  EXPECT_EQ(peer.sessions.size(), 2u);
}

TEST_F(Stream, D52_a_server_that_never_answers_is_left_after_one_deadline) {
  StreamPeer peer(loop, [&](Session& session, Bytes query) {
    if (peer.sessions.size() == 2) session.send(kit::make_answer(query));
  });
  open_to(peer);
  ask(1, 300ms);
  ask(2, 5s);
  ASSERT_TRUE(await(2));
  EXPECT_EQ(heard.failures.at(1), AskFailure::kTimeout);
  EXPECT_TRUE(heard.replies.contains(2)) << "moved to a fresh connection";
  EXPECT_EQ(peer.sessions.size(), 2u);
  EXPECT_EQ(state->connection_failures[static_cast<size_t>(AskFailure::kTimeout)]->value(), 1u);
}

TEST_F(Stream, a_connection_that_was_heard_from_survives_a_missed_deadline) {
  std::optional<Octets> first;
  StreamPeer peer(loop, [&](Session& session, Bytes query) {
    if (!first)
      first.emplace(query.begin(), query.end());
    else
      session.send(kit::make_answer(query));
  });
  open_to(peer);
  ask(1, 50ms);
  ask(2);
  ASSERT_TRUE(await(2));
  EXPECT_EQ(heard.failures.at(1), AskFailure::kTimeout);
  ask(3);
  ASSERT_TRUE(await(3));
  EXPECT_EQ(peer.sessions.size(), 1u);
}

TEST_F(Stream, a_question_with_hardly_any_time_does_not_end_a_connection) {
  StreamPeer peer(loop, [](Session&, Bytes) {});
  open_to(peer);
  ask(1, 20ms);
  ask(2, 40ms);
  ASSERT_TRUE(await(2));
  EXPECT_EQ(failed(AskFailure::kTimeout), 2u);
  EXPECT_EQ(state->connections->value(), 1);
}

TEST_F(Stream, no_failure_comes_later_than_its_deadline) {
  StreamPeer peer(loop, [](Session&, Bytes) {});
  open_to(peer);
  std::map<AskToken, Instant> told;
  heard.then = [&](AskToken token) { told[token] = clock.now(); };
  const Instant start = clock.now();
  for (AskToken token = 0; token < 100; ++token) ask(token, (100 - token % 10) * 1ms);
  ASSERT_TRUE(await(100));
  for (const auto& [token, at] : told) {
    EXPECT_GE(at - start, (100 - token % 10) * 1ms) << token;
  }
  EXPECT_LT(clock.now() - start, 2s);
}

TEST_F(Stream, refused_is_told_and_counted_and_not_tried_again_at_once) {
  std::string address;
  {
    StreamPeer peer(loop, kit::answer_at_once);
    address = peer.local().to_text();
  }
  ASSERT_TRUE(open("tcp://" + address).ok());
  ask(1);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.failures.at(1), AskFailure::kRefused);
  ask(2);
  ASSERT_TRUE(await(2));
  EXPECT_EQ(heard.failures.at(2), AskFailure::kRefused);
  EXPECT_EQ(state->connection_failures[static_cast<size_t>(AskFailure::kRefused)]->value(), 1u);
  EXPECT_EQ(failed(AskFailure::kRefused), 2u);
}

TEST_F(Stream, W04_a_server_that_restarts_under_load_is_back_within_two_seconds) {
  auto peer = std::make_unique<StreamPeer>(loop, kit::answer_at_once);
  const Endpoint local = peer->local();
  open_to(*peer);
  std::optional<Instant> restarted, back;
  AskToken next = 0;
  io::Timer load(loop);
  std::function<void()> ask_one = [&] {
    ask(next++, 500ms);
    load.start(1ms, ask_one);
  };
  heard.then = [&](AskToken token) {
    if (restarted && !back && heard.replies.contains(token)) back = clock.now();
  };
  ask_one();
  ASSERT_TRUE(run_until([&] { return heard.replies.size() > 50; }));
  peer->stop();
  ASSERT_TRUE(run_until([&] { return failed(AskFailure::kRefused) > 50; }));
  peer = std::make_unique<StreamPeer>(loop, kit::answer_at_once, local);
  restarted = clock.now();
  ASSERT_TRUE(run_until([&] { return back.has_value(); }));
  EXPECT_LT(*back - *restarted, 2s);
  load.stop();
  ASSERT_TRUE(run_until([&] { return heard.count() == next; }));
}

TEST_F(Stream, prewarm_connects_before_the_first_question_and_keeps_trying) {
  auto peer = std::make_unique<StreamPeer>(loop, kit::answer_at_once);
  const Endpoint local = peer->local();
  open_to(*peer);
  peer->stop();
  upstream->prewarm();
  ASSERT_TRUE(run_until([&] {
    return state->connection_failures[static_cast<size_t>(AskFailure::kRefused)]->value() >= 2;
  }));
  peer = std::make_unique<StreamPeer>(loop, kit::answer_at_once, local);
  ASSERT_TRUE(run_until([&] { return state->connections->value() == 1; }));
  EXPECT_EQ(peer->queries, 0u);
}

TEST_F(Stream, unused_connections_are_closed) {
  upstream_settings.idle_timeout = 20ms;
  StreamPeer peer(loop, kit::answer_at_once);
  open_to(peer);
  ask(1);
  ASSERT_TRUE(await(1));
  ASSERT_TRUE(run_until([&] { return peer.ended == 1; }));
  EXPECT_EQ(state->connections->value(), 0);
  ask(2);
  ASSERT_TRUE(await(2));
  EXPECT_EQ(heard.replies.size(), 2u);
}

TEST_F(Stream, a_server_may_shorten_the_idle_time) {
  StreamPeer peer(
      loop, [](Session& session, Bytes query) { session.send(kit::make_keepalive(query, 1)); });
  open_to(peer);
  ask(1);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(state->connections->value(), 1);
  ASSERT_TRUE(run_until([&] { return peer.ended == 1; }, 2s));
}

TEST_F(Stream, a_server_that_wants_no_more_gets_no_more_on_that_connection) {
  std::vector<Octets> waiting;
  StreamPeer peer(loop, [&](Session& session, Bytes query) {
    if (peer.sessions.size() > 1) return session.send(kit::make_answer(query));
    waiting.emplace_back(query.begin(), query.end());
    if (waiting.size() == 2) session.send(kit::make_keepalive(waiting[0], 0));
  });
  open_to(peer);
  ask(1);
  ask(2);
  ASSERT_TRUE(await(1));
  ask(3);
  ASSERT_TRUE(await(2));
  EXPECT_EQ(peer.sessions.size(), 2u);
  peer.sessions.front()->send(kit::make_answer(waiting[1]));
  ASSERT_TRUE(await(3));
  ASSERT_TRUE(run_until([&] { return peer.ended == 1; }));
  EXPECT_EQ(heard.replies.size(), 3u);
}

TEST_F(Stream, draining_finishes_what_is_in_flight_and_opens_nothing) {
  std::optional<Octets> first;
  StreamPeer peer(loop, [&](Session&, Bytes query) { first.emplace(query.begin(), query.end()); });
  open_to(peer);
  ask(1);
  ASSERT_TRUE(run_until([&] { return first.has_value(); }));
  upstream->drain();
  peer.sessions.front()->send(kit::make_answer(*first));
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.replies.size(), 1u);
  ASSERT_TRUE(run_until([&] { return peer.ended == 1; }));
  ask(2);
  ASSERT_TRUE(await(2));
  EXPECT_EQ(heard.failures.at(2), AskFailure::kUnreachable);
  EXPECT_EQ(peer.sessions.size(), 1u);
}

TEST_F(Stream, questions_asked_from_inside_an_event_are_answered) {
  StreamPeer peer(loop, kit::answer_at_once);
  open_to(peer);
  heard.then = [&](AskToken token) {
    if (token < 1000) ask_many(token * 1000, token * 1000 + 3);
    if (token == 2) upstream->cancel(1000);
  };
  ask(1);
  ask(2);
  ASSERT_TRUE(await(7));
}

TEST_F(Stream, destroying_it_with_questions_in_flight_is_silent) {
  StreamPeer peer(loop, kit::answer_at_once);
  open_to(peer);
  ask_many(0, 10);
  upstream.reset();
  EXPECT_EQ(state->outstanding->value(), 0);
  ASSERT_TRUE(run_until([&] { return peer.ended == peer.sessions.size(); }));
  EXPECT_EQ(heard.count(), 0u);
}

}  // namespace
}  // namespace weir::edge::upstreams
