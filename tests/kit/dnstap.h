// dnstap for tests: a frame made by hand, and what a reader or a receiver finds in a stream, as
// words, however the stream is cut.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "proto/dnstap/receiver.h"

namespace weir::kit {

/// An Envelope of 82 octets: identity edge1, version 0.1, CLIENT_QUERY over UDP, 192.0.2.1:54321 to
/// 127.0.0.1:53 at 1600000000.123456789, with a question for example.com A, id 0x1234.
inline constexpr std::string_view kDnstapQuery =
    "0a0565646765311203302e3172420805100118012204c00002012a047f00000130b1a80338354080a0f8fa05"
    "4d15cd5b07521d123401000001000000000000076578616d706c6503636f6d00000100017801";

/// Of hexadecimal digits; blanks are for the eye.
inline Octets octets_of(std::string_view hex) {
  std::string digits(hex);
  std::erase(digits, ' ');
  auto octets = from_hex(digits);
  EXPECT_TRUE(octets.has_value()) << hex;
  return octets.value_or(Octets{});
}

inline void append(Octets& out, Bytes octets) {
  out.insert(out.end(), octets.begin(), octets.end());
}

using Pieces = std::vector<Bytes>;
using Words = std::vector<std::string>;

/// All frames of a stream, and whether it ended within one.
inline Words frames_of(const Pieces& pieces, size_t most_octets = dnstap::kMaxData) {
  using Kind = dnstap::Frame::Kind;
  dnstap::FrameReader reader(most_octets);
  Words words;
  for (const Bytes piece : pieces) {
    reader.feed(piece);
    for (;;) {
      const dnstap::Frame frame = reader.next();
      if (frame.kind == Kind::kNone) break;
      if (frame.kind == Kind::kData) words.push_back("data " + to_hex(frame.payload));
      if (frame.kind == Kind::kOversize)
        words.push_back("oversize " + std::to_string(frame.size_octets));
      if (frame.kind == Kind::kControl)
        words.push_back("control " + std::to_string(static_cast<uint32_t>(frame.control.type)) +
                        " " + to_hex(frame.control.fields));
      if (frame.kind == Kind::kFault) {
        words.push_back("fault " + std::string(to_text(frame.fault)));
        return words;
      }
    }
  }
  words.push_back((reader.torn() ? "torn " : "whole ") + std::to_string(reader.position()));
  return words;
}

/// All that a receiver says and answers, and how the stream ended.
inline Words received_from(const Pieces& pieces, dnstap::Medium medium,
                           size_t most_octets = dnstap::kMaxData) {
  using Kind = dnstap::Received::Kind;
  dnstap::Receiver receiver(medium, most_octets);
  Words words;
  const auto take_replies = [&] {
    if (const Octets replies = receiver.take_replies(); !replies.empty())
      words.push_back("reply " + to_hex(replies));
  };
  for (const Bytes piece : pieces) {
    receiver.feed(piece);
    for (;;) {
      const dnstap::Received received = receiver.next();
      take_replies();
      if (received.kind == Kind::kNone) break;
      if (received.kind == Kind::kData) words.push_back("data " + to_hex(received.payload));
      if (received.kind == Kind::kOversize)
        words.push_back("oversize " + std::to_string(received.size_octets));
      if (received.kind == Kind::kStopped) words.push_back("stopped");
      if (received.kind == Kind::kFault) {
        words.push_back("fault " + std::string(to_text(receiver.fault())));
        return words;
      }
    }
  }
  words.emplace_back(to_text(receiver.ending()));
  return words;
}

/// Expects the same words from `walk` for the stream as a whole, in any two pieces, and octet by
/// octet; gives them.
inline Words for_every_split(Bytes stream, const std::function<Words(const Pieces&)>& walk) {
  const Words whole = walk({stream});
  Pieces single;
  for (size_t at = 0; at < stream.size(); ++at) {
    EXPECT_EQ(walk({stream.first(at), stream.subspan(at)}), whole) << "cut at " << at;
    single.push_back(stream.subspan(at, 1));
  }
  EXPECT_EQ(walk(single), whole) << "octet by octet";
  return whole;
}

}  // namespace weir::kit
