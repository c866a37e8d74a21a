// Frames out of a stream: the same however it is cut, without copies, and within bounds.
#include "proto/dnstap/frame_reader.h"

#include <gtest/gtest.h>

#include "kit/dnstap.h"

namespace weir::dnstap {
namespace {

using kit::append;
using kit::frames_of;
using kit::Words;

const std::string kDnstap = "000000010000001670726f746f6275663a646e737461702e446e73746170";

/// START, three data frames, a control frame of type 77, a data frame, STOP.
Octets usual_stream() {
  Octets out;
  append(out, control_frame(ControlType::kStart));
  for (const size_t size : {1, 82, 3}) EXPECT_TRUE(append_data_frame(out, Octets(size, 0xd0)));
  const std::string_view other[] = {"other"};
  append_control_frame(out, static_cast<ControlType>(77), other);
  EXPECT_TRUE(append_data_frame(out, Octets(5, 0xd1)));
  append(out, control_frame(ControlType::kStop));
  return out;
}

TEST(FrameReader, E06_finds_the_same_frames_for_any_split) {
  const Octets stream = usual_stream();
  const Words words =
      kit::for_every_split(stream, [](const kit::Pieces& pieces) { return frames_of(pieces); });
  EXPECT_EQ(words, (Words{"control 2 " + kDnstap, "data d0", "data " + to_hex(Octets(82, 0xd0)),
                          "data d0d0d0", "control 77 00000001000000056f74686572", "data d1d1d1d1d1",
                          "control 3 ", "whole " + std::to_string(stream.size())}));
}

TEST(FrameReader, E18_passes_over_oversize_frames_for_any_split) {
  Octets stream;
  for (const size_t size : {16, 17, 16, 300}) EXPECT_TRUE(append_data_frame(stream, Octets(size)));
  append(stream, control_frame(ControlType::kStop));
  const Words words =
      kit::for_every_split(stream, [](const kit::Pieces& pieces) { return frames_of(pieces, 16); });
  const std::string good = "data " + to_hex(Octets(16));
  EXPECT_EQ(words, (Words{good, "oversize 17", good, "oversize 300", "control 3 ",
                          "whole " + std::to_string(stream.size())}));
}

TEST(FrameReader, E18_the_usual_ceiling_lets_262144_octets_through) {
  Octets stream;
  EXPECT_TRUE(append_data_frame(stream, Octets(262'144, 1)));
  EXPECT_TRUE(append_data_frame(stream, Octets(262'145, 2), 262'145));
  EXPECT_TRUE(append_data_frame(stream, Octets(3, 3)));
  for (const size_t grain : {size_t{1}, size_t{4096}, size_t{262'150}, stream.size()}) {
    kit::Pieces pieces;
    for (size_t at = 0; at < stream.size(); at += grain)
      pieces.push_back(Bytes(stream).subspan(at, std::min(grain, stream.size() - at)));
    EXPECT_EQ(frames_of(pieces), (Words{"data " + to_hex(Octets(262'144, 1)), "oversize 262145",
                                        "data 030303", "whole " + std::to_string(stream.size())}));
  }
}

TEST(FrameReader, a_frame_of_four_gibibytes_is_passed_over_and_missed_at_the_end) {
  const Octets stream = kit::octets_of("ffffffff0102");
  EXPECT_EQ(frames_of({stream}), (Words{"oversize 4294967295", "torn 4294967299"}));
}

TEST(FrameReader, a_frame_within_the_piece_is_not_copied) {
  const Octets stream = usual_stream();
  FrameReader reader;
  reader.feed(stream);
  size_t views = 0;
  for (Frame frame = reader.next(); frame.kind != Frame::Kind::kNone; frame = reader.next()) {
    const Bytes view = frame.kind == Frame::Kind::kData ? frame.payload : frame.control.fields;
    EXPECT_TRUE(view.data() >= stream.data() && view.data() <= stream.data() + stream.size());
    ++views;
  }
  EXPECT_EQ(views, 7U);
}

TEST(FrameReader, a_stream_cut_within_a_frame_is_torn_and_what_came_before_is_whole) {
  const Octets stream = usual_stream();
  std::vector<size_t> ends = {0};
  FrameReader all;
  all.feed(stream);
  while (all.next().kind != Frame::Kind::kNone) ends.push_back(all.position());
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    FrameReader reader;
    reader.feed(Bytes(stream).first(cut));
    size_t found = 0;
    while (reader.next().kind != Frame::Kind::kNone) ++found;
    EXPECT_EQ(reader.position(), ends[found]);
    EXPECT_LE(reader.position(), cut);
    EXPECT_EQ(reader.torn(), reader.position() != cut) << cut;
  }
}

TEST(FrameReader, E07_broken_control_frames_end_the_stream_for_any_split) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"0000000000000201", "control_too_large"},
      {"00000000ffffffff", "control_too_large"},
      {"0000000000000000", "control_malformed"},
      {"0000000000000003000000", "control_malformed"},
      {"000000000000000600000004abcd", "control_malformed"},
  };
  for (const auto& [hex, fault] : cases) {
    const Octets stream = kit::octets_of("00000001aa" + hex + "00000001bb");
    const Words words =
        kit::for_every_split(stream, [](const kit::Pieces& pieces) { return frames_of(pieces); });
    EXPECT_EQ(words, (Words{"data aa", "fault " + fault}));
  }
}

TEST(FrameReader, a_fault_stays) {
  FrameReader reader;
  const Octets bad = kit::octets_of("0000000000000000"), good = kit::octets_of("00000001aa");
  reader.feed(bad);
  EXPECT_EQ(reader.next().kind, Frame::Kind::kFault);
  reader.feed(good);
  EXPECT_EQ(reader.next().fault, StreamFault::kControlMalformed);
  EXPECT_EQ(reader.next().kind, Frame::Kind::kFault);
}

TEST(FrameReader, E07_a_control_frame_of_512_octets_is_read) {
  Octets stream = kit::octets_of("0000000000000200000000ff");
  stream.resize(8 + 512, 0xab);
  EXPECT_EQ(frames_of({stream}), (Words{"control 255 " + to_hex(Octets(508, 0xab)), "whole 520"}));
}

}  // namespace
}  // namespace weir::dnstap
