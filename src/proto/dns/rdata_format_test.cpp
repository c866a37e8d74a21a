// The reader of record data: what it cuts, and that no cut of valid data is read past its end.
#include "proto/dns/rdata_format.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "proto/dns/rdata.h"
#include "proto/dns/rdata_vectors.h"

namespace weir::dns {
namespace {

std::string letters(Type type, Bytes rdata) {
  std::string text;
  const Record record{.type = type, .rdata = rdata};
  RdataReader reader(record);
  while (const auto piece = reader.next()) text += static_cast<char>(piece->field);
  return reader.ok() ? text : text + "!";
}

TEST(RdataFormat, data_is_cut_into_its_fields) {
  EXPECT_EQ(letters(Type::kSoa, *rdata_from_text(Type::kSoa, "a. b. 1 2 3 4 5")), "nn44444");
  EXPECT_EQ(letters(Type::kTxt, *rdata_from_text(Type::kTxt, "a b c")), "sss");
  EXPECT_EQ(letters(Type::kHip, *rdata_from_text(Type::kHip, "2 AA AA== a. b.")), "inn");
  EXPECT_EQ(letters(Type::kIpseckey, *rdata_from_text(Type::kIpseckey, "1 3 0 a.")), "111nB");
  EXPECT_EQ(letters(Type::kApl, *rdata_from_text(Type::kApl, "1:1.0.0.0/8 2:1::/16")), "PP");
  EXPECT_EQ(letters(Type::kIsdn, *rdata_from_text(Type::kIsdn, "a")), "s");
  EXPECT_EQ(letters(Type::kMx, *from_hex("000a")), "2!");
}

TEST(RdataFormat, there_is_a_vector_for_every_type_with_a_format) {
  for (unsigned number = 0; number <= 0xffff; ++number) {
    const auto type = static_cast<Type>(number);
    const bool listed = std::any_of(std::begin(kRdataVectors), std::end(kRdataVectors),
                                    [&](const RdataVector& vector) { return vector.type == type; });
    if (type == Type::kSig) continue;  // as RRSIG
    EXPECT_EQ(listed, !rdata_fields(type).empty()) << to_text(type);
  }
}

TEST(RdataFormat, cuts_of_valid_data_stay_inside_their_octets) {
  for (const auto& [type, text] : kRdataVectors) {
    const Octets whole = *rdata_from_text(type, text);
    for (size_t size = 0; size < whole.size(); ++size) {
      // A copy of its own, so that a sanitizer sees a step past the end.
      const Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      const Record record{.type = type, .klass = Class::kIn, .rdata = cut};
      EXPECT_NE(rdata_to_text(record), text) << size;
    }
    Octets longer = whole;
    longer.push_back(0x80);
    const Record record{.type = type, .klass = Class::kIn, .rdata = longer};
    EXPECT_NE(rdata_to_text(record), text);
  }
}

TEST(RdataFormat, types_that_may_compress_have_names) {
  for (unsigned number = 0; number <= 0xffff; ++number) {
    const auto type = static_cast<Type>(number);
    EXPECT_TRUE(has_names(type) || !may_compress(type)) << to_text(type);
  }
  EXPECT_TRUE(has_names(Type::kHip));
  EXPECT_TRUE(has_names(Type::kIpseckey));
  EXPECT_FALSE(has_names(Type::kTxt));
}

}  // namespace
}  // namespace weir::dns
