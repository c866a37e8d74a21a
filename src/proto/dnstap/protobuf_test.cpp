// Fields of protobuf, read and written, at their limits.
#include "proto/dnstap/protobuf.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "kit/dnstap.h"

namespace weir::dnstap::protobuf {
namespace {

using kit::octets_of;

/// The value of one field 1, a number.
uint64_t number_in(std::string_view hex) {
  const Octets octets = octets_of(hex);
  FieldReader fields(octets);
  EXPECT_TRUE(fields.next());
  const uint64_t value = fields.varint();
  EXPECT_FALSE(fields.next());
  EXPECT_EQ(fields.fault(), DecodeFault::kNone);
  return value;
}

/// The fault of passing over all fields.
DecodeFault fault_in(std::string_view hex) {
  const Octets octets = octets_of(hex);
  FieldReader fields(octets);
  while (fields.next()) fields.skip(false);
  return fields.fault();
}

TEST(Protobuf, numbers_have_one_to_ten_octets) {
  EXPECT_EQ(number_in("0800"), 0U);
  EXPECT_EQ(number_in("087f"), 127U);
  EXPECT_EQ(number_in("088001"), 128U);
  EXPECT_EQ(number_in("08ac02"), 300U);
  EXPECT_EQ(number_in("088000"), 0U) << "longer than needed, and right";
  EXPECT_EQ(number_in("08ffffffffffffffffff01"), UINT64_MAX);
  EXPECT_EQ(fault_in("08ffffffffffffffffff8001"), DecodeFault::kVarint);
  EXPECT_EQ(fault_in("08ffffffffffffffffff80"), DecodeFault::kVarint);
  EXPECT_EQ(fault_in("08ffffffffffffffffff"), DecodeFault::kTruncated);
}

TEST(Protobuf, tags_have_a_field_and_a_known_way_of_writing) {
  EXPECT_EQ(fault_in("00"), DecodeFault::kTag);
  EXPECT_EQ(fault_in("0700"), DecodeFault::kTag);
  EXPECT_EQ(fault_in("f8ffffff0f00"), DecodeFault::kNone) << "field 2^29 - 1";
  EXPECT_EQ(fault_in("808080801000"), DecodeFault::kTag) << "field 2^29";
  for (const std::string_view group : {"0b0c", "0c", "0e00", "0f00"})
    EXPECT_EQ(fault_in(group), DecodeFault::kWireType) << group;
}

TEST(Protobuf, values_end_where_their_holder_ends) {
  for (const std::string_view whole :
       {"0803", "088001", "090102030405060708", "0d01020304", "0a03aabbcc", "0a00"}) {
    EXPECT_EQ(fault_in(whole), DecodeFault::kNone) << whole;
    for (size_t cut = 2; cut < whole.size(); cut += 2)
      EXPECT_EQ(fault_in(whole.substr(0, cut)), DecodeFault::kTruncated) << whole << " at " << cut;
  }
  EXPECT_EQ(fault_in("0affffffffffffffffff01aa"), DecodeFault::kTruncated);
}

TEST(Protobuf, after_a_fault_there_is_nothing_more) {
  const Octets octets = octets_of("0a05aabb");
  FieldReader fields(octets);
  ASSERT_TRUE(fields.next());
  EXPECT_TRUE(fields.bytes().empty());
  EXPECT_FALSE(fields.next());
  EXPECT_EQ(fields.varint(), 0U);
  EXPECT_EQ(fields.fixed32(), 0U);
  EXPECT_EQ(fields.fault(), DecodeFault::kTruncated);
}

TEST(Protobuf, a_message_moves_when_its_size_is_small_or_large) {
  for (const size_t size :
       {0, 1, 123, 124, 125, 126, 127, 128, 16'379, 16'380, 16'381, 2'097'148}) {
    const Octets content(size, 0xcc);
    Octets out(4 * kMostFieldOverhead + size, 9);
    FieldWriter written(out.data());
    uint8_t* const begin = written.begin_message(14);
    written.bytes(1, content);
    written.end_message(begin);
    written.number(15, std::optional(7U));
    FieldReader fields({out.data(), written.end()});
    ASSERT_TRUE(fields.next());
    EXPECT_EQ(fields.field(), 14U);
    FieldReader inner(fields.bytes());
    ASSERT_TRUE(inner.next());
    EXPECT_TRUE(equal(inner.bytes(), content)) << size;
    EXPECT_FALSE(inner.next());
    ASSERT_TRUE(fields.next());
    EXPECT_EQ(fields.varint(), 7U);
    EXPECT_FALSE(fields.next());
    EXPECT_EQ(fields.fault(), DecodeFault::kNone);
  }
}

RC_GTEST_PROP(ProtobufProperty, what_is_written_is_read,
              (uint32_t number, uint64_t large, int32_t signed_number, uint32_t fixed,
               const Octets& octets)) {
  enum class Any : int32_t {};
  Octets out(5 * kMostFieldOverhead + octets.size());
  FieldWriter written(out.data());
  written.number(1, std::optional(number));
  written.number(2, std::optional(large));
  written.number(16, std::optional(static_cast<Any>(signed_number)));
  written.fixed32(17, fixed);
  written.bytes(536'870'911, octets);
  FieldReader fields({out.data(), written.end()});
  RC_ASSERT(fields.next() && fields.tag() == tag(1, Wire::kVarint));
  RC_ASSERT(fields.varint() == number);
  RC_ASSERT(fields.next() && fields.tag() == tag(2, Wire::kVarint));
  RC_ASSERT(fields.varint() == large);
  RC_ASSERT(fields.next() && fields.tag() == tag(16, Wire::kVarint));
  RC_ASSERT(fields.enumerator<Any>() == static_cast<Any>(signed_number));
  RC_ASSERT(fields.next() && fields.tag() == tag(17, Wire::kFixed32));
  RC_ASSERT(fields.fixed32() == fixed);
  RC_ASSERT(fields.next() && fields.tag() == tag(536'870'911, Wire::kBytes));
  RC_ASSERT(equal(fields.bytes(), octets));
  RC_ASSERT(!fields.next());
  RC_ASSERT(fields.fault() == DecodeFault::kNone);
}

TEST(Protobuf, every_fault_has_a_word_of_its_own) {
  std::map<std::string_view, int> words;
  for (int fault = 0; fault <= static_cast<int>(DecodeFault::kNoMessage); ++fault)
    ++words[to_text(static_cast<DecodeFault>(fault))];
  EXPECT_EQ(words.size(), static_cast<size_t>(DecodeFault::kNoMessage) + 1);
  EXPECT_FALSE(words.contains("unknown"));
}

}  // namespace
}  // namespace weir::dnstap::protobuf
