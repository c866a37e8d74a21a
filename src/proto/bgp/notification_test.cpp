// NOTIFICATIONs: octets, words, what operators write, and hard resets.
#include "proto/bgp/notification.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "proto/bgp/vectors.h"

namespace weir::bgp {
namespace {

TEST(BgpNotification, has_code_subcode_and_data) {
  const Octets data = hex("01 02");
  const Octets octets = encode(Notification(UpdateError::kAsPath, data));
  EXPECT_EQ(to_hex(octets), std::string(32, 'f') +
                                "0017"
                                "03"
                                "03"
                                "0b"
                                "0102");
  const Notification back = decode_notification(frame_of(octets).body());
  EXPECT_EQ(back.code, ErrorCode::kUpdate);
  EXPECT_EQ(back.subcode, 11);
  EXPECT_TRUE(equal(back.data, data));
}

TEST(BgpNotification, data_that_does_not_fit_is_cut) {
  const Octets large(60'000, 7);
  EXPECT_EQ(encode(Notification(UpdateError::kAttributeLength, large)).size(), kMaxMessage);
}

TEST(BgpNotification, is_told_in_words) {
  EXPECT_EQ(to_text(Notification(OpenError::kRoleMismatch)), "OPEN error: role mismatch");
  EXPECT_EQ(to_text(Notification(Cease::kCollision)), "cease: connection collision resolution");
  EXPECT_EQ(to_text(Notification(ErrorCode::kHoldTimer, 0)), "hold timer expired");
  EXPECT_EQ(to_text(Notification(ErrorCode::kCease, 77)), "cease: subcode 77");
  EXPECT_EQ(to_text(Notification(static_cast<ErrorCode>(99), 4)), "error 99/4");
}

TEST(BgpNotification, carries_what_the_operator_wrote) {
  const Octets data = shutdown_data("upgrade, back at 10:00 \xc3\xbc");
  EXPECT_EQ(data[0], data.size() - 1);
  EXPECT_EQ(shutdown_text(Notification(Cease::kShutdown, data)), "upgrade, back at 10:00 \xc3\xbc");
  EXPECT_EQ(shutdown_text(Notification(Cease::kReset, data)), "upgrade, back at 10:00 \xc3\xbc");
  EXPECT_EQ(shutdown_text(Notification(Cease::kDeconfigured, data)), "");
  EXPECT_TRUE(shutdown_data("").empty());
}

TEST(BgpNotification, a_text_is_cut_at_a_character_within_255_octets) {
  const std::string long_text = std::string(254, 'a') + "\xc3\xbc";
  EXPECT_EQ(shutdown_data(long_text).size(), 255u);
  EXPECT_EQ(shutdown_data(std::string(300, 'a')).size(), 256u);
}

TEST(BgpNotification, what_is_no_text_never_reaches_a_log) {
  const auto said = [](std::string_view octets) {
    const Octets data = hex(octets);
    return shutdown_text(Notification(Cease::kShutdown, data));
  };
  EXPECT_EQ(said("05 41 0a 1b 7f 42"), "A???B");
  EXPECT_EQ(said("03 c0 af 41"), "??A");      // overlong
  EXPECT_EQ(said("03 ed a0 80"), "???");      // a surrogate
  EXPECT_EQ(said("04 f4 90 80 80"), "????");  // beyond Unicode
  EXPECT_EQ(said("02 c2 85"), "?");           // a control character of two octets
  EXPECT_EQ(said("02 c2 65"), "?e");          // a character that does not go on
  EXPECT_EQ(said("09 41"), "");               // longer than the data
  EXPECT_EQ(said(""), "");
}

TEST(BgpNotification, a_hard_reset_wraps_the_true_reason) {
  const Octets text = shutdown_data("bye");
  const Octets data = hard_reset_data(Notification(Cease::kShutdown, text));
  const Notification hard(Cease::kHardReset, data);
  const auto inner = wrapped(hard);
  ASSERT_TRUE(inner.has_value());
  EXPECT_TRUE(inner->is(Cease::kShutdown));
  EXPECT_EQ(shutdown_text(hard), "bye");
  EXPECT_FALSE(wrapped(Notification(Cease::kHardReset)).has_value());
  EXPECT_FALSE(wrapped(Notification(Cease::kShutdown, data)).has_value());
  const Octets nested = hard_reset_data(hard);
  EXPECT_FALSE(wrapped(Notification(Cease::kHardReset, nested)).has_value());
}

RC_GTEST_PROP(BgpNotification, any_data_is_printable_or_refused, ()) {
  const auto data = *rc::gen::arbitrary<Octets>();
  for (const unsigned char c : shutdown_text(Notification(Cease::kShutdown, data)))
    RC_ASSERT(c >= 0x20 && c != 0x7f);
}

}  // namespace
}  // namespace weir::bgp
