// Tests of what a neighbour is told: in which order, with what, and after what it missed.
#include "route/targets/bgp/announcer.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "proto/bgp/message.h"
#include "proto/bgp/route_refresh.h"
#include "proto/bgp/update.h"

namespace weir::route {
namespace {

IpAddress address(const std::string& text) { return *IpAddress::parse(text); }
RouteKey key(const std::string& text, uint8_t group = 0) { return {*Prefix::parse(text), group}; }

/// A neighbour that reads what was written, and knows what stands.
class Listener {
 public:
  void read(Bytes octets) {
    while (!octets.empty()) {
      const auto frame = bgp::next_frame(octets, bgp::kMaxMessage);
      ASSERT_TRUE(frame.ok() && frame->has_value());
      octets = octets.subspan((*frame)->octets.size());
      ++messages;
      take(**frame);
    }
  }
  std::map<std::string, std::string> routes;  // prefix -> next hop and first community
  std::string story;                          // +prefix, -prefix, end, begin refresh, end refresh
  size_t messages = 0;

 private:
  void say(const std::string& word) { story += (story.empty() ? "" : " ") + word; }
  void take(const bgp::Frame& frame) {
    if (frame.type == bgp::MessageType::kRouteRefresh) {
      const auto refresh = bgp::decode_route_refresh(frame, true);
      ASSERT_TRUE(refresh.ok() && refresh->has_value());
      return say((*refresh)->demarcation == bgp::Demarcation::kBegin ? "BoRR" : "EoRR");
    }
    const bgp::Update update = bgp::decode_update(frame, {.external = false});
    ASSERT_EQ(update.approach, bgp::Approach::kNone);
    if (update.end_of_rib) return say("end");
    bgp::for_each_withdrawn(update, [&](const Prefix& prefix) {
      say("-" + prefix.to_text());
      routes.erase(prefix.to_text());
    });
    bgp::for_each_announced(update, [&](const Prefix& prefix, const bgp::NextHop& hop) {
      say("+" + prefix.to_text());
      const Bytes list = update.attributes.communities;
      routes[prefix.to_text()] =
          hop.address.to_text() +
          (list.empty() ? "" : " " + std::to_string(bgp::u32_at(list, 0) & UINT16_MAX));
    });
  }
};

class AnnouncerTest : public testing::Test {
 protected:
  AnnouncerTest() {
    exports_.groups.resize(2);
    exports_.groups[0].next_hop_v4 = address("192.0.2.1");
    exports_.groups[0].communities = {1};
    exports_.groups[1].next_hop_v4 = address("192.0.2.2");
    exports_.groups[1].next_hop_v6 = address("2001:db8::2");
    negotiated_.external = false;
    negotiated_.families = bgp::FamilySet::all();
    negotiated_.four_octet_as = true;
  }
  void open() { announcer_.begin({negotiated_, 65000, address("10.0.0.1")}); }
  std::string write(size_t room = 1 << 20) {
    Octets out;
    announcer_.write(out, room);
    listener_.story.clear();
    listener_.read(out);
    return listener_.story;
  }
  void withdraw(const std::string& prefix, uint8_t group = 0) {
    feed_.withdraw(feed_.find(key(prefix, group)), Reason::kExpired);
  }

  Feed feed_{1};
  Exports exports_;
  bgp::Negotiated negotiated_;
  Announcer announcer_{feed_, exports_, 3, {}};
  Listener listener_;
};

TEST_F(AnnouncerTest, tells_all_that_is_wanted_and_then_the_end) {
  feed_.announce(key("1.1.1.1"), Reason::kLearned);
  feed_.announce(key("1.1.1.2"), Reason::kLearned);
  open();
  EXPECT_EQ(write(), "+1.1.1.1/32 +1.1.1.2/32 end end");
  EXPECT_EQ(listener_.routes["1.1.1.1/32"], "192.0.2.1 1");
  EXPECT_EQ(announcer_.routes(), 2u);
  EXPECT_EQ(write(), "");
}

TEST_F(AnnouncerTest, holds_the_end_back_but_no_route) {
  announcer_.hold_end_of_rib(true);
  open();
  feed_.announce(key("1.1.1.1"), Reason::kLearned);
  EXPECT_EQ(write(), "+1.1.1.1/32");
  EXPECT_FALSE(announcer_.told_end_of_rib());
  announcer_.hold_end_of_rib(false);
  EXPECT_EQ(write(), "end end");
  EXPECT_TRUE(announcer_.told_end_of_rib());
}

TEST_F(AnnouncerTest, tells_new_routes_before_those_that_go) {
  for (int i = 0; i < 3000; ++i)
    feed_.announce(key("1.1." + std::to_string(i / 250) + "." + std::to_string(i % 250)),
                   Reason::kLearned);
  open();
  write();
  for (int i = 0; i < 3000; ++i)
    withdraw("1.1." + std::to_string(i / 250) + "." + std::to_string(i % 250));
  write(100);  // the storm has begun
  EXPECT_EQ(announcer_.routes(), 3000u - 512);
  feed_.announce(key("2.2.2.2"), Reason::kLearned);
  EXPECT_TRUE(write(1).starts_with("+2.2.2.2/32"));
  write();
  EXPECT_EQ(listener_.routes.size(), 1u);
}

TEST_F(AnnouncerTest, says_nothing_of_what_came_and_went) {
  open();
  write();
  feed_.announce(key("1.1.1.1"), Reason::kLearned);
  withdraw("1.1.1.1");
  EXPECT_EQ(write(), "");
}

TEST_F(AnnouncerTest, D_39_another_set_takes_the_place_of_the_first) {
  open();
  write();
  feed_.announce(key("1.1.1.1", 1), Reason::kLearned);
  EXPECT_EQ(write(), "+1.1.1.1/32");
  EXPECT_EQ(listener_.routes["1.1.1.1/32"], "192.0.2.2");
  feed_.announce(key("1.1.1.1", 0), Reason::kLearned);
  EXPECT_EQ(write(), "+1.1.1.1/32");
  EXPECT_EQ(listener_.routes["1.1.1.1/32"], "192.0.2.1 1") << "the first group has its way";
  EXPECT_EQ(announcer_.routes(), 1u);
  withdraw("1.1.1.1", 0);
  EXPECT_EQ(write(), "+1.1.1.1/32");
  EXPECT_EQ(listener_.routes["1.1.1.1/32"], "192.0.2.2");
  withdraw("1.1.1.1", 1);
  EXPECT_EQ(write(), "-1.1.1.1/32");
  EXPECT_EQ(announcer_.routes(), 0u);
}

TEST_F(AnnouncerTest, a_second_set_behind_the_first_is_not_told) {
  open();
  write();
  feed_.announce(key("1.1.1.1", 0), Reason::kLearned);
  write();
  feed_.announce(key("1.1.1.1", 1), Reason::kLearned);
  EXPECT_EQ(write(), "");
  withdraw("1.1.1.1", 1);
  EXPECT_EQ(write(), "");
  EXPECT_EQ(announcer_.routes(), 1u);
}

TEST_F(AnnouncerTest, B_27_tells_no_route_without_a_next_hop_of_its_family) {
  open();
  write();
  feed_.announce(key("2001:db8:1::1", 0), Reason::kLearned);  // the group has none, nor our end
  EXPECT_EQ(write(), "");
  EXPECT_EQ(announcer_.unexportable(), 1u);
  feed_.announce(key("2001:db8:1::1", 1), Reason::kLearned);
  EXPECT_EQ(write(), "+2001:db8:1::1/128");
  EXPECT_EQ(listener_.routes["2001:db8:1::1/128"], "2001:db8::2");
}

TEST_F(AnnouncerTest, B_26_next_hops_are_the_sets_the_neighbours_ours_the_router_id) {
  exports_.groups[0].next_hop_v4.reset();
  feed_.announce(key("1.1.1.1"), Reason::kLearned);
  const auto hop = [&](const NextHopDefaults& defaults, const char* local) {
    Announcer announcer(feed_, exports_, 1, defaults);
    announcer.begin({negotiated_, 65000, address(local)});
    Octets out;
    announcer.write(out, 1000);
    Listener listener;
    listener.read(out);
    return listener.routes["1.1.1.1/32"];
  };
  EXPECT_EQ(hop({.v4 = address("192.0.2.7")}, "10.0.0.1"), "192.0.2.7 1");
  EXPECT_EQ(hop({.router_id = address("192.0.2.8")}, "10.0.0.1"), "10.0.0.1 1");
  EXPECT_EQ(hop({.router_id = address("192.0.2.8")}, "2001:db8::1"), "192.0.2.8 1");
  EXPECT_EQ(hop({}, "2001:db8::1"), "");
}

TEST_F(AnnouncerTest, a_refresh_tells_all_again_between_its_marks) {
  negotiated_.enhanced_route_refresh = true;
  open();
  feed_.announce(key("1.1.1.1"), Reason::kLearned);
  feed_.announce(key("1.1.1.2"), Reason::kLearned);
  write();
  withdraw("1.1.1.2");
  announcer_.refresh(bgp::Family::kIpv4Unicast);
  EXPECT_EQ(write(), "-1.1.1.2/32 BoRR +1.1.1.1/32 EoRR");
  EXPECT_EQ(announcer_.routes(), 1u);
}

TEST_F(AnnouncerTest, draining_marks_all_routes) {
  feed_.announce(key("1.1.1.1", 1), Reason::kLearned);
  open();
  write();
  announcer_.drain();
  EXPECT_EQ(write(), "+1.1.1.1/32");
  EXPECT_EQ(listener_.routes["1.1.1.1/32"], "192.0.2.2 0");  // 65535:0
}

TEST_F(AnnouncerTest, a_session_that_begins_anew_withdraws_nothing) {
  feed_.announce(key("1.1.1.1"), Reason::kLearned);
  feed_.announce(key("1.1.1.2"), Reason::kLearned);
  open();
  write();
  announcer_.end();
  withdraw("1.1.1.1");
  open();
  EXPECT_EQ(write(), "+1.1.1.2/32 end end");
}

TEST_F(AnnouncerTest, prefixes_share_messages) {
  for (int i = 0; i < 2000; ++i)
    feed_.announce(key("1.1." + std::to_string(i / 250) + "." + std::to_string(i % 250)),
                   Reason::kLearned);
  open();
  write();
  EXPECT_EQ(listener_.routes.size(), 2000u);
  EXPECT_LE(listener_.messages, 8u);
}

}  // namespace
}  // namespace weir::route
