// Reading files from end to end: pairing, malformed messages, and the same result on any number of
// threads.
#include <gtest/gtest.h>

#include "base/random.h"
#include "flow/file_source.h"
#include "kit/captures.h"

namespace weir::flow {
namespace {

using kit::Capture;
using kit::CollectingTap;

const Endpoint kServer = kit::endpoint("192.0.2.53:53"),
               kServer6 = kit::endpoint("[2001:db8::53]:53");

Endpoint client(uint64_t n, bool v4) {
  Endpoint out = kit::endpoint(v4 ? "192.0.2.1:0" : "[2001:db8::1]:0");
  out.port = static_cast<uint16_t>(1024 + n % 60000);
  return out;
}

/// Traffic of every kind: datagrams, streams out of order, fragments, and noise.
Capture traffic(size_t conversations, uint64_t seed) {
  SeededRandom random(seed);
  Capture capture;
  const auto damaged = [&](Octets octets) {
    if (random.below(20) == 0) octets[random.below(octets.size())] ^= 0x55;
    if (random.below(40) == 0) octets.resize(random.below(octets.size()) + 1);
    return octets;
  };
  for (size_t i = 0; i < conversations; ++i) {
    const bool v4 = random.below(2) == 0;
    const Endpoint from = client(random.next(), v4), to = v4 ? kServer : kServer6;
    const auto id = static_cast<uint16_t>(random.next());
    const std::string label = "host" + std::to_string(random.below(100));
    const Octets query = damaged(kit::dns_message(id, label));
    const Octets answer = damaged(kit::large_message(id, label, 60 + random.below(2000)));
    if (random.below(4) == 0) {
      const auto sequence = static_cast<uint32_t>(random.next());
      const Octets stream = kit::framed(answer);
      const size_t half = stream.size() / 2;
      capture.add(kit::tcp_frame(from, to, sequence, packet::tcp_flag::kSyn, {}));
      capture.add(kit::tcp_frame(from, to, sequence + 1, 0, kit::framed(query)));
      capture.add(kit::tcp_frame(to, from, 99, packet::tcp_flag::kSyn, {}));
      capture.add(kit::tcp_frame(to, from, 100 + static_cast<uint32_t>(half), 0,
                                 Bytes(stream).subspan(half)));
      capture.add(kit::tcp_frame(to, from, 100, 0, Bytes(stream).first(half)));
      continue;
    }
    capture.add(kit::udp_frame(from, to, query));
    if (random.below(3) == 0) {
      const Octets payload = kit::udp(to.port, from.port, answer);
      for (const Octets& part : kit::fragments(to.address, from.address, 17, payload, 512, id))
        capture.add(kit::ethernet(part, {5}));
    } else {
      capture.add(kit::udp_frame(to, from, answer));
    }
  }
  return capture;
}

TEST(ReadFiles, responses_carry_the_time_of_their_query) {
  Capture capture;
  const Endpoint from = client(1, true);
  capture.add(kit::udp_frame(from, kServer, kit::dns_message(1, "www")));
  capture.add(kit::udp_frame(kServer, from, kit::dns_message(1, "WWW", 0x8180)),
              capture.now + 25ms);
  capture.add(kit::udp_frame(kServer, from, kit::dns_message(2, "www", 0x8180)));
  CollectingTap tap;
  const ReadSummary summary =
      read_files({.paths = {kit::write_file("a.pcap", capture.octets)}}, tap);
  ASSERT_EQ(tap.observations.size(), 3u);
  EXPECT_EQ(tap.observations[1].latency(), 25ms);
  EXPECT_EQ(tap.observations[2].latency(), std::nullopt);
  EXPECT_EQ(summary.paired, 1u);
  EXPECT_EQ(summary.observations, 3u);
  EXPECT_TRUE(summary.whole());
  EXPECT_EQ(tap.flushes, 1);
}

TEST(ReadFiles, malformed_messages_are_recorded_with_code_and_offset_and_counted) {
  Octets message = kit::dns_message(1, "www");
  message[12] = 0x80;  // a label type that does not exist
  Capture capture;
  capture.add(kit::udp_frame(client(1, true), kServer, message));
  capture.add(kit::udp_frame(client(1, true), kServer, Octets{1, 2, 3}));
  capture.add(kit::udp_frame(client(1, true), kServer, kit::dns_message(2, "www")));
  CollectingTap tap;
  const ReadSummary summary =
      read_files({.paths = {kit::write_file("a.pcap", capture.octets)}}, tap);
  ASSERT_EQ(tap.observations.size(), 3u);
  EXPECT_EQ(tap.observations[0].malformed.code, dns::MalformedCode::kBadLabelType);
  EXPECT_EQ(tap.observations[0].malformed.offset, 12);
  EXPECT_EQ(tap.observations[1].malformed.code, dns::MalformedCode::kShortHeader);
  EXPECT_EQ(tap.observations[2].malformed.code, dns::MalformedCode::kNone);
  EXPECT_EQ(summary.malformed, 2u);
}

TEST(ReadFiles, N09_any_number_of_threads_gives_the_same_lines) {
  const std::string first = kit::write_file("1.pcap", traffic(4000, 1).octets);
  const std::string second = kit::write_file("2.pcap", traffic(1500, 2).octets);
  CollectingTap alone;
  const ReadSummary summary = read_files({.paths = {first, second, first}}, alone);
  EXPECT_GT(alone.lines.size(), 15'000u);
  EXPECT_GT(summary.malformed, 100u);
  EXPECT_GT(summary.paired, 5'000u);
  for (const unsigned threads : {2u, 3u, 8u, 16u}) {
    CollectingTap tap;
    const ReadSummary other =
        read_files({.paths = {first, second, first}, .threads = threads}, tap);
    ASSERT_EQ(tap.lines.size(), alone.lines.size()) << threads;
    EXPECT_TRUE(tap.lines == alone.lines) << threads;
    EXPECT_EQ(other.lines(), summary.lines()) << threads;
  }
}

TEST(ReadFiles, a_cut_file_delivers_what_it_has_on_any_number_of_threads) {
  const Octets whole = traffic(500, 3).octets;
  const std::string path = kit::write_file("cut.pcap", Bytes(whole).first(whole.size() - 5));
  std::vector<std::string> lines;
  for (const unsigned threads : {1u, 4u}) {
    CollectingTap tap;
    const ReadSummary summary = read_files({.paths = {path}, .threads = threads}, tap);
    EXPECT_TRUE(summary.files.at(0).truncated_at.has_value());
    EXPECT_FALSE(summary.whole());
    if (threads == 1) lines = tap.lines;
    EXPECT_TRUE(tap.lines == lines);
    EXPECT_GT(tap.lines.size(), 900u);
  }
}

}  // namespace
}  // namespace weir::flow
