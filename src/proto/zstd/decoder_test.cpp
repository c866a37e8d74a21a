// Streams of zstd come out as they went in, however they are cut, and broken ones say so.
#include "proto/zstd/decoder.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <algorithm>

namespace weir::zstd {
namespace {

Octets some_text(size_t size) {
  Octets text(size);
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<uint8_t>("weir "[i * i % 5] + i / 4096);
  return text;
}

Octets compressed(Bytes text, int level = 3) {
  Octets out(ZSTD_compressBound(text.size()));
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), level));
  return out;
}

struct Outcome {
  Octets text;
  std::string_view trouble;
  bool whole = false;
};

/// In pieces of `in` octets, with room for `out` at a time.
Outcome decode(Bytes stream, size_t in, size_t out) {
  Decoder decoder;
  Outcome outcome;
  Octets room(out);
  while (!stream.empty()) {
    Bytes piece = stream.first(std::min(in, stream.size()));
    stream = stream.subspan(piece.size());
    for (bool full = false; full || !piece.empty();) {
      const Decoder::Step step = decoder.step(piece, room);
      outcome.text.insert(outcome.text.end(), room.begin(),
                          room.begin() + static_cast<ptrdiff_t>(step.produced));
      piece = piece.subspan(step.consumed);
      outcome.trouble = step.trouble;
      if (!step.trouble.empty()) return outcome;
      full = step.produced == room.size();
    }
  }
  outcome.whole = decoder.at_boundary();
  return outcome;
}

TEST(ZstdDecoder, any_cut_of_the_stream_gives_the_same) {
  const Octets text = some_text(100'000);
  const Octets stream = compressed(text);
  ASSERT_TRUE(is_compressed(stream));
  for (const size_t in : {1, 3, 100, 1 << 20})
    for (const size_t out : {1, 1000, 1 << 20}) {
      const Outcome outcome = decode(stream, in, out);
      EXPECT_TRUE(outcome.whole);
      EXPECT_EQ(outcome.text, text);
    }
}

TEST(ZstdDecoder, frames_behind_each_other_are_one_stream) {
  const Octets text = some_text(5000);
  Octets stream = compressed(text);
  const Octets again = stream;
  stream.insert(stream.end(), again.begin(), again.end());
  const Outcome outcome = decode(stream, 7, 64);
  EXPECT_TRUE(outcome.whole);
  EXPECT_EQ(outcome.text.size(), 2 * text.size());
}

TEST(ZstdDecoder, a_stream_that_is_cut_is_not_whole) {
  const Octets stream = compressed(some_text(5000));
  for (size_t size = 1; size < stream.size(); ++size) {
    const Outcome outcome = decode(Bytes(stream).first(size), 64, 64);
    EXPECT_FALSE(outcome.whole) << size;
    EXPECT_TRUE(outcome.trouble.empty());
  }
}

TEST(ZstdDecoder, nonsense_is_told) {
  Octets stream = compressed(some_text(5000));
  stream[5] ^= 0xff;
  std::fill(stream.begin() + 8, stream.end(), uint8_t{0xee});
  EXPECT_FALSE(decode(stream, 64, 64).trouble.empty());
  EXPECT_FALSE(is_compressed(as_bytes("no zstd")));
  EXPECT_FALSE(is_compressed({}));
}

}  // namespace
}  // namespace weir::zstd
