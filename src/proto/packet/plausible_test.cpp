// What looks like the beginning of a message, and how rarely noise does.
#include "proto/packet/plausible.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "kit/packets.h"

namespace weir::packet {
namespace {

TEST(Plausible, queries_and_responses_are) {
  EXPECT_TRUE(plausible_message(kit::framed(kit::dns_message(7, "www"))));
  EXPECT_TRUE(plausible_message(kit::framed(kit::dns_message(7, "www", 0x8183))));
  EXPECT_TRUE(plausible_message(kit::framed(kit::large_message(7, "www", 4000))));
  // The second message of a zone transfer: no question, some answers.
  EXPECT_TRUE(plausible_message(Octets{0x40, 0, 0, 1, 0x84, 0, 0, 0, 0, 9, 0, 0, 0, 0}));
}

TEST(Plausible, what_cannot_be_a_message_is_not) {
  const Octets good = kit::framed(kit::dns_message(7, "www"));
  const auto with = [&](size_t at, uint8_t value) {
    Octets changed = good;
    changed[at] = value;
    return plausible_message(changed);
  };
  EXPECT_FALSE(plausible_message(Bytes(good).first(13)));
  EXPECT_FALSE(with(1, 12)) << "no room for the question";
  EXPECT_FALSE(with(4, 0x78)) << "opcode 15";
  EXPECT_FALSE(with(5, 0x40)) << "the reserved bit";
  EXPECT_FALSE(with(5, 0x03)) << "a query with a response code";
  EXPECT_FALSE(with(7, 2)) << "two questions";
  EXPECT_FALSE(with(7, 0)) << "a query without a question";
  EXPECT_FALSE(with(8, 1)) << "256 answers in 26 octets";
  EXPECT_FALSE(plausible_message(Octets(100, 0)));
}

TEST(Plausible, noise_is_not) {
  SeededRandom random(5);
  Octets noise(14);
  for (int i = 0; i < 200'000; ++i) {
    for (uint8_t& octet : noise) octet = static_cast<uint8_t>(random.next());
    ASSERT_FALSE(plausible_message(noise));
  }
}

}  // namespace
}  // namespace weir::packet
