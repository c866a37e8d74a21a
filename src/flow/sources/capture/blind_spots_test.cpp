// Tests of who is listed for passing by the resolvers, and who is not.
#include "flow/sources/capture/blind_spots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/packets.h"
#include "proto/packet/decode.h"

namespace weir::flow::capture_source {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

WallTime at(int64_t seconds) { return WallTime(std::chrono::seconds(seconds)); }

BlindSpotSettings settings() {
  return {.resolvers = {*Prefix::parse("192.0.2.53/32"), *Prefix::parse("2001:db8::53/128")},
          .doh_servers = {*Prefix::parse("198.51.100.1/32")},
          .entries = 3};
}

packet::Message message(const char* from, const char* to, uint8_t protocol = packet::kProtocolUdp,
                        int64_t time = 100) {
  packet::Message made;
  made.from = kit::endpoint(from);
  made.to = kit::endpoint(to);
  made.protocol = protocol;
  made.time = at(time);
  return made;
}

/// `udp 192.0.2.7 198.51.100.9 *2 @100-101`, the latest first.
std::vector<std::string> lines(const BlindSpots& spots) {
  std::vector<std::string> all;
  for (const BlindSpot& spot : spots.read())
    all.push_back(std::string(to_text(spot.way)) + " " + spot.client.to_text() + " " +
                  spot.server.to_text() + " *" + std::to_string(spot.count) + " @" +
                  std::to_string(to_nanoseconds(spot.first) / 1'000'000'000) + "-" +
                  std::to_string(to_nanoseconds(spot.last) / 1'000'000'000));
  return all;
}

TEST(BlindSpots, N17_queries_past_the_resolvers_are_listed_and_nothing_else) {
  BlindSpots spots(settings(), 1);
  spots.see(message("192.0.2.7:4000", "192.0.2.53:53"), true);  // as it should be
  spots.see(message("[2001:db8::7]:4000", "[2001:db8::53]:53"), true);
  spots.see(message("192.0.2.53:4000", "203.0.113.1:53"), true);  // the resolver's own
  spots.see(message("203.0.113.1:53", "192.0.2.7:4000"), false);  // an answer
  EXPECT_THAT(lines(spots), IsEmpty());
  spots.see(message("192.0.2.7:4000", "203.0.113.1:53"), true);
  spots.see(message("192.0.2.7:4001", "203.0.113.1:53", packet::kProtocolUdp, 101), true);
  spots.see(message("192.0.2.7:4002", "203.0.113.1:53", packet::kProtocolTcp, 102), true);
  EXPECT_THAT(lines(spots), ElementsAre("tcp 192.0.2.7 203.0.113.1 *1 @102-102",
                                        "udp 192.0.2.7 203.0.113.1 *2 @100-101"));
}

TEST(BlindSpots, N17_encrypted_dns_is_known_by_its_port_or_its_server) {
  BlindSpots spots(settings(), 1);
  const auto contact = [&](const char* client, const char* server, bool udp) {
    spots.see(io::Contact{kit::endpoint(client), kit::endpoint(server), udp}, at(100));
  };
  contact("192.0.2.7:4000", "192.0.2.53:853", false);    // our own resolver
  contact("192.0.2.53:4000", "203.0.113.1:853", false);  // and its upstream
  contact("192.0.2.7:4000", "203.0.113.1:443", false);   // the web
  contact("192.0.2.7:4000", "203.0.113.1:443", true);
  EXPECT_THAT(lines(spots), IsEmpty());
  contact("192.0.2.7:4000", "203.0.113.1:853", false);
  contact("192.0.2.7:4000", "203.0.113.1:853", true);
  contact("192.0.2.7:4000", "198.51.100.1:443", false);
  EXPECT_THAT(lines(spots), ElementsAre("doh 192.0.2.7 198.51.100.1 *1 @100-100",
                                        "doq 192.0.2.7 203.0.113.1 *1 @100-100",
                                        "dot 192.0.2.7 203.0.113.1 *1 @100-100"));
}

TEST(BlindSpots, the_one_seen_least_lately_makes_room) {
  BlindSpots spots(settings(), 1);
  metrics::Registry registry;
  spots.expose(registry, "wire");
  for (const char* server :
       {"203.0.113.1:53", "203.0.113.2:53", "203.0.113.3:53", "203.0.113.1:53", "203.0.113.4:53"})
    spots.see(message("192.0.2.7:4000", server), true);
  EXPECT_THAT(lines(spots), ElementsAre("udp 192.0.2.7 203.0.113.4 *1 @100-100",
                                        "udp 192.0.2.7 203.0.113.1 *2 @100-100",
                                        "udp 192.0.2.7 203.0.113.3 *1 @100-100"));
  const std::string page = registry.expose();
  EXPECT_THAT(page, HasSubstr("weir_capture_bypasses_total{source=\"wire\",way=\"udp\"} 5\n"));
  EXPECT_THAT(page, HasSubstr("weir_capture_blind_spots{source=\"wire\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("weir_capture_blind_spots_evicted_total{source=\"wire\"} 1\n"));
}

}  // namespace
}  // namespace weir::flow::capture_source
