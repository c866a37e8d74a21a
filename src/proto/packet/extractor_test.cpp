// Frames to messages: the whole walk, and that every packet is accounted for.
#include "proto/packet/extractor.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/random.h"
#include "kit/packets.h"
#include "proto/pcap/link_type.h"

namespace weir::packet {
namespace {

const Endpoint kClient = kit::endpoint("192.0.2.1:40000"), kServer = kit::endpoint("192.0.2.53:53");
const Endpoint kClient6 = kit::endpoint("[2001:db8::1]:40000"),
               kServer6 = kit::endpoint("[2001:db8::53]:53");

std::vector<Message> give(Extractor& extractor, Bytes frame, uint32_t link = pcap::kLinkEthernet) {
  const auto found = extractor.add(link, frame, static_cast<uint32_t>(frame.size()), wall_time(7));
  return {found.begin(), found.end()};
}

TEST(Extractor, gives_datagrams_of_the_ports_that_are_asked_for) {
  Extractor extractor({});
  const Octets query = kit::dns_message(1, "www");
  const auto frame = kit::udp_frame(kClient, kServer, query);
  const auto found = give(extractor, frame);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].from, kClient);
  EXPECT_EQ(found[0].to, kServer);
  EXPECT_EQ(found[0].time, wall_time(7));
  EXPECT_TRUE(equal(found[0].octets, query));
  EXPECT_EQ(give(extractor, kit::udp_frame(kServer, kClient, query)).size(), 1u);

  Endpoint other = kServer;
  other.port = 5300;
  EXPECT_TRUE(give(extractor, kit::udp_frame(kClient, other, query)).empty());
  EXPECT_EQ(extractor.counts().refused[static_cast<size_t>(Refusal::kOtherPort)], 1u);
  Extractor another({.ports = {5300}, .fragments = {}, .streams = {}});
  EXPECT_EQ(give(another, kit::udp_frame(kClient, other, query)).size(), 1u);
  EXPECT_TRUE(give(another, frame).empty());
}

TEST(Extractor, puts_fragments_together_for_udp_and_tcp) {
  for (const bool v4 : {true, false}) {
    const Endpoint& from = v4 ? kServer : kServer6;
    const Endpoint& to = v4 ? kClient : kClient6;
    const Octets large = kit::large_message(1, "large", 3000);
    Extractor extractor({});
    auto parts =
        kit::fragments(from.address, to.address, kProtocolUdp, kit::udp(53, 40000, large), 1200, 5);
    std::reverse(parts.begin(), parts.end());
    std::vector<Message> found;
    for (const Octets& part : parts) {
      EXPECT_TRUE(found.empty());
      found = give(extractor, part, pcap::kLinkRaw);
    }
    ASSERT_EQ(found.size(), 1u);
    EXPECT_TRUE(found[0].defragmented);
    EXPECT_TRUE(equal(found[0].octets, large));

    const Octets segment = kit::tcp(53, 40000, 1, tcp_flag::kSyn, kit::framed(large));
    for (const Octets& part :
         kit::fragments(from.address, to.address, kProtocolTcp, segment, 1200, 6))
      found = give(extractor, part, pcap::kLinkRaw);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_TRUE(found[0].defragmented);
    EXPECT_TRUE(equal(found[0].octets, large));
  }
}

TEST(Extractor, a_fragment_inside_a_fragment_is_refused) {
  const Octets inner = kit::joined({Octets{17, 0, 0, 1, 0, 0, 0, 9}, Octets(32, 1)});
  Extractor extractor({});
  for (const Octets& part : kit::fragments(kClient6.address, kServer6.address, 44, inner, 24, 5))
    EXPECT_TRUE(give(extractor, part, pcap::kLinkRaw).empty());
  EXPECT_EQ(extractor.counts().refused[static_cast<size_t>(Refusal::kBadFragment)], 1u);
}

TEST(Extractor, tcp_messages_come_when_they_are_complete) {
  Extractor extractor({});
  const Octets stream = kit::framed(kit::dns_message(1, "www"));
  EXPECT_TRUE(give(extractor, kit::tcp_frame(kClient6, kServer6, 9, tcp_flag::kSyn, {})).empty());
  EXPECT_TRUE(
      give(extractor, kit::tcp_frame(kClient6, kServer6, 10, 0, Bytes(stream).first(2))).empty());
  const auto frame = kit::tcp_frame(kClient6, kServer6, 12, 0, Bytes(stream).subspan(2));
  const auto found = give(extractor, frame);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].protocol, kProtocolTcp);
  EXPECT_TRUE(found[0].reassembled);
}

TEST(Extractor, every_packet_is_accounted_for) {
  SeededRandom random(3);
  std::vector<Octets> frames;
  const Octets query = kit::dns_message(1, "www");
  frames.push_back(kit::udp_frame(kClient, kServer, query));
  frames.push_back(kit::udp_frame(kClient6, kServer6, query));
  frames.push_back(kit::tcp_frame(kClient, kServer, 1, tcp_flag::kSyn, kit::framed(query)));
  for (const Octets& part :
       kit::fragments(kClient6.address, kServer6.address, 17, kit::udp(1, 53, query), 16, 9))
    frames.push_back(kit::ethernet(part, {3}));
  Extractor extractor({});
  uint64_t messages = 0;
  for (int i = 0; i < 20'000; ++i) {
    Octets frame = frames[random.below(frames.size())];
    for (size_t changes = random.below(4); changes > 0; --changes)
      frame[random.below(frame.size())] = static_cast<uint8_t>(random.next());
    frame.resize(frame.size() - (random.below(8) == 0 ? random.below(frame.size()) : 0));
    messages += give(extractor, frame).size();
  }
  messages += extractor.finish().size();
  const Extractor::Counts& counts = extractor.counts();
  const uint64_t refused =
      std::accumulate(counts.refused.begin(), counts.refused.end(), uint64_t{0});
  EXPECT_EQ(counts.packets, 20'000u);
  EXPECT_EQ(counts.packets,
            counts.udp_messages + counts.tcp_segments + counts.fragments_held + refused);
  EXPECT_EQ(messages, counts.udp_messages + counts.tcp_messages);
}

}  // namespace
}  // namespace weir::packet
