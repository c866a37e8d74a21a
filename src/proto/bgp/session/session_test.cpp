// The state machine, a step at a time: beginnings, messages, timers, ends. Two connections at once
// are in session_messages_test.cpp, and whole networks of events in network_test.cpp.
#include "proto/bgp/session/session.h"

#include <gtest/gtest.h>

#include "proto/bgp/pack.h"
#include "proto/bgp/session/script.h"
#include "proto/bgp/vectors.h"

namespace weir::bgp {
namespace {

SessionSettings passive() {
  SessionSettings settings = script_settings();
  settings.dial = false;
  return settings;
}

TEST(BgpSession, dials_opens_confirms_and_is_up) {
  Script s;
  EXPECT_EQ(s.session().state(), State::kIdle);
  s.session().start(s.now());
  EXPECT_EQ(s.actions(), "connect 1");
  EXPECT_EQ(s.session().state(), State::kConnect);
  s.session().connected(s.now(), 1);
  EXPECT_EQ(s.actions(), "1: OPEN");
  EXPECT_EQ(s.session().state(), State::kOpenSent);
  s.arrive(1, peer_open(kHigher));
  EXPECT_EQ(s.actions(), "1: KEEPALIVE");
  EXPECT_EQ(s.session().state(), State::kOpenConfirm);
  EXPECT_EQ(s.session().negotiated(), nullptr);
  s.arrive_keepalive(1);
  EXPECT_EQ(s.actions(), "up 1");
  EXPECT_EQ(s.session().state(), State::kEstablished);
  EXPECT_EQ(s.session().negotiated()->peer_as, 65001u);
}

TEST(BgpSession, a_passive_one_waits_to_be_called) {
  Script s(passive());
  s.session().start(s.now());
  EXPECT_EQ(s.actions(), "");
  EXPECT_EQ(s.session().state(), State::kActive);
  s.pass(1h);
  EXPECT_EQ(s.actions(), "");
  EXPECT_EQ(s.session().accepted(s.now()), 1u);
  s.arrive(1, peer_open(kLower));
  s.arrive_keepalive(1);
  EXPECT_EQ(s.actions(), "1: OPEN; 1: KEEPALIVE; up 1");
}

TEST(BgpSession, one_that_does_not_listen_or_is_stopped_refuses_with_a_word) {
  SessionSettings settings = script_settings();
  settings.listen = false;
  Script deaf(settings);
  deaf.session().start(deaf.now());
  deaf.actions();
  deaf.session().accepted(deaf.now());
  EXPECT_EQ(deaf.actions(), "2: NOTIFICATION 6/5; close 2");
  Script stopped;
  stopped.session().accepted(stopped.now());
  EXPECT_EQ(stopped.actions(), "1: NOTIFICATION 6/5; close 1");
  EXPECT_EQ(stopped.session().counts().refused, 1u);
}

TEST(BgpSession, tries_again_within_five_seconds_for_a_minute_then_less_often) {  // B-29
  Script s;
  s.session().start(s.now());
  s.actions();
  Duration longest{0};
  for (ConnectionId id = 1; id <= 30; ++id) {
    const Instant failed = s.now();
    s.session().closed(failed, id);
    EXPECT_EQ(s.actions(), "ended " + std::to_string(id) + " connection lost");
    const Duration wait = s.session().next_deadline() - failed;
    if (id <= kQuickRetries) {
      EXPECT_LE(wait, 5s) << id;
    }
    EXPECT_LE(wait, 120s);
    longest = std::max(longest, wait);
    s.pass(wait);
    EXPECT_EQ(s.actions(), "connect " + std::to_string(id + 1));
  }
  EXPECT_GE(longest, 90s);
}

TEST(BgpSession, gives_up_a_connection_that_does_not_connect) {
  Script s;
  s.session().start(s.now());
  s.actions();
  s.pass(20s);
  EXPECT_EQ(s.actions(), "close 1; ended 1 connecting took too long");
  s.pass(5s);
  EXPECT_EQ(s.actions(), "connect 2");
}

TEST(BgpSession, an_open_that_does_not_come_ends_the_connection) {
  Script s(passive());
  s.session().start(s.now());
  s.session().accepted(s.now());
  s.actions();
  s.pass(239s);
  EXPECT_EQ(s.actions(), "");
  s.pass(1s);
  EXPECT_EQ(s.actions(), "1: NOTIFICATION 4/0; close 1; ended 1 hold timer expired");
}

TEST(BgpSession, keepalives_go_out_three_times_a_hold_time_and_silence_ends_it) {
  Script s(passive());
  s.bring_up();
  size_t keepalives = 0;
  for (int second = 0; second < 89; ++second) {
    s.pass(1s);
    for (std::string text = s.actions(); !text.empty(); text.clear()) {
      EXPECT_EQ(text, "1: KEEPALIVE");
      ++keepalives;
    }
    s.session().written(s.now(), 1, 0);
  }
  EXPECT_GE(keepalives, 2u);
  EXPECT_LE(keepalives, 4u);
  s.pass(1s);
  EXPECT_NE(s.actions().find("1: NOTIFICATION 4/0; close 1; down 1 hold timer expired"),
            std::string::npos);
  EXPECT_EQ(s.session().state(), State::kIdle);
}

TEST(BgpSession, any_message_is_a_sign_of_life) {
  Script s(passive());
  s.bring_up();
  for (int i = 0; i < 20; ++i) {
    s.pass(60s);
    if (i % 2 == 0)
      s.arrive_keepalive(1);
    else
      s.arrive(1, end_of_rib(Family::kIpv4Unicast));
    s.session().written(s.now(), 1, 0);
  }
  EXPECT_EQ(s.session().state(), State::kEstablished);
}

TEST(BgpSession, a_hold_time_of_zero_needs_no_signs_of_life) {
  SessionSettings settings = passive();
  settings.hold = 0s;
  Script s(settings);
  s.bring_up();
  EXPECT_EQ(s.session().next_deadline(), kNever);
  s.session().sent(s.now());
  EXPECT_EQ(s.session().next_deadline(), kNever) << "no send hold timer either (RFC 9687)";
}

TEST(BgpSession, updates_that_were_sent_are_signs_of_life) {
  Script s(passive());
  s.bring_up();
  for (int i = 0; i < 10; ++i) {
    s.pass(20s);
    s.session().sent(s.now());
    s.session().written(s.now(), 1, 0);
    s.arrive_keepalive(1);
  }
  EXPECT_EQ(s.actions(), "");
}

TEST(BgpSession, octets_that_tcp_does_not_take_end_it) {  // RFC 9687
  SessionSettings settings = passive();
  settings.send_hold = 100s;
  Script s(settings);
  s.bring_up();
  s.session().sent(s.now());
  for (int i = 0; i < 6; ++i) {
    s.pass(30s);
    s.arrive_keepalive(1);
    s.session().written(s.now(), 1, 1000);  // some were taken, some are left
  }
  EXPECT_EQ(s.session().state(), State::kEstablished);
  s.actions();
  for (int i = 0; i < 4; ++i) {
    s.pass(30s);
    s.arrive_keepalive(1);
  }
  EXPECT_NE(s.actions().find("1: NOTIFICATION 8/0; close 1; down 1 send hold timer expired"),
            std::string::npos);
}

TEST(BgpSession, updates_and_refreshes_are_handed_over_one_at_a_time) {
  Script s(passive());
  s.bring_up();
  const Octets update = update_message("20 c0000201", "", "");
  const auto refresh = encode(RouteRefresh{Family::kIpv6Unicast, Demarcation::kRequest});
  Octets stream = update;
  stream.insert(stream.end(), refresh.begin(), refresh.end());
  Incoming first = s.session().read(s.now(), 1, stream);
  EXPECT_EQ(first.consumed, update.size());
  ASSERT_TRUE(first.update.has_value());
  EXPECT_FALSE(first.update->withdrawn.empty());
  Incoming second = s.session().read(s.now(), 1, Bytes(stream).subspan(first.consumed));
  ASSERT_TRUE(second.refresh.has_value());
  EXPECT_EQ(second.refresh->family, Family::kIpv6Unicast);
  EXPECT_EQ(s.session().read(s.now(), 1, Bytes(stream).first(10)).consumed, 0u);
}

TEST(BgpSession, a_broken_update_resets_it_and_a_harmless_one_does_not) {
  Script s(passive());
  s.bring_up();
  const Octets harmless = update_message("", "40 01 01 07", "18 cb0071");
  EXPECT_EQ(s.arrive(1, harmless).update->approach, Approach::kTreatAsWithdraw);
  EXPECT_EQ(s.actions(), "");
  s.arrive(1, update_message("21 c000020100", "", ""));
  EXPECT_EQ(s.actions(), "1: NOTIFICATION 3/10; close 1; down 1 error sent");
  EXPECT_EQ(s.last_end().text, "UPDATE error: invalid network field");
}

TEST(BgpSession, messages_out_of_place_are_errors_of_the_state_machine) {  // RFC 6608
  const Octets update = update_message("", "", "");
  Script open_sent(passive());
  open_sent.session().start(open_sent.now());
  open_sent.session().accepted(open_sent.now());
  open_sent.arrive(1, update);
  EXPECT_EQ(open_sent.actions(), "1: OPEN; 1: NOTIFICATION 5/1; close 1; ended 1 error sent");
  Script confirm(passive());
  confirm.session().start(confirm.now());
  confirm.session().accepted(confirm.now());
  confirm.arrive(1, peer_open(kLower));
  confirm.actions();
  confirm.arrive(1, update);
  EXPECT_EQ(confirm.actions(), "1: NOTIFICATION 5/2; close 1; ended 1 error sent");
  Script up(passive());
  up.bring_up();
  up.arrive(1, peer_open(kLower));
  EXPECT_EQ(up.actions(), "1: NOTIFICATION 5/3; close 1; down 1 error sent");
}

TEST(BgpSession, garbage_ends_the_connection_and_its_octets) {
  Script s(passive());
  s.session().start(s.now());
  s.session().accepted(s.now());
  const Octets garbage(100, 'G');
  EXPECT_EQ(s.session().read(s.now(), 1, garbage).consumed, 100u);
  EXPECT_EQ(s.actions(), "1: OPEN; 1: NOTIFICATION 1/1; close 1; ended 1 error sent");
  EXPECT_EQ(s.session().read(s.now(), 1, garbage).consumed, 100u) << "nobody is there any more";
}

TEST(BgpSession, after_an_error_it_is_idle_and_longer_each_time) {
  Script s(passive());
  s.session().start(s.now());
  Duration last{0};
  for (int i = 0; i < 8; ++i) {
    const ConnectionId id = s.session().accepted(s.now());
    s.arrive(id, Octets(30, 0));
    EXPECT_EQ(s.session().state(), State::kIdle);
    const Duration idle = s.session().next_deadline() - s.now();
    EXPECT_GE(idle, std::min<Duration>(last, 90s));
    EXPECT_LE(idle, 120s);
    last = idle;
    s.session().accepted(s.now());
    EXPECT_NE(s.actions().find("NOTIFICATION 6/5"), std::string::npos) << "refused while idle";
    s.pass(idle);
    EXPECT_EQ(s.session().state(), State::kActive);
  }
  EXPECT_GE(last, 90s);
}

TEST(BgpSession, what_the_neighbour_says_in_its_last_message_is_told) {
  Script s(passive());
  s.bring_up();
  const Octets text = shutdown_data("maintenance");
  s.arrive_notification(1, Notification(Cease::kShutdown, text));
  EXPECT_EQ(s.actions(), "close 1; down 1 error received");
  EXPECT_EQ(s.last_end().text, "cease: administrative shutdown: \"maintenance\"");
  EXPECT_EQ(s.last_end().subcode, 2);
}

TEST(BgpSession, stops_with_a_word_and_stays_stopped) {
  Script s;
  s.bring_up();
  s.session().stop(s.now(), {.reason = Cease::kShutdown, .text = "bye"});
  EXPECT_EQ(s.actions(), "2: NOTIFICATION 6/2; close 2; down 2 stopped");
  s.pass(1h);
  EXPECT_EQ(s.actions(), "");
  EXPECT_EQ(s.session().next_deadline(), kNever);
  s.session().start(s.now());
  EXPECT_EQ(s.actions(), "connect 3");
}

TEST(BgpSession, a_reset_comes_back_by_itself) {
  Script s;
  s.bring_up();
  s.session().reset(s.now(), {.reason = Cease::kReset});
  EXPECT_EQ(s.actions(), "2: NOTIFICATION 6/4; close 2; down 2 stopped");
  s.pass(5s);
  EXPECT_EQ(s.actions(), "connect 3");
}

SessionSettings restarting(bool notification) {
  SessionSettings settings = passive();
  settings.graceful_restart = GracefulRestart{
      .notification = notification, .time_seconds = 120, .families = FamilySet::all()};
  return settings;
}

/// What is said when a session that was agreed on like this stops.
std::string farewell(bool ours, bool theirs, bool keep) {
  Script s(restarting(ours));
  const SessionSettings peer = restarting(theirs);
  s.bring_up(peer_open(kLower, &peer));
  s.session().stop(s.now(), {.reason = Cease::kShutdown, .keep_routes = keep});
  return s.actions();
}

TEST(BgpSession, leaves_its_routes_with_the_neighbour_or_takes_them_along) {  // RFC 8538
  EXPECT_EQ(farewell(true, true, true), "1: NOTIFICATION 6/2; close 1; down 1 stopped, kept");
  EXPECT_EQ(farewell(true, true, false), "1: NOTIFICATION 6/9; close 1; down 1 stopped");
  EXPECT_EQ(farewell(false, true, true), "close 1; down 1 stopped, kept");
  EXPECT_EQ(farewell(false, true, false), "1: NOTIFICATION 6/2; close 1; down 1 stopped");
}

TEST(BgpSession, a_lost_connection_leaves_routes_with_a_neighbour_that_restarts_gracefully) {
  Script s(restarting(false));
  const SessionSettings peer = restarting(false);
  s.bring_up(peer_open(kLower, &peer));
  s.session().closed(s.now(), 1);
  EXPECT_EQ(s.actions(), "down 1 connection lost, kept");
  Script plain(restarting(false));
  plain.bring_up();
  plain.session().closed(plain.now(), 1);
  EXPECT_EQ(plain.actions(), "down 1 connection lost");
}

TEST(BgpSession, the_open_says_whether_we_have_just_restarted) {
  Script s(restarting(true));
  s.session().set_restarting(true);
  s.session().start(s.now());
  s.session().accepted(s.now());
  const auto action = s.session().next_action();
  ASSERT_TRUE(action && std::holds_alternative<Send>(*action));
  const auto open = decode_open(frame_of(std::get<Send>(*action).octets).body());
  ASSERT_TRUE(open.ok());
  EXPECT_TRUE(open->capabilities.graceful_restart->restarting);
}

TEST(BgpSession, large_messages_only_after_both_said_so) {
  const Octets large = update_message("", "d0 63 2000" + std::string(0x2000 * 2, '0'), "");
  for (const bool agreed : {true, false}) {
    SessionSettings settings = passive();
    settings.extended_message = agreed;
    Script s(settings);
    s.bring_up();
    EXPECT_EQ(s.arrive(1, large).update.has_value(), agreed);
    EXPECT_EQ(s.session().state(), agreed ? State::kEstablished : State::kIdle);
  }
}

TEST(BgpSession, maghemite_563_events_of_connections_that_are_gone_find_nobody) {
  Script s;
  s.session().start(s.now());
  s.session().closed(s.now(), 1);
  s.actions();
  s.session().connected(s.now(), 1);
  s.session().closed(s.now(), 1);
  s.session().written(s.now(), 1, 5);
  s.arrive(1, peer_open(kLower));
  EXPECT_EQ(s.actions(), "");
  s.bring_up();
  s.session().closed(s.now(), 1);
  EXPECT_EQ(s.session().state(), State::kEstablished);
}

// What BIRD 2.0.12 sends as AS 65001 to AS 65000: OPEN, KEEPALIVE, the end of IPv4 (nothing there
// yet), routes and the end of IPv6, then the same again between marks, as it was asked to, and the
// farewell of an operator.
const std::string kBird =
    "MM 005b 01 "
    "04fde900f00a5800013e023c01040001000101040002000102000600400a0078000101000002010041040000"
    "fde94600470e00010100000e1000020100000e104906046c65667400"
    "MM 0013 04"
    "MM 0050 02 "
    "000000354001010040020602010000fde94003040a580001c00804ffffff01c010080002fde900000064c0"
    "200c0000fde9000000020000000318cb0071"
    "MM 0017 02 00000000"
    "MM 005e 02 "
    "00000047900e003600020120fd880000000000000000000000000001fe80000000000000a0fda0fffeb06ad7"
    "008020010db80001000000000000000000014001010040020602010000fde9"
    "MM 001d 02 00000006800f03000201"
    "MM 0017 05 00010101"
    "MM 0017 05 00010201"
    "MM 001d 03 06020775706772616465";

Octets bird_stream() {
  std::string text = kBird;
  for (size_t at = 0; (at = text.find("MM")) != std::string::npos;)
    text.replace(at, 2, std::string(32, 'f'));
  return hex(text);
}

TEST(BgpSession, a_whole_session_of_bird_is_understood) {
  SessionSettings settings = restarting(true);
  settings.long_lived = LongLived{FamilySet::all(), {}, {3600, 3600}};
  Script s(settings);
  s.session().start(s.now());
  s.session().accepted(s.now());
  const Octets stream = bird_stream();
  std::string told;
  for (Bytes left = stream; !left.empty();) {
    const Incoming incoming = s.session().read(s.now(), 1, left);
    ASSERT_GT(incoming.consumed, 0u);
    left = left.subspan(incoming.consumed);
    if (const Negotiated* agreed = s.session().negotiated(); agreed && told.empty()) {
      EXPECT_EQ(agreed->hold, 90s);
      EXPECT_EQ(agreed->families, FamilySet::all());
      EXPECT_TRUE(agreed->extended_message && agreed->enhanced_route_refresh);
      EXPECT_EQ(agreed->peer_restart->time_seconds, 120);
      EXPECT_EQ(agreed->peer_long_lived->stale_seconds[1], 3600u);
      EXPECT_EQ(agreed->peer_host, "left");
      told = "up ";
    }
    if (const auto& refresh = incoming.refresh)
      told += refresh->demarcation == Demarcation::kBegin ? "begin " : "end ";
    if (!incoming.update) continue;
    EXPECT_TRUE(incoming.update->findings.empty());
    if (incoming.update->end_of_rib) told += "all ";
    for_each_announced(*incoming.update, [&](const Prefix& prefix, const NextHop& next_hop) {
      told += prefix.to_text() + " via " + next_hop.address.to_text() + " ";
    });
  }
  EXPECT_EQ(told,
            "up 203.0.113.0/24 via 10.88.0.1 all 2001:db8:1::1/128 via fd88::1 all begin end ");
  EXPECT_EQ(s.last_end().text, "");
  EXPECT_NE(s.actions().find("down 1 error received"), std::string::npos);
  EXPECT_EQ(s.last_end().text, "cease: administrative shutdown: \"upgrade\"");
}

TEST(BgpSession, every_flipped_bit_of_a_handshake_ends_in_a_named_state) {
  Octets handshake = peer_open(kLower);
  handshake.insert(handshake.end(), kKeepalive.begin(), kKeepalive.end());
  for (size_t bit = 0; bit < handshake.size() * 8; ++bit) {
    Octets flipped = handshake;
    flipped[bit / 8] ^= static_cast<uint8_t>(0x80 >> bit % 8);
    Script s(passive());
    s.session().start(s.now());
    s.session().accepted(s.now());
    s.actions();
    s.arrive(1, flipped);
    const std::string actions = s.actions();
    const bool ended = actions.find("ended 1") != std::string::npos;
    EXPECT_EQ(ended, s.session().state() == State::kIdle) << bit;
    if (!ended) {  // accepted, or waiting for octets that a length promises
      EXPECT_NE(s.session().state(), State::kActive) << bit;
    }
    s.pass(300s);
    s.actions();
    EXPECT_NE(s.session().state(), State::kOpenSent) << "nothing lasts, bit " << bit;
  }
}

}  // namespace
}  // namespace weir::bgp
