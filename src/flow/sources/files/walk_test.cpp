// Files are walked to their end, cut or not, one after the other.
#include "flow/sources/files/walk.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "kit/captures.h"

namespace weir::flow::files {
namespace {

using kit::Capture;

const Endpoint kClient = kit::endpoint("192.0.2.1:40000"), kServer = kit::endpoint("192.0.2.53:53");

struct Walked {
  std::vector<Octets> messages;
  ReadSummary summary;
};
Walked walk_all(const FileSettings& settings) {
  Walked out;
  Walk walk(settings);
  Chunk chunk;
  while (walk.fill(chunk)) {
    EXPECT_FALSE(chunk.empty());
    for (const Seen& seen : chunk.seen()) {
      const Bytes message = seen.observation.message();
      out.messages.emplace_back(message.begin(), message.end());
    }
  }
  EXPECT_TRUE(chunk.empty());
  walk.report(out.summary);
  return out;
}
uint64_t reason(const ReadSummary& summary, std::string_view name) {
  for (const auto& [word, count] : summary.reasons)
    if (word == name) return count;
  return 0;
}

TEST(Walk, says_who_asks_and_when) {
  Capture capture;
  const Octets query = kit::dns_message(1, "www"), response = kit::dns_message(1, "www", 0x8180);
  capture.add(kit::udp_frame(kClient, kServer, query))
      .add(kit::udp_frame(kServer, kClient, response));
  const FileSettings settings{.paths = {kit::write_file("a.pcap", capture.octets)}};
  Walk walk(settings);
  Chunk chunk;
  ASSERT_TRUE(walk.fill(chunk));
  ASSERT_EQ(chunk.seen().size(), 2u);
  const model::Observation& asked = chunk.seen()[0].observation;
  const model::Observation& answered = chunk.seen()[1].observation;
  EXPECT_EQ(asked.type, model::MessageType::kClientQuery);
  EXPECT_EQ(answered.type, model::MessageType::kClientResponse);
  EXPECT_EQ(asked.source, model::SourceKind::kFile);
  for (const model::Observation* seen : {&asked, &answered}) {
    EXPECT_EQ(seen->query_endpoint, kClient);
    EXPECT_EQ(seen->response_endpoint, kServer);
    EXPECT_EQ(seen->protocol, model::Protocol::kUdp);
  }
  EXPECT_EQ(answered.response_time, capture.now);
  EXPECT_EQ(asked.query_time, capture.now - 1ms);
  EXPECT_FALSE(asked.response_time);
  EXPECT_FALSE(answered.query_time);
  EXPECT_TRUE(equal(answered.message(), response));
}

TEST(Walk, a_message_too_short_to_say_is_judged_by_its_ports) {
  Capture capture;
  capture.add(kit::udp_frame(kClient, kServer, Octets{1, 2}));
  capture.add(kit::udp_frame(kServer, kClient, Octets{1, 2}));
  const FileSettings settings{.paths = {kit::write_file("a.pcap", capture.octets)}};
  Walk walk(settings);
  Chunk chunk;
  ASSERT_TRUE(walk.fill(chunk));
  EXPECT_EQ(chunk.seen()[0].observation.type, model::MessageType::kClientQuery);
  EXPECT_EQ(chunk.seen()[1].observation.type, model::MessageType::kClientResponse);
}

TEST(Walk, a_file_cut_anywhere_gives_its_whole_messages_and_says_where) {
  Capture capture;
  for (uint16_t id = 0; id < 4; ++id)
    capture.add(kit::udp_frame(kClient, kServer, kit::dns_message(id, "www")));
  for (size_t size = 0; size <= capture.octets.size(); ++size) {
    const std::string path = kit::write_file("cut.pcap", Bytes(capture.octets).first(size));
    const Walked got = walk_all({.paths = {path}});
    const auto last = std::upper_bound(capture.ends.begin(), capture.ends.end(), size);
    const auto complete = static_cast<size_t>(last - capture.ends.begin());
    ASSERT_EQ(got.messages.size(), complete == 0 ? 0 : complete - 1) << size;
    const FileReport& file = got.summary.files.at(0);
    const size_t boundary = complete == 0 ? 0 : *std::prev(last);
    if (size == 0) {
      EXPECT_EQ(file.trouble, "the file is empty");
    } else if (boundary == size) {
      EXPECT_TRUE(file.whole()) << size;
    } else {
      EXPECT_EQ(file.truncated_at, boundary) << size;
    }
    EXPECT_EQ(file.octets, boundary);
  }
}

TEST(Walk, files_that_cannot_be_read_do_not_stop_the_others) {
  Capture capture;
  capture.add(kit::udp_frame(kClient, kServer, kit::dns_message(1, "www")));
  const std::string good = kit::write_file("good.pcap", capture.octets);
  const std::string noise = kit::write_file("noise.pcap", as_bytes("this is no capture"));
  const Walked got =
      walk_all({.paths = {good, "/nonexistent/x.pcap", noise, testing::TempDir(), good}});
  EXPECT_EQ(got.messages.size(), 2u);
  ASSERT_EQ(got.summary.files.size(), 5u);
  EXPECT_NE(got.summary.files[1].trouble.find("No such file"), std::string::npos);
  EXPECT_NE(got.summary.files[2].trouble.find("neither pcap nor pcapng"), std::string::npos);
  EXPECT_FALSE(got.summary.files[3].trouble.empty());
  EXPECT_TRUE(got.summary.files[4].whole());
  EXPECT_EQ(got.summary.packets, 2u);
}

TEST(Walk, streams_and_fragments_go_on_in_the_next_file) {
  const Octets large = kit::large_message(1, "large", 3000);
  const Octets stream = kit::framed(large);
  Capture first(pcap::kLinkRaw), second(pcap::kLinkRaw);
  const auto parts =
      kit::fragments(kServer.address, kClient.address, 17, kit::udp(53, 1, large), 1600, 5);
  const auto segment = [&](uint32_t sequence, uint8_t flags, Bytes payload) {
    return kit::ipv4(kServer.address, kClient.address, 6,
                     kit::tcp(53, 2, sequence, flags, payload));
  };
  first.add(parts[0]).add(segment(0, packet::tcp_flag::kSyn, Bytes(stream).first(1000)));
  second.now = first.now;
  second.add(parts[1]).add(segment(1001, 0, Bytes(stream).subspan(1000)));
  const Walked got = walk_all(
      {.paths = {kit::write_file("1", first.octets), kit::write_file("2", second.octets)}});
  EXPECT_EQ(got.messages, (std::vector<Octets>{large, large}));
}

TEST(Walk, messages_larger_than_a_chunk_and_many_chunks_pass) {
  Capture capture(pcap::kLinkRaw);
  std::vector<Octets> expected;
  for (uint16_t id = 0; id < 40; ++id) {
    expected.push_back(kit::large_message(id, "large", id % 4 == 0 ? 65000 : 100 + id * 13));
    capture.add(kit::ipv4(kServer.address, kClient.address, 17, kit::udp(53, 1, expected.back())));
  }
  // A frame of a mebibyte, more than a chunk usually holds: an IP packet and what follows it.
  Octets frame = kit::ipv4(kServer.address, kClient.address, 17, kit::udp(53, 1, expected.back()));
  frame.resize(1 << 20);
  capture.add(frame);
  expected.push_back(expected.back());
  EXPECT_EQ(walk_all({.paths = {kit::write_file("a.pcap", capture.octets)}}).messages, expected);
}

TEST(Walk, standard_input_may_be_a_pipe_that_trickles) {
  Capture capture;
  for (uint16_t id = 0; id < 20; ++id)
    capture.add(kit::udp_frame(kClient, kServer, kit::dns_message(id, "www")));
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int saved = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  ::close(ends[0]);
  std::thread writer([&] {
    for (size_t at = 0; at < capture.octets.size(); at += 7)
      EXPECT_GT(
          ::write(ends[1], &capture.octets[at], std::min<size_t>(7, capture.octets.size() - at)),
          0);
    ::close(ends[1]);
  });
  const Walked got = walk_all({.paths = {"-"}});
  writer.join();
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
  EXPECT_EQ(got.messages.size(), 20u);
  EXPECT_TRUE(got.summary.whole());
}

TEST(Walk, stops_when_told) {
  Capture capture;
  capture.add(kit::udp_frame(kClient, kServer, kit::dns_message(1, "www")));
  const std::atomic<bool> stop{true};
  EXPECT_TRUE(walk_all({.paths = {kit::write_file("a.pcap", capture.octets)}, .stop = &stop})
                  .messages.empty());
}

TEST(Walk, refusals_are_reported_by_reason) {
  Capture capture;
  Octets arp = kit::udp_frame(kClient, kServer, kit::dns_message(1, "www"));
  store_u16(&arp[12], 0x0806);
  Endpoint web = kServer;
  web.port = 443;
  capture.add(arp).add(arp).add(kit::udp_frame(kClient, web, kit::dns_message(1, "www")));
  const Walked got = walk_all({.paths = {kit::write_file("a.pcap", capture.octets)}});
  EXPECT_EQ(reason(got.summary, "not_ip"), 2u);
  EXPECT_EQ(reason(got.summary, "other_port"), 1u);
}

}  // namespace
}  // namespace weir::flow::files
