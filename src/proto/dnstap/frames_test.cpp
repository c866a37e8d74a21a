// The octets of control frames and data frames, written and parsed (rows E-06, E-07, E-18).
#include "proto/dnstap/frames.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "kit/dnstap.h"

namespace weir::dnstap {
namespace {

using kit::octets_of;

const std::map<ControlType, std::string> kVectors = {
    {ControlType::kReady,
     "000000000000002200000004000000010000001670726f746f6275663a646e737461702e446e73746170"},
    {ControlType::kAccept,
     "000000000000002200000001000000010000001670726f746f6275663a646e737461702e446e73746170"},
    {ControlType::kStart,
     "000000000000002200000002000000010000001670726f746f6275663a646e737461702e446e73746170"},
    {ControlType::kStop, "000000000000000400000003"},
    {ControlType::kFinish, "000000000000000400000005"},
};

/// Parses what follows the escape and the length.
Result<Control, StreamFault> parsed(std::string_view hex) {
  static Octets octets;
  octets = octets_of(hex);
  return parse_control(octets);
}
StreamFault fault_of(std::string_view hex) {
  const auto control = parsed(hex);
  return control ? StreamFault::kNone : control.error();
}

TEST(Frames, E07_control_frames_are_the_known_octets) {
  for (const auto& [type, hex] : kVectors) {
    EXPECT_EQ(to_hex(control_frame(type)), hex);
    Octets out;
    const std::string_view content_types[] = {kContentType};
    const bool has_one = type != ControlType::kStop && type != ControlType::kFinish;
    append_control_frame(out, type, std::span(content_types, has_one ? 1 : 0));
    EXPECT_EQ(to_hex(out), hex);
  }
}

TEST(Frames, E07_control_frames_are_parsed) {
  for (const auto& [type, hex] : kVectors) {
    const auto control = parsed(hex.substr(16));
    ASSERT_TRUE(control.ok()) << hex;
    EXPECT_EQ(control->type, type);
    EXPECT_TRUE(is_known(control->type));
    EXPECT_TRUE(offers_dnstap(*control));
    EXPECT_EQ(names_dnstap(*control), hex.size() == 84);
  }
}

TEST(Frames, E07_several_content_types_come_out_in_order) {
  const std::string_view offered[] = {"a", "", kContentType, "protobuf:other"};
  Octets out;
  append_control_frame(out, ControlType::kReady, offered);
  const auto control = parse_control(Bytes(out).subspan(8));
  ASSERT_TRUE(control.ok());
  std::vector<std::string_view> found;
  Bytes fields = control->fields;
  while (const auto content_type = next_content_type(fields)) found.push_back(*content_type);
  EXPECT_EQ(found, std::vector<std::string_view>(std::begin(offered), std::end(offered)));
  EXPECT_TRUE(names_dnstap(*control));
}

TEST(Frames, B10_other_content_types_are_not_dnstap) {
  for (const std::string_view other :
       {"protobuf:dnstap.Dnsta", "protobuf:dnstap.Dnstap2", "PROTOBUF:DNSTAP.DNSTAP", ""}) {
    Octets out;
    append_control_frame(out, ControlType::kReady, std::span(&other, 1));
    const auto control = parse_control(Bytes(out).subspan(8));
    ASSERT_TRUE(control.ok());
    EXPECT_FALSE(offers_dnstap(*control)) << other;
    EXPECT_FALSE(names_dnstap(*control)) << other;
  }
}

TEST(Frames, E07_unknown_fields_are_passed_over) {
  // READY: field 7 of two octets, content type "x", field 0 without octets.
  const auto control = parsed(
      "00000004"
      "0000000700000002abcd"
      "000000010000000178"
      "0000000000000000");
  ASSERT_TRUE(control.ok());
  Bytes fields = control->fields;
  EXPECT_EQ(next_content_type(fields), "x");
  EXPECT_EQ(next_content_type(fields), std::nullopt);
  EXPECT_FALSE(offers_dnstap(*control));
}

TEST(Frames, E07_unknown_types_keep_what_they_have) {
  for (const std::string_view hex : {"00000000", "00000006ff", "ffffffff0000000100000fff"}) {
    const auto control = parsed(hex);
    ASSERT_TRUE(control.ok()) << hex;
    EXPECT_FALSE(is_known(control->type));
    EXPECT_EQ(control->fields.size(), hex.size() / 2 - 4);
    Bytes fields = control->fields;
    EXPECT_FALSE(next_content_type(fields).has_value()) << hex;
  }
}

TEST(Frames, E07_broken_control_frames_have_a_fault_each) {
  EXPECT_EQ(fault_of(""), StreamFault::kControlMalformed);
  EXPECT_EQ(fault_of("000004"), StreamFault::kControlMalformed);
  EXPECT_EQ(fault_of("00000004000000"), StreamFault::kControlMalformed);
  EXPECT_EQ(fault_of("00000004000000010000000278"), StreamFault::kControlMalformed);
  EXPECT_EQ(fault_of("0000000400000001ffffffff78"), StreamFault::kControlMalformed);
  // START names one content type; READY may offer several.
  EXPECT_EQ(fault_of("0000000200000001000000017800000001000000017a"),
            StreamFault::kControlMalformed);
  EXPECT_EQ(fault_of("0000000400000001000000017800000001000000017a"), StreamFault::kNone);
  const std::string xs(512, '7');
  EXPECT_EQ(fault_of("000000040000000100000100" + xs), StreamFault::kNone);
  EXPECT_EQ(fault_of("000000040000000100000101" + xs + "78"), StreamFault::kContentTypeTooLong);
  EXPECT_EQ(fault_of("000000ff" + std::string(1016, '0')), StreamFault::kNone);
  EXPECT_EQ(fault_of("000000ff" + std::string(1018, '0')), StreamFault::kControlTooLarge);
}

TEST(Frames, E06_a_data_frame_is_length_and_payload) {
  Octets out = {9};
  EXPECT_TRUE(append_data_frame(out, octets_of("abcdef")));
  EXPECT_EQ(to_hex(out), "0900000003abcdef");
  EXPECT_EQ(to_hex(data_frame_header(0x010203)), "00010203");
}

TEST(Frames, E06_an_empty_payload_is_refused) {
  Octets out = {9};
  EXPECT_FALSE(append_data_frame(out, {}));
  const size_t begin = begin_data_frame(out);
  EXPECT_FALSE(end_data_frame(out, begin));
  EXPECT_EQ(to_hex(out), "09");
}

TEST(Frames, E18_the_ceiling_is_the_last_size_that_goes) {
  const Octets payload(262'145, 7);
  for (const size_t size : {262'144, 262'145}) {
    Octets appended = {9}, in_place = {9};
    const bool fits = append_data_frame(appended, Bytes(payload).first(size));
    const size_t begin = begin_data_frame(in_place);
    in_place.insert(in_place.end(), size, 7);
    EXPECT_EQ(end_data_frame(in_place, begin), fits);
    EXPECT_EQ(fits, size == 262'144);
    EXPECT_EQ(appended, in_place);
    EXPECT_EQ(appended.size(), fits ? 1 + 4 + size : 1);
  }
}

TEST(Frames, every_fault_has_a_word_of_its_own) {
  std::map<std::string_view, int> words;
  for (int fault = 0; fault <= static_cast<int>(StreamFault::kClosedEarly); ++fault)
    ++words[to_text(static_cast<StreamFault>(fault))];
  EXPECT_EQ(words.size(), static_cast<size_t>(StreamFault::kClosedEarly) + 1);
  EXPECT_FALSE(words.contains("unknown"));
}

}  // namespace
}  // namespace weir::dnstap
