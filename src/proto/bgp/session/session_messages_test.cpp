// Messages of two connections at once: collisions, newcomers, and what others got wrong there.
#include <gtest/gtest.h>

#include "proto/bgp/session/script.h"
#include "proto/bgp/session/session.h"
#include "proto/bgp/vectors.h"

namespace weir::bgp {
namespace {

/// Both connections are there, and both OPENs of ours are sent: 1 is ours, 2 the neighbour's.
void cross(Script& s) {
  s.session().start(s.now());
  s.session().accepted(s.now());
  s.session().connected(s.now(), 1);
  EXPECT_EQ(s.actions(), "connect 1; 2: OPEN; 1: OPEN");
}

TEST(BgpCollision, both_sides_keep_the_connection_of_the_higher_identifier) {  // FRR#1053, #1219
  for (const bool we_are_higher : {true, false}) {
    for (const bool ours_first : {true, false}) {
      Script s;
      cross(s);
      const Octets open = peer_open(we_are_higher ? kLower : kHigher);
      s.arrive(ours_first ? 1 : 2, open);
      s.actions();
      s.arrive(ours_first ? 2 : 1, open);
      const std::string loser = we_are_higher ? "2" : "1", winner = we_are_higher ? "1" : "2";
      const std::string actions = s.actions();
      EXPECT_TRUE(actions.starts_with(loser + ": NOTIFICATION 6/7; close " + loser)) << actions;
      s.arrive_keepalive(we_are_higher ? 1 : 2);
      EXPECT_EQ(s.actions(), "up " + winner);
    }
  }
}

TEST(BgpCollision, rustbgpd_105_nothing_is_settled_before_the_winner_has_brought_an_open) {
  Script s;
  cross(s);
  s.arrive(1, peer_open(kHigher));  // the winner is 2, which may be dead
  EXPECT_EQ(s.actions(), "1: KEEPALIVE");
  s.arrive_keepalive(1);
  EXPECT_EQ(s.actions(), "") << "the loser waits for it";
  EXPECT_EQ(s.session().state(), State::kOpenConfirm);
  s.arrive(2, peer_open(kHigher));
  EXPECT_EQ(s.actions(),
            "1: NOTIFICATION 6/7; close 1; ended 1 another connection was kept; 2: KEEPALIVE");
}

TEST(BgpCollision, zebra_rs_2350_a_winner_that_is_dead_wins_nothing) {
  Script s;
  cross(s);
  s.arrive(1, peer_open(kHigher));
  s.arrive_keepalive(1);
  s.actions();
  s.session().closed(s.now(), 2);
  EXPECT_EQ(s.actions(), "ended 2 connection lost; up 1");
}

TEST(BgpCollision, zebra_rs_2350_a_winner_that_says_nothing_is_not_waited_for_long) {
  Script s;
  cross(s);
  s.arrive(1, peer_open(kHigher));
  s.arrive_keepalive(1);
  s.actions();
  s.pass(kDecisionWait);
  EXPECT_EQ(s.actions(), "2: NOTIFICATION 6/7; close 2; ended 2 another connection was kept; up 1");
}

TEST(BgpCollision, the_winner_does_not_wait_for_the_loser) {
  Script s;
  cross(s);
  s.arrive(1, peer_open(kLower));
  s.arrive_keepalive(1);
  EXPECT_EQ(s.actions(),
            "1: KEEPALIVE; 2: NOTIFICATION 6/7; close 2; ended 2 another connection was kept; "
            "up 1");
}

TEST(BgpCollision, routes_on_the_loser_say_that_the_neighbour_has_decided) {
  Script s;
  cross(s);
  s.arrive(1, peer_open(kHigher));
  s.arrive_keepalive(1);
  s.actions();
  const Octets update = update_message("20 c0000201", "", "");
  EXPECT_TRUE(s.arrive(1, update).update.has_value());
  EXPECT_EQ(s.actions(), "2: NOTIFICATION 6/7; close 2; ended 2 another connection was kept; up 1");
}

TEST(BgpCollision, zebra_rs_2359_our_own_dial_goes_on_beside_a_call_of_the_neighbour) {
  Script s;
  s.session().start(s.now());
  s.session().accepted(s.now());
  s.actions();
  s.session().closed(s.now(), 1);  // our dial fails; the neighbour's call is the one that lives
  EXPECT_EQ(s.actions(), "ended 1 connection lost");
  s.arrive(2, peer_open(kLower));
  s.arrive_keepalive(2);
  EXPECT_EQ(s.actions(), "2: KEEPALIVE; up 2");
}

TEST(BgpCollision, a_dial_that_has_not_connected_gives_way_in_silence) {
  Script s;
  s.session().start(s.now());
  s.session().accepted(s.now());
  s.actions();
  s.arrive(2, peer_open(kLower));
  s.arrive_keepalive(2);
  EXPECT_EQ(s.actions(), "2: KEEPALIVE; close 1; ended 1 another connection was kept; up 2");
}

TEST(BgpCollision, equal_identifiers_are_settled_by_the_as) {  // RFC 6286 §2.3
  Script s;
  cross(s);
  const Octets open = peer_open(script_settings().identifier);
  s.arrive(1, open);
  s.actions();
  s.arrive(2, open);
  EXPECT_TRUE(s.actions().starts_with("1: NOTIFICATION 6/7")) << "65001 is higher than 65000";
}

TEST(BgpCollision, a_call_replaces_the_one_before_it) {
  Script s;
  s.session().start(s.now());
  s.session().accepted(s.now());
  s.actions();
  s.session().accepted(s.now());
  EXPECT_EQ(s.actions(), "close 2; ended 2 replaced by a newer connection; 3: OPEN");
}

TEST(BgpCollision, frr_14647_an_established_session_is_not_lost_to_a_newcomer) {
  Script s;
  s.bring_up();
  s.session().accepted(s.now());
  EXPECT_EQ(s.actions(), "2: KEEPALIVE") << "is anybody there?";
  s.arrive(3, peer_open(kHigher));
  EXPECT_EQ(s.actions(), "") << "a parked connection is not read";
  s.session().written(s.now(), 2, 0);
  s.pass(kDecisionWait);
  EXPECT_EQ(s.actions(), "3: NOTIFICATION 6/7; close 3; ended 3 another connection was kept");
  EXPECT_EQ(s.session().state(), State::kEstablished);
}

TEST(BgpCollision, a_neighbour_that_has_restarted_resets_the_old_connection_and_gets_the_new) {
  Script s;
  s.bring_up();
  s.session().accepted(s.now());
  s.actions();
  s.session().closed(s.now(), 2);
  EXPECT_EQ(s.actions(), "down 2 connection lost; 3: OPEN");
  s.arrive(3, peer_open(kHigher));
  s.arrive_keepalive(3);
  EXPECT_EQ(s.actions(), "3: KEEPALIVE; up 3");
}

TEST(BgpCollision, a_neighbour_that_restarts_gracefully_is_believed) {  // RFC 4724 §5
  SessionSettings settings = script_settings();
  settings.graceful_restart = GracefulRestart{.families = FamilySet::all()};
  Script s(settings);
  s.bring_up(peer_open(kLower, &settings));
  s.session().accepted(s.now());
  s.actions();
  s.session().written(s.now(), 2, 0);
  s.pass(kDecisionWait);
  EXPECT_EQ(s.actions(), "close 2; down 2 replaced by a newer connection, kept; 3: OPEN");
}

TEST(BgpCollision, a_newcomer_that_gives_up_changes_nothing) {
  Script s;
  s.bring_up();
  s.session().accepted(s.now());
  s.actions();
  s.session().closed(s.now(), 3);
  EXPECT_EQ(s.actions(), "ended 3 connection lost");
  EXPECT_EQ(s.session().state(), State::kEstablished);
}

TEST(BgpCollision, an_error_of_the_session_takes_the_newcomer_along) {
  Script s;
  s.bring_up();
  s.session().accepted(s.now());
  s.actions();
  s.arrive(2, update_message("21 c000020100", "", ""));
  EXPECT_EQ(s.actions(),
            "2: NOTIFICATION 3/10; close 2; down 2 error sent; close 3; "
            "ended 3 replaced by a newer connection");
  EXPECT_EQ(s.session().state(), State::kIdle);
}

TEST(BgpCollision, the_loser_is_told_and_is_not_idle_for_it) {
  Script s;
  s.session().start(s.now());
  s.session().connected(s.now(), 1);
  s.actions();
  s.arrive_notification(1, Notification(Cease::kCollision));
  EXPECT_EQ(s.actions(), "close 1; ended 1 error received");
  EXPECT_EQ(s.session().state(), State::kActive);
  s.pass(5s);
  EXPECT_EQ(s.actions(), "connect 2");
}

}  // namespace
}  // namespace weir::bgp
