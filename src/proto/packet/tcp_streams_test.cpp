// TCP streams: cut anywhere, out of order, again and again, overlapping, with holes, joined midway.
#include "proto/packet/tcp_streams.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/random.h"
#include "kit/packets.h"

namespace weir::packet {
namespace {

using kit::dns_message;
using kit::framed;
using kit::joined;

constexpr uint32_t kStart = 0xffffff00;  // so that sequence numbers wrap

/// One direction of a connection, and what came out of it.
class Wire {
 public:
  explicit Wire(const TcpStreams::Limits& limits = {}) : streams(limits) {}

  std::vector<Octets> give(uint32_t sequence, uint8_t flags, Bytes payload,
                           WallTime now = wall_time(0)) {
    Segment segment{from, to, kProtocolTcp, flags, sequence, payload};
    return keep(streams.add(segment, now));
  }
  std::vector<Octets> data(size_t at, Bytes payload, WallTime now = wall_time(0)) {
    return give(kStart + 1 + static_cast<uint32_t>(at), tcp_flag::kAck, payload, now);
  }
  void syn(WallTime now = wall_time(0)) { give(kStart, tcp_flag::kSyn, {}, now); }
  std::vector<Octets> finish() { return keep(streams.finish()); }

  Endpoint from = kit::endpoint("192.0.2.1:40000"), to = kit::endpoint("192.0.2.53:53");
  TcpStreams streams;
  std::vector<Octets> all;
  std::vector<Message> last;

 private:
  std::vector<Octets> keep(std::span<const Message> messages) {
    last.assign(messages.begin(), messages.end());
    std::vector<Octets> out;
    for (const Message& message : messages)
      out.emplace_back(message.octets.begin(), message.octets.end());
    all.insert(all.end(), out.begin(), out.end());
    return out;
  }
};

struct Conversation {
  std::vector<Octets> messages;
  Octets stream;
};
Conversation conversation(size_t count, size_t size = 0) {
  Conversation out;
  for (size_t i = 0; i < count; ++i) {
    const auto id = static_cast<uint16_t>(i);
    out.messages.push_back(size == 0 ? dns_message(id, "q" + std::to_string(i))
                                     : kit::large_message(id, "big", size + i));
    kit::append(out.stream, framed(out.messages.back()));
  }
  return out;
}

TEST(TcpStreams, cuts_a_stream_into_messages_wherever_segments_end) {
  const Conversation talk = conversation(5);
  for (size_t size = 1; size <= talk.stream.size(); ++size) {
    Wire wire;
    wire.syn();
    for (size_t at = 0; at < talk.stream.size(); at += size)
      wire.data(at, Bytes(talk.stream).subspan(at, std::min(size, talk.stream.size() - at)));
    EXPECT_EQ(wire.all, talk.messages) << size;
    EXPECT_EQ(wire.streams.held_octets(), 0u);
  }
}

TEST(TcpStreams, says_which_messages_were_put_together) {
  const Conversation talk = conversation(2);
  Wire wire;
  wire.syn();
  const size_t first = talk.messages[0].size() + 2;
  wire.data(0, Bytes(talk.stream).first(first + 3));
  ASSERT_EQ(wire.last.size(), 1u);
  EXPECT_FALSE(wire.last[0].reassembled);
  EXPECT_EQ(wire.last[0].from, wire.from);
  EXPECT_EQ(wire.last[0].to, wire.to);
  wire.data(first + 3, Bytes(talk.stream).subspan(first + 3), wall_time(9));
  ASSERT_EQ(wire.last.size(), 1u);
  EXPECT_TRUE(wire.last[0].reassembled);
  EXPECT_EQ(wire.last[0].time, wall_time(9));
}

TEST(TcpStreams, any_order_repetition_and_overlap_give_the_same_messages) {
  SeededRandom random(11);
  for (int round = 0; round < 200; ++round) {
    const Conversation talk = round % 3 == 0 ? conversation(4, 3000) : conversation(20);
    const Bytes stream = talk.stream;
    std::vector<std::pair<size_t, size_t>> cuts;
    for (size_t at = 0; at < stream.size();) {
      const size_t size = std::min<size_t>(1 + random.below(300), stream.size() - at);
      cuts.emplace_back(at, size);
      at += size;
    }
    for (size_t extra = random.below(20); extra > 0; --extra) {
      const size_t at = random.below(stream.size());
      cuts.emplace_back(at, 1 + random.below(std::min<size_t>(400, stream.size() - at)));
    }
    for (size_t i = cuts.size(); i > 1; --i) std::swap(cuts[i - 1], cuts[random.below(i)]);
    Wire wire;
    wire.syn();
    for (const auto& [at, size] : cuts) wire.data(at, stream.subspan(at, size));
    ASSERT_EQ(wire.all, talk.messages) << round;
    ASSERT_EQ(wire.streams.held_octets(), 0u) << round;
    ASSERT_EQ(wire.streams.counts().holes, 0u);
  }
}

TEST(TcpStreams, the_first_octets_win_where_segments_disagree) {
  const Octets truth = framed(dns_message(1, "truth")), lie = framed(dns_message(2, "liars"));
  Wire wire;
  wire.syn();
  wire.data(10, Bytes(truth).subspan(10));
  wire.data(5, Bytes(lie).subspan(5, 12));  // 5..9 are new, 10..16 are not
  wire.data(0, Bytes(truth).first(10));
  ASSERT_EQ(wire.all.size(), 1u);
  EXPECT_TRUE(equal(Bytes(wire.all[0]).first(3), Bytes(truth).subspan(2, 3)));
  EXPECT_TRUE(equal(Bytes(wire.all[0]).subspan(3, 5), Bytes(lie).subspan(5, 5)));
  EXPECT_TRUE(equal(Bytes(wire.all[0]).subspan(8), Bytes(truth).subspan(10)));
  EXPECT_EQ(wire.streams.counts().overlapping, 2u);
}

TEST(TcpStreams, retransmissions_bring_nothing_even_after_the_end) {
  const Conversation talk = conversation(1);
  Wire wire;
  wire.syn();
  wire.syn();
  wire.data(0, talk.stream);
  wire.data(0, talk.stream);
  wire.give(kStart + 1 + static_cast<uint32_t>(talk.stream.size()), tcp_flag::kFin, {});
  wire.syn();
  wire.data(0, talk.stream);
  EXPECT_EQ(wire.all, talk.messages);
}

TEST(TcpStreams, payload_may_come_with_syn_and_with_fin) {
  const Conversation talk = conversation(2);
  const size_t half = talk.messages[0].size() + 2;
  Wire wire;
  wire.give(kStart, tcp_flag::kSyn, Bytes(talk.stream).first(half));
  wire.give(kStart + 1 + static_cast<uint32_t>(half), tcp_flag::kFin,
            Bytes(talk.stream).subspan(half));
  EXPECT_EQ(wire.all, talk.messages);
}

TEST(TcpStreams, a_new_syn_begins_a_new_connection_on_the_same_ports) {
  const Conversation talk = conversation(2);
  Wire wire;
  wire.syn();
  wire.data(0, Bytes(talk.stream).first(20));
  wire.give(12345, tcp_flag::kSyn, {});
  wire.give(12346, tcp_flag::kAck, talk.stream);
  EXPECT_EQ(wire.all, talk.messages);
  EXPECT_EQ(wire.streams.counts().unfinished, 1u);
}

TEST(TcpStreams, a_reset_ends_both_directions) {
  const Conversation talk = conversation(1);
  Wire wire;
  wire.syn();
  wire.data(0, Bytes(talk.stream).first(9));
  Segment reset{wire.to, wire.from, kProtocolTcp, tcp_flag::kRst, 1, {}};
  wire.streams.add(reset, wall_time(0));
  EXPECT_EQ(wire.streams.held_octets(), 0u);
  wire.data(9, Bytes(talk.stream).subspan(9));
  EXPECT_TRUE(wire.all.empty());
}

TEST(TcpStreams, a_stream_is_joined_in_the_middle_where_a_message_begins) {
  const Conversation talk = conversation(6);
  const size_t size = talk.messages[0].size() + 2;
  Wire wire;
  wire.data(5, Bytes(talk.stream).subspan(5, size - 5));  // the rest of a message
  EXPECT_TRUE(wire.all.empty());
  EXPECT_EQ(wire.streams.counts().unplaced, 1u);
  wire.data(size, Bytes(talk.stream).subspan(size, size + 9));
  wire.data(2 * size + 9, Bytes(talk.stream).subspan(2 * size + 9));
  EXPECT_EQ(wire.all, std::vector<Octets>(talk.messages.begin() + 1, talk.messages.end()));
  EXPECT_EQ(wire.streams.counts().joined, 1u);
}

TEST(TcpStreams, a_guess_that_turns_out_wrong_is_given_up) {
  Octets start = framed(dns_message(1, "fine"));
  kit::append(start, Octets(40, 0xff));
  Wire wire;
  wire.data(0, start);
  EXPECT_EQ(wire.all.size(), 1u);
  EXPECT_EQ(wire.streams.counts().lost_track, 1u);
  const Octets again = framed(dns_message(2, "again"));
  wire.data(start.size(), again);
  EXPECT_EQ(wire.all.size(), 2u);
}

TEST(TcpStreams, a_believed_stream_may_carry_malformed_messages) {
  Wire wire;
  wire.syn();
  wire.data(0, joined({Octets{0, 3, 1, 2, 3}, Octets{0, 0}, framed(dns_message(1, "fine"))}));
  EXPECT_EQ(wire.all, (std::vector<Octets>{{1, 2, 3}, dns_message(1, "fine")}));
  EXPECT_EQ(wire.streams.counts().empty, 1u);
}

TEST(TcpStreams, a_message_of_65535_octets_fits) {
  const Octets large = kit::large_message(1, "large", 65535);
  ASSERT_EQ(large.size(), 65535u);
  const Octets stream = framed(large);
  Wire wire;
  wire.syn();
  for (size_t at = 0; at < stream.size(); at += 1448)
    wire.data(at, Bytes(stream).subspan(at, std::min<size_t>(1448, stream.size() - at)));
  EXPECT_EQ(wire.all, std::vector<Octets>{large});
}

TEST(TcpStreams, a_hole_that_never_fills_is_given_up_after_its_age) {
  const Conversation talk = conversation(4);
  const size_t size = talk.messages[0].size() + 2;
  const auto message = [&](size_t i) { return Bytes(talk.stream).subspan(i * size, size); };
  Wire wire;
  wire.syn();
  wire.data(0, message(0), WallTime(0s));
  wire.data(2 * size, message(2), WallTime(1s));
  EXPECT_EQ(wire.all.size(), 1u);
  wire.data(3 * size, message(3), WallTime(7s));
  EXPECT_EQ(wire.all, (std::vector<Octets>{talk.messages[0], talk.messages[2], talk.messages[3]}));
  EXPECT_EQ(wire.last[0].time, WallTime(1s));
  EXPECT_EQ(wire.streams.counts().holes, 1u);
}

TEST(TcpStreams, a_hole_is_given_up_when_too_much_waits_behind_it) {
  const Conversation talk = conversation(100);
  const size_t size = talk.messages[0].size() + 2;
  Wire by_octets({.ahead_octets = 10 * size}), by_segments({.ahead_segments = 5});
  for (Wire* wire : {&by_octets, &by_segments}) {
    wire->syn();
    size_t at = size;
    for (size_t i = 1; i < talk.messages.size(); ++i) {
      const Octets piece = framed(talk.messages[i]);
      wire->data(at, piece);
      EXPECT_LE(wire->streams.held_octets(), 11 * (size + 2));
      at += piece.size();
    }
    EXPECT_EQ(wire->all, std::vector<Octets>(talk.messages.begin() + 1, talk.messages.end()));
    EXPECT_EQ(wire->streams.counts().holes, 1u);
  }
}

TEST(TcpStreams, what_waits_at_the_end_of_the_capture_comes_out) {
  const Conversation talk = conversation(3);
  const size_t size = talk.messages[0].size() + 2;
  Wire wire;
  wire.syn();
  wire.data(size, Bytes(talk.stream).subspan(size));
  EXPECT_TRUE(wire.all.empty());
  EXPECT_EQ(wire.finish().size(), 2u);
  EXPECT_EQ(wire.streams.size(), 0u);
  EXPECT_EQ(wire.streams.held_octets(), 0u);
}

TEST(TcpStreams, a_forged_segment_far_away_does_not_move_the_stream) {
  const Conversation talk = conversation(2);
  const size_t size = talk.messages[0].size() + 2;
  Wire wire;
  wire.syn();
  wire.data(0, Bytes(talk.stream).first(size));
  wire.data(100 << 20, framed(dns_message(6, "forged")));
  wire.data(size, Bytes(talk.stream).subspan(size));
  EXPECT_EQ(wire.all, talk.messages);
  EXPECT_EQ(wire.streams.counts().outside_window, 1u);
  // After a silence longer than a hole may stand, it is the capture that lost a lot.
  wire.data(100 << 20, framed(dns_message(7, "later")), WallTime(6s));
  EXPECT_EQ(wire.all.back(), dns_message(7, "later"));
}

TEST(TcpStreams, streams_are_bounded_and_the_idle_ones_go) {
  Wire wire({.streams = 3});
  for (uint16_t port = 1; port <= 5; ++port) {
    wire.from.port = port;
    wire.syn(WallTime(port * 1s));
  }
  EXPECT_EQ(wire.streams.size(), 3u);
  EXPECT_EQ(wire.streams.counts().evicted, 2u);
  wire.from.port = 9;
  wire.syn(WallTime(124s + 500ms));
  EXPECT_EQ(wire.streams.counts().expired, 2u);
}

TEST(TcpStreams, what_an_evicted_stream_held_comes_out_first) {
  Wire wire({.streams = 1});
  const Octets message = framed(dns_message(1, "held"));
  wire.syn();
  wire.data(100, message);
  const Endpoint first = wire.from;
  wire.from.port = 2;
  wire.syn();
  ASSERT_EQ(wire.last.size(), 1u);
  EXPECT_EQ(wire.last[0].from, first);
}

TEST(TcpStreams, all_streams_together_hold_a_bounded_number_of_octets) {
  Wire wire({.octets = 10'000});
  for (uint16_t port = 1; port <= 100; ++port) {
    wire.from.port = port;
    wire.syn();
    wire.data(0, joined({Octets{0xff, 0xff}, Octets(998, 1)}));
    EXPECT_LE(wire.streams.held_octets(), 10'000u);
  }
  EXPECT_EQ(wire.streams.counts().evicted, 90u);
}

TEST(TcpStreams, acknowledgements_alone_begin_no_stream) {
  Wire wire;
  wire.give(5, tcp_flag::kAck, {});
  wire.give(5, tcp_flag::kFin, {});
  wire.give(5, tcp_flag::kRst, {});
  EXPECT_EQ(wire.streams.size(), 0u);
}

}  // namespace
}  // namespace weir::packet
