// Tests of compression: what comes out is what went in, and it is smaller.
#include "proto/zstd/encoder.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "proto/zstd/decoder.h"

namespace weir::zstd {
namespace {

Octets decompressed(Bytes octets) {
  Decoder decoder;
  Octets all, piece(64 << 10);
  for (;;) {
    const Decoder::Step step = decoder.step(octets, piece);
    EXPECT_TRUE(step.trouble.empty()) << step.trouble;
    octets = octets.subspan(step.consumed);
    all.insert(all.end(), piece.begin(), piece.begin() + static_cast<ptrdiff_t>(step.produced));
    if (step.produced < piece.size() && octets.empty()) break;
  }
  EXPECT_TRUE(decoder.at_boundary());
  return all;
}

TEST(ZstdEncoder, what_it_took_piece_by_piece_comes_back) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{1000}, size_t{3} << 20}) {
    Octets plain(size), packed;
    for (size_t i = 0; i < size; ++i) plain[i] = static_cast<uint8_t>(i * i % 251);
    Encoder encoder(1);
    for (size_t at = 0; at < size; at += 100'000)
      encoder.add(Bytes(plain).subspan(at, std::min<size_t>(100'000, size - at)), packed);
    encoder.finish(packed);
    EXPECT_TRUE(is_compressed(packed));
    EXPECT_EQ(decompressed(packed), plain);
    if (size > 1000) {
      EXPECT_LT(packed.size(), size / 10);
    }
  }
}

}  // namespace
}  // namespace weir::zstd
