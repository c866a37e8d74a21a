// Which frames are taken, and why others are not: frames by hand for every way through the headers.
// What is decided here is what the kernel's program decides, which is the same text.
#include "io/capture/selection.h"

#include <gtest/gtest.h>

#include "kit/packets.h"

namespace weir::io {
namespace {

const Endpoint kClient = kit::endpoint("192.0.2.1:4000"), kServer = kit::endpoint("192.0.2.53:53");
const Endpoint kClient6 = kit::endpoint("[2001:db8::1]:4000"),
               kServer6 = kit::endpoint("[2001:db8::53]:53");
const Octets kQuery = kit::dns_message(7, "www"), kAnswer = kit::dns_message(7, "www", 0x8180);

Fate fate(Bytes frame, const CaptureOptions& options = {}) {
  return Selection(options).of_frame(frame, true);
}
Octets udp4(Bytes message = kQuery) {
  return kit::ipv4(kClient.address, kServer.address, 17, kit::udp(4000, 53, message));
}
/// An IPv6 packet whose extension headers are `kinds`, eight octets each, before UDP to port 53.
Octets extended(std::vector<uint8_t> kinds, uint16_t port = 53, uint8_t units = 0) {
  Octets payload;
  for (size_t i = 0; i < kinds.size(); ++i) {
    payload.push_back(i + 1 < kinds.size() ? kinds[i + 1] : 17);
    payload.push_back(kinds[i] == 44 ? 0 : units);
    payload.resize(payload.size() + 6 + (kinds[i] == 44 ? 0 : units * 8));
  }
  kit::append(payload, kit::udp(4000, port, kQuery));
  return kit::ethernet(kit::ipv6(kClient6.address, kServer6.address, kinds.at(0), payload));
}

TEST(Selection, takes_dns_over_udp_and_tcp_of_both_versions_in_both_directions) {
  EXPECT_EQ(fate(kit::udp_frame(kClient, kServer, kQuery)), Fate::kTaken);
  EXPECT_EQ(fate(kit::udp_frame(kServer, kClient, kAnswer)), Fate::kTaken);
  EXPECT_EQ(fate(kit::udp_frame(kServer6, kClient6, kAnswer)), Fate::kTaken);
  EXPECT_EQ(fate(kit::tcp_frame(kClient, kServer, 1, 2, {})), Fate::kTaken);
  EXPECT_EQ(fate(kit::tcp_frame(kServer6, kClient6, 1, 16, kAnswer)), Fate::kTaken);
}

TEST(Selection, K07_leaves_other_ports_alone) {
  const Endpoint other = kit::endpoint("192.0.2.53:54");
  EXPECT_EQ(fate(kit::udp_frame(other, kClient, kAnswer)), Fate::kOtherPort);
  EXPECT_EQ(fate(kit::udp_frame(other, kClient, kAnswer), {.ports = {53, 54}}), Fate::kTaken);
}

TEST(Selection, N17_openings_of_connections_are_taken_where_they_are_wanted) {
  const CaptureOptions wanted{.responses_only = true, .contacts = true, .sample = 1000};
  const Endpoint tls{kServer.address, 853}, https{kServer6.address, 443};
  const Octets syn = kit::tcp_frame(kClient, tls, 1, 0x02, {}),
               initial = kit::udp_frame(kClient6, https, Octets(1200, 0xc3));
  EXPECT_EQ(fate(syn, wanted), Fate::kTaken);
  EXPECT_EQ(fate(initial, wanted), Fate::kTaken);
  EXPECT_EQ(fate(syn), Fate::kOtherPort);
  EXPECT_EQ(fate(initial), Fate::kOtherPort);
  EXPECT_EQ(fate(kit::tcp_frame(kClient, tls, 1, 0x10, Octets(100)), wanted), Fate::kOtherPort);
  EXPECT_EQ(fate(kit::tcp_frame(tls, kClient, 1, 0x12, {}), wanted), Fate::kOtherPort);

  const auto contact = contact_of(initial, true);
  ASSERT_TRUE(contact);
  EXPECT_EQ(contact->client, kClient6);
  EXPECT_EQ(contact->server, https);
  EXPECT_TRUE(contact->udp);
  EXPECT_EQ(contact_of(syn, true)->server, tls);
  EXPECT_FALSE(contact_of(kit::tcp_frame(kClient, kServer, 1, 0x02, {}), true));
  for (size_t size = 0; size < 47; ++size)
    EXPECT_FALSE(contact_of(Bytes(syn).first(size), true)) << size;
}

TEST(Selection, D04_looks_through_vlan_tags_up_to_two) {
  EXPECT_EQ(fate(kit::ethernet(udp4(), {10})), Fate::kTaken);
  EXPECT_EQ(fate(kit::ethernet(udp4(), {10, 20})), Fate::kTaken);
  EXPECT_EQ(fate(kit::ethernet(udp4(), {10, 20, 30})), Fate::kNotIp);
}

TEST(Selection, D04_looks_behind_options_of_ipv4) {
  Octets packet = udp4();
  packet[0] = 0x47;
  packet.insert(packet.begin() + 20, 8, 1);
  EXPECT_EQ(fate(kit::ethernet(packet)), Fate::kTaken);
  packet[0] = 0x44;  // shorter than a header can be
  EXPECT_EQ(fate(kit::ethernet(packet)), Fate::kRunt);
}

TEST(Selection, D04_walks_extension_headers_of_ipv6) {
  for (const uint8_t kind : {0, 43, 60}) {
    EXPECT_EQ(fate(extended({kind})), Fate::kTaken) << int{kind};
    EXPECT_EQ(fate(extended({kind}, 54)), Fate::kOtherPort) << int{kind};
  }
  EXPECT_EQ(fate(extended({0, 43, 60})), Fate::kTaken);
  EXPECT_EQ(fate(extended({44}, 54)), Fate::kOtherPort) << "a fragment that is the whole";
  EXPECT_EQ(fate(extended({51}, 54, 0)), Fate::kOtherPort) << "authentication, in units of four";
}

TEST(Selection, hands_over_what_lies_deeper_than_it_looks) {
  EXPECT_EQ(fate(extended({0}, 54, 20)), Fate::kTaken);
  EXPECT_EQ(fate(extended({0, 0, 0, 0, 0, 0, 0, 0, 0}, 54)), Fate::kTaken);
}

TEST(Selection, hands_over_fragments_because_only_the_first_has_ports) {
  const Octets whole = kit::udp(4000, 54, Octets(2000));
  for (const auto& [from, to] : {std::pair{kClient, kServer}, {kClient6, kServer6}})
    for (const Octets& part : kit::fragments(from.address, to.address, 17, whole, 1000, 9))
      EXPECT_EQ(fate(kit::ethernet(part)), Fate::kTaken);
  for (const Octets& part :
       kit::fragments(kClient.address, kServer.address, 1, Octets(2000), 1000, 9))
    EXPECT_EQ(fate(kit::ethernet(part)), Fate::kOtherProtocol) << "of ping";
}

TEST(Selection, D02_passes_over_what_is_neither_udp_nor_tcp) {
  for (const uint8_t protocol : {1, 2, 47, 50, 132})
    EXPECT_EQ(fate(kit::ethernet(kit::ipv4(kClient.address, kServer.address, protocol, kQuery))),
              Fate::kOtherProtocol);
  Octets arp(60, 0);
  arp[12] = 8;
  arp[13] = 6;
  EXPECT_EQ(fate(arp), Fate::kNotIp);
}

TEST(Selection, every_beginning_of_a_frame_has_a_fate) {
  for (const Octets& frame :
       {kit::ethernet(udp4(), {1, 2}), kit::udp_frame(kClient6, kServer6, kQuery),
        extended({0, 43, 44, 60, 51}), kit::tcp_frame(kClient, kServer, 1, 16, kQuery)})
    for (size_t size = 0; size <= frame.size(); ++size) {
      const Fate got = fate(Bytes(frame).first(size));
      EXPECT_TRUE(got == Fate::kRunt || got == Fate::kTaken) << size;
      EXPECT_TRUE(size >= 14 + 20 + 8 || got == Fate::kRunt) << size;
    }
}

TEST(Selection, responses_only_goes_by_the_message_and_by_the_port_where_there_is_none) {
  const CaptureOptions options{.responses_only = true};
  EXPECT_EQ(fate(kit::udp_frame(kClient, kServer, kQuery), options), Fate::kQuery);
  EXPECT_EQ(fate(kit::udp_frame(kServer, kClient, kAnswer), options), Fate::kTaken);
  EXPECT_EQ(fate(kit::udp_frame(kServer, kClient, Octets(2)), options), Fate::kTaken);
  EXPECT_EQ(fate(kit::tcp_frame(kClient, kServer, 1, 16, kQuery), options), Fate::kQuery);
  EXPECT_EQ(fate(kit::tcp_frame(kServer, kClient, 1, 16, kAnswer), options), Fate::kTaken);
  const Selection selection(options);
  EXPECT_EQ(selection.of_message(kClient, kServer, false, kQuery), Fate::kQuery);
  EXPECT_EQ(selection.of_message(kServer, kClient, false, kAnswer), Fate::kTaken);
}

TEST(Selection, networks_may_hold_either_side) {
  const auto within = [](std::string_view network) {
    return CaptureOptions{.networks = {*Prefix::parse(network)}};
  };
  const Octets v4 = kit::udp_frame(kClient, kServer, kQuery);
  EXPECT_EQ(fate(v4, within("192.0.2.53/32")), Fate::kTaken);
  EXPECT_EQ(fate(v4, within("192.0.2.0/30")), Fate::kTaken);
  EXPECT_EQ(fate(v4, within("192.0.2.128/25")), Fate::kOtherNetwork);
  EXPECT_EQ(fate(v4, within("::/0")), Fate::kOtherNetwork);
  EXPECT_EQ(fate(kit::udp_frame(kClient6, kServer6, kQuery), within("2001:db8::53/128")),
            Fate::kTaken);
}

TEST(Selection, sampling_keeps_exchanges_whole_and_about_one_of_n) {
  const CaptureOptions options{.sample = 8};
  const Selection selection(options);
  int taken = 0;
  for (uint16_t id = 0; id < 8000; ++id) {
    const Octets query = kit::dns_message(id, "www"), answer = kit::dns_message(id, "www", 0x8180);
    const Fate got = selection.of_frame(kit::udp_frame(kClient, kServer, query), true);
    EXPECT_EQ(selection.of_frame(kit::udp_frame(kServer, kClient, answer), true), got);
    EXPECT_EQ(selection.of_message(kServer, kClient, true, answer), got) << "put together";
    if (got == Fate::kTaken) ++taken;
  }
  EXPECT_GT(taken, 800);
  EXPECT_LT(taken, 1200);
}

TEST(Selection, links_without_ethernet_begin_with_ip) {
  const Selection selection({});
  EXPECT_EQ(selection.of_frame(udp4(), false), Fate::kTaken);
  EXPECT_EQ(selection.of_frame(Bytes(extended({0})).subspan(14), false), Fate::kTaken);
  EXPECT_EQ(selection.of_frame(Octets(40, 0x50), false), Fate::kNotIp);
  EXPECT_EQ(selection.of_frame({}, false), Fate::kRunt);
}

}  // namespace
}  // namespace weir::io
