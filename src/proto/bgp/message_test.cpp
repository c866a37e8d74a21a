// Framing: what a header may be, and what the neighbour is told when it is not.
#include "proto/bgp/message.h"

#include <gtest/gtest.h>

#include "proto/bgp/vectors.h"

namespace weir::bgp {
namespace {

const std::string kMarker(32, 'f');

Notification error_of(const Octets& octets, size_t max_size = kMaxMessage) {
  const auto frame = next_frame(octets, max_size);
  return frame ? Notification() : frame.error();
}

void expect_error(const Octets& octets, HeaderError error, std::string_view data,
                  size_t max_size = kMaxMessage) {
  const Notification notification = error_of(octets, max_size);
  EXPECT_EQ(notification.code, ErrorCode::kMessageHeader) << to_hex(octets);
  EXPECT_EQ(notification.subcode, static_cast<uint8_t>(error)) << to_hex(octets);
  EXPECT_EQ(to_hex(notification.data), data) << to_hex(octets);
}

TEST(BgpMessage, messages_are_taken_off_the_front_of_a_stream) {
  Octets stream(kKeepalive.begin(), kKeepalive.end());
  const Octets update = update_message("", "", "");
  stream.insert(stream.end(), update.begin(), update.end());
  const auto first = next_frame(stream, kMaxMessage);
  ASSERT_TRUE(first.ok() && first->has_value());
  EXPECT_EQ((*first)->type, MessageType::kKeepalive);
  EXPECT_TRUE((*first)->body().empty());
  const auto second = next_frame(Bytes(stream).subspan(kHeaderSize), kMaxMessage);
  ASSERT_TRUE(second.ok() && second->has_value());
  EXPECT_EQ((*second)->type, MessageType::kUpdate);
  EXPECT_EQ(to_hex((*second)->body()), "00000000");
}

TEST(BgpMessage, a_message_that_is_not_whole_is_waited_for_at_every_length) {
  const Octets update = update_message("18 c00002", "", "");
  for (size_t size = 0; size < update.size(); ++size) {
    const auto frame = next_frame(Bytes(update).first(size), kMaxMessage);
    ASSERT_TRUE(frame.ok()) << size;
    EXPECT_FALSE(frame->has_value()) << size;
  }
}

TEST(BgpMessage, a_marker_that_is_not_all_ones_is_told_from_its_first_octet_on) {
  expect_error(hex("47"), HeaderError::kNotSynchronized, "");
  Octets octets(kKeepalive.begin(), kKeepalive.end());
  octets[15] = 0xfe;
  expect_error(octets, HeaderError::kNotSynchronized, "");
}

TEST(BgpMessage, a_length_outside_what_its_type_allows_comes_back_as_data) {
  struct Row {
    std::string_view length, type;
  };
  constexpr Row kRows[] = {
      {"0000", "04"}, {"0012", "04"}, {"0014", "04"}, {"001c", "01"}, {"0016", "02"},
      {"0014", "03"}, {"0016", "05"}, {"1001", "02"}, {"ffff", "02"}, {"1001", "01"},
  };
  for (const Row& row : kRows)
    expect_error(hex(kMarker + std::string(row.length) + std::string(row.type)),
                 HeaderError::kBadLength, row.length);
}

TEST(BgpMessage, an_unknown_type_comes_back_as_data) {
  for (const std::string type : {"00", "06", "ff"})
    expect_error(hex(kMarker + "0017" + type), HeaderError::kBadType, type);
}

TEST(BgpMessage, extended_messages_are_for_all_but_open_and_keepalive) {
  const Octets large = message(MessageType::kUpdate, Octets(kMaxExtendedMessage - kHeaderSize));
  const auto frame = next_frame(large, kMaxExtendedMessage);
  ASSERT_TRUE(frame.ok() && frame->has_value());
  EXPECT_EQ((*frame)->octets.size(), 65535u);
  expect_error(large, HeaderError::kBadLength, "ffff");
  expect_error(hex(kMarker + "100101"), HeaderError::kBadLength, "1001", kMaxExtendedMessage);
  expect_error(hex(kMarker + "001404"), HeaderError::kBadLength, "0014", kMaxExtendedMessage);
}

TEST(BgpMessage, every_bit_of_a_header_flipped_is_an_error_or_another_length_or_type) {
  for (size_t bit = 0; bit < kHeaderSize * 8; ++bit) {
    Octets octets(kKeepalive.begin(), kKeepalive.end());
    octets[bit / 8] ^= static_cast<uint8_t>(0x80 >> bit % 8);
    const auto frame = next_frame(octets, kMaxMessage);
    if (bit < 128) {
      ASSERT_FALSE(frame.ok());
      EXPECT_EQ(frame.error().subcode, static_cast<uint8_t>(HeaderError::kNotSynchronized));
    } else if (!frame.ok()) {
      EXPECT_EQ(frame.error().code, ErrorCode::kMessageHeader);
    } else {
      EXPECT_FALSE(frame->has_value()) << "a type that needs more, bit " << bit;
    }
  }
}

}  // namespace
}  // namespace weir::bgp
