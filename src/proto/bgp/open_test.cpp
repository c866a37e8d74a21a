// OPENs: exact octets, both forms of parameters, every truncation and flipped bit, and the faults
// that others had here.
#include "proto/bgp/open.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "proto/bgp/vectors.h"

namespace weir::bgp {
namespace {

Notification error_of(const Octets& body) {
  const auto open = decode_open(body);
  return open ? Notification() : open.error();
}

void expect_error(std::string_view body, OpenError error, std::string_view data = "") {
  const Octets octets = hex(body);
  const Notification notification = error_of(octets);
  EXPECT_EQ(notification.code, ErrorCode::kOpen) << body;
  EXPECT_EQ(notification.subcode, static_cast<uint8_t>(error)) << body;
  EXPECT_EQ(to_hex(notification.data), data) << body;
}

// Version 4, AS 65000, hold 90 s, 192.0.2.1, then the parameters.
std::string body(std::string_view parameters) {
  return "04 fde8 005a c0000201 " + std::string(parameters);
}

Open plain_open() {
  Open open{.as = 65000, .hold_seconds = 90, .identifier = 0xc0000201, .capabilities = {}};
  open.capabilities.families = FamilySet::all();
  open.capabilities.multiprotocol = open.capabilities.route_refresh = true;
  open.capabilities.four_octet_as = 65000;
  return open;
}

TEST(BgpOpen, has_as_hold_time_router_id_families_and_route_refresh) {  // B-24
  EXPECT_EQ(to_hex(encode(plain_open())), std::string(32, 'f') +
                                              "0033"
                                              "01"
                                              "04"
                                              "fde8"
                                              "005a"
                                              "c0000201"
                                              "16"
                                              "0214"
                                              "010400010001"
                                              "010400020001"
                                              "0200"
                                              "41040000fde8");
  Open large = plain_open();
  large.as = 4'200'000'000;
  const Octets octets = encode(large);
  EXPECT_EQ(load_u16(&octets[20]), kAsTrans);
  EXPECT_EQ(decode_open(frame_of(octets).body())->as, 4'200'000'000);
}

TEST(BgpOpen, comes_back_as_it_was_written) {
  const Octets octets = encode(plain_open());
  const auto back = decode_open(frame_of(octets).body());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, plain_open());
}

TEST(BgpOpen, parameters_longer_than_254_octets_take_the_extended_form) {
  const std::string text(64, 'n');
  Open open = plain_open();
  Capabilities& capabilities = open.capabilities;
  capabilities.host_name = capabilities.domain_name = capabilities.software = text;
  capabilities.graceful_restart = GracefulRestart{};
  capabilities.long_lived = LongLived{FamilySet::all(), {}, {}};
  capabilities.graceful_restart->families = FamilySet::all();
  capabilities.extended_message = capabilities.enhanced_route_refresh = true;
  capabilities.ipv4_over_ipv6 = true;
  capabilities.role = Role::kPeer;
  const Octets octets = encode(open);
  ASSERT_GT(octets.size(), kHeaderSize + 10 + 254) << "or the test shows nothing";
  EXPECT_EQ(octets[28], 255);
  EXPECT_EQ(octets[29], 255);
  const auto back = decode_open(frame_of(octets).body());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, open);
}

TEST(BgpOpen, a_neighbour_of_two_octets_and_no_parameters_is_fine) {
  const Octets octets = hex(body("00"));
  const auto open = decode_open(octets);
  ASSERT_TRUE(open.ok());
  EXPECT_EQ(open->as, 65000u);
  EXPECT_FALSE(open->capabilities.multiprotocol);
  EXPECT_FALSE(open->capabilities.four_octet_as.has_value());
}

TEST(BgpOpen, capabilities_may_stand_in_one_parameter_or_in_many) {
  const Octets octets = hex(body("0c 02 02 0200 02 06 0104 0002 0001"));
  const auto open = decode_open(octets);
  ASSERT_TRUE(open.ok());
  EXPECT_TRUE(open->capabilities.route_refresh);
  EXPECT_EQ(open->capabilities.families, FamilySet(Family::kIpv6Unicast));
}

TEST(BgpOpen, what_is_wrong_has_a_subcode_of_its_own) {
  expect_error("03 fde8 005a c0000201 00", OpenError::kVersion, "0004");
  expect_error("04 0000 005a c0000201 00", OpenError::kPeerAs);
  expect_error(body("08 02 06 4104 00000000"), OpenError::kPeerAs);
  expect_error("04 fde8 005a 00000000 00", OpenError::kIdentifier);
  expect_error("04 fde8 0001 c0000201 00", OpenError::kHoldTime);
  expect_error("04 fde8 0002 c0000201 00", OpenError::kHoldTime);
  expect_error(body("04 01 02 0000"), OpenError::kOptionalParameter);
  expect_error(body("02 02 01"), OpenError::kUnspecific);
  expect_error(body("05 02 03 0200"), OpenError::kUnspecific);
  expect_error(body("01 02"), OpenError::kUnspecific);
  expect_error(body("00 02"), OpenError::kUnspecific);
}

TEST(BgpOpen, a_hold_time_of_zero_or_three_is_fine) {
  for (const std::string_view hold : {"0000", "0003", "ffff"}) {
    const Octets octets = hex("04 fde8 " + std::string(hold) + " c0000201 00");
    EXPECT_TRUE(decode_open(octets).ok()) << hold;
  }
}

TEST(BgpOpen, cve_2022_40302_and_43681_extended_parameters_are_read_to_their_last_octet) {
  const Octets good = hex(body("ff ff 0005 02 0002 0200"));
  ASSERT_TRUE(decode_open(good).ok());
  EXPECT_TRUE(decode_open(good)->capabilities.route_refresh);
  expect_error(body("ff ff"), OpenError::kUnspecific);
  expect_error(body("ff ff 00"), OpenError::kUnspecific);
  expect_error(body("ff ff 0001 02"), OpenError::kUnspecific);
  expect_error(body("ff ff 0002 02 00"), OpenError::kUnspecific);
  expect_error(body("ff ff 0005 02 0003 0200"), OpenError::kUnspecific);
  expect_error(body("ff ff 0006 02 0002 0200"), OpenError::kUnspecific);
  expect_error(body("ff ff 0004 02 0002 0200"), OpenError::kUnspecific);
}

TEST(BgpOpen, cve_2022_40318_a_length_of_255_without_the_type_is_the_classic_form) {
  std::string capability = "02 fd";
  for (int i = 0; i < 253; i += 2) capability += i < 252 ? "80 00" : "";
  expect_error(body("ff " + capability), OpenError::kUnspecific);
  Octets octets = hex(body("ff 02 fd 80 fb"));
  octets.resize(10 + 255);
  EXPECT_TRUE(decode_open(octets).ok());
}

TEST(BgpOpen, the_extended_form_is_known_by_its_type_whatever_the_length) {  // RFC 9072 §2
  const Octets octets = hex(body("01 ff 0005 02 0002 0200"));
  ASSERT_TRUE(decode_open(octets).ok());
  EXPECT_TRUE(decode_open(octets)->capabilities.route_refresh);
}

TEST(BgpOpen, cve_2022_36440_a_malformed_four_octet_as_is_an_error_and_no_assertion) {
  expect_error(body("04 02 02 4100"), OpenError::kUnspecific);
  expect_error(body("07 02 05 4103 000001"), OpenError::kUnspecific);
  expect_error(body("03 02 01 41"), OpenError::kUnspecific);
  expect_error(body("ff ff 0004 02 0001 41"), OpenError::kUnspecific);
}

TEST(BgpOpen, every_truncation_is_an_error_of_open) {
  for (const std::string_view parameters :
       {"12 02 10 0104 0001 0001 0200 4104 0000fde8 4600", "ff ff 0005 02 0002 0200"}) {
    const Octets whole = hex(body(parameters));
    ASSERT_TRUE(decode_open(whole).ok());
    for (size_t size = 10; size < whole.size(); ++size) {
      const auto open = decode_open(Bytes(whole).first(size));
      ASSERT_FALSE(open.ok()) << size;
      EXPECT_EQ(open.error().code, ErrorCode::kOpen) << size;
    }
  }
}

TEST(BgpOpen, every_flipped_bit_is_an_error_of_open_or_another_open) {
  const Octets whole = encode(plain_open());
  const Bytes rest = frame_of(whole).body();
  for (size_t bit = 0; bit < rest.size() * 8; ++bit) {
    Octets flipped(rest.begin(), rest.end());
    flipped[bit / 8] ^= static_cast<uint8_t>(0x80 >> bit % 8);
    const auto open = decode_open(flipped);
    if (!open) {
      EXPECT_EQ(open.error().code, ErrorCode::kOpen) << bit;
    } else if (bit < 8 || bit / 8 == 9) {
      ADD_FAILURE() << "version and length cannot be otherwise: bit " << bit;
    }
  }
}

RC_GTEST_PROP(BgpOpen, any_octets_are_an_open_or_an_error_of_open, ()) {
  const auto octets = *rc::gen::arbitrary<Octets>();
  const auto open = decode_open(octets);
  if (!open) RC_ASSERT(open.error().code == ErrorCode::kOpen);
}

}  // namespace
}  // namespace weir::bgp
