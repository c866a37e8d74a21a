// Wire to text: compressed names expand, and data that does not fit its type is printed as octets.
#include <gtest/gtest.h>

#include "proto/dns/rdata.h"

namespace weir::dns {
namespace {

std::string text_of(Type type, std::string_view hex, bool* malformed = nullptr) {
  const Octets octets = *from_hex(hex);
  return rdata_to_text({.type = type, .rdata = octets}, malformed);
}

TEST(RdataPrint, names_are_looked_up_in_the_message) {
  const Octets message = *from_hex(
      "076578616d706c6500"
      "000a"
      "016dc000");
  const Record record{.type = Type::kMx,
                      .rdata_offset = 9,
                      .rdata = Bytes(message).subspan(9, 6),
                      .message = message};
  EXPECT_EQ(rdata_to_text(record), "10 m.example.");
  EXPECT_TRUE(rdata_is_valid(record));
}

TEST(RdataPrint, malformed_data_is_printed_generically_and_reported) {
  const struct {
    Type type;
    const char* hex;
  } cases[] = {
      {Type::kA, "c00002"},
      {Type::kA, "c000020100"},
      {Type::kA, ""},
      {Type::kAaaa, "00"},
      {Type::kMx, "000a"},
      {Type::kMx, "000a0161"},
      {Type::kMx, "000a00ff"},
      {Type::kNs, "c000"},
      {Type::kTxt, ""},
      {Type::kTxt, "02ff"},
      {Type::kCaa, "0000"},
      {Type::kCaa, "0001203a"},
      {Type::kDs, "00010802"},
      {Type::kNsec, "00000100"},
      {Type::kNsec, "00000200"},
      {Type::kNsec, "00010101000101"},
      {Type::kNsec,
       "000021"
       "00"},
      {Type::kLoc, "0112161389170000"},
      {Type::kLoc, "01121613800000008000000000989680"},
      {Type::kLoc, "00a21613800000008000000000989680"},
      {Type::kLoc, "001216137fffffff000000000098968f"},
      {Type::kApl, "0003080101"},
      {Type::kApl, "0001080100"},
      {Type::kApl, "00012100"},
      {Type::kApl, "000108050102030405"},
      {Type::kSvcb, "00010000010000"},
      {Type::kSvcb,
       "000100"
       "00030002003500030002"
       "0035"},
      {Type::kSvcb,
       "000100"
       "0004000200350003000200"
       "35"},
      {Type::kSvcb, "000100000000"},
      {Type::kHip, "000200010a"},
      {Type::kHip, "01020000ab"},
      {Type::kIpseckey, "0a0402"},
      {Type::kIpseckey, "0a0102c00002"},
      {Type::kIsdn, "016101620163"},
      {Type::kGpos, "01310131"},
  };
  for (const auto& [type, hex] : cases) {
    bool malformed = false;
    const std::string text = text_of(type, hex, &malformed);
    EXPECT_TRUE(malformed) << to_text(type) << " " << hex << " gave " << text;
    EXPECT_TRUE(text.starts_with("\\# " + std::to_string(std::string_view(hex).size() / 2)))
        << text;
  }
}

TEST(RdataPrint, rendezvous_servers_of_a_host_identity_are_never_compressed) {
  EXPECT_EQ(text_of(Type::kHip,
                    "01020001aabb"
                    "016100"),
            "2 AA uw== a.");
  EXPECT_EQ(text_of(Type::kHip,
                    "01020001aabb"
                    "016100"
                    "c006"),
            "\\# 11 01020001AABB016100C006");
}

TEST(RdataPrint, types_without_a_format_are_octets_and_well_formed) {
  bool malformed = true;
  EXPECT_EQ(text_of(static_cast<Type>(65280), "abcd", &malformed), "\\# 2 ABCD");
  EXPECT_FALSE(malformed);
  EXPECT_EQ(text_of(Type::kOpt, "000a0000"), "\\# 4 000A0000");
  EXPECT_EQ(text_of(Type::kNull, ""), "\\# 0");
}

TEST(RdataPrint, an_update_deletes_with_records_that_have_no_data) {
  bool malformed = true;
  EXPECT_EQ(rdata_to_text({.type = Type::kA, .klass = Class::kAny}, &malformed), "\\# 0");
  EXPECT_FALSE(malformed);
  EXPECT_FALSE(rdata_is_valid({.type = Type::kA, .klass = Class::kIn}));
}

}  // namespace
}  // namespace weir::dns
