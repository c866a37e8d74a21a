// Frames that are cut anywhere.
#include "emit/whole_frames.h"

#include <gtest/gtest.h>

namespace weir::emit {
namespace {

TEST(WholeFrames, are_those_that_end_before_the_cut) {
  Octets frames;
  ASSERT_TRUE(dnstap::append_data_frame(frames, as_bytes("one")));    // 7 octets
  ASSERT_TRUE(dnstap::append_data_frame(frames, as_bytes("three")));  // 9
  ASSERT_TRUE(dnstap::append_data_frame(frames, as_bytes("6")));      // 5
  for (size_t cut = 0; cut <= frames.size(); ++cut) {
    const size_t expected = cut < 7 ? 0 : cut < 16 ? 7 : cut < 21 ? 16 : 21;
    EXPECT_EQ(whole_frames(frames, cut), expected) << cut;
  }
}

}  // namespace
}  // namespace weir::emit
