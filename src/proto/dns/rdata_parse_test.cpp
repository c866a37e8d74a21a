// Text to wire: the wire of RFC examples, other spellings of the same data, and what is refused.
#include <gtest/gtest.h>

#include "proto/dns/rdata.h"
#include "proto/dns/rdata_vectors.h"

namespace weir::dns {
namespace {

std::string wire(Type type, std::string_view text) {
  const auto octets = rdata_from_text(type, text);
  return octets ? to_hex(*octets) : "error: " + octets.error().what;
}

std::string again(Type type, std::string_view text) {
  const auto octets = rdata_from_text(type, text);
  return octets ? rdata_to_text({.type = type, .rdata = *octets}) : "error: " + octets.error().what;
}

TEST(RdataParse, every_vector_comes_back_as_it_was_written) {
  for (const auto& [type, text] : kRdataVectors)
    EXPECT_EQ(again(type, text), text) << to_text(type);
}

TEST(RdataParse, wire_of_rfc_examples) {
  EXPECT_EQ(wire(Type::kNsec, "host.example.com. A MX RRSIG NSEC TYPE1234"),
            "04686f7374076578616d706c6503636f6d00"
            "0006400100000003"
            "041b"
            "000000000000000000000000000000000000000000000000000020");
  EXPECT_EQ(wire(Type::kApl, "1:192.168.32.0/21 !1:192.168.38.0/28"),
            "00011503c0a820"
            "00011c83c0a826");
  EXPECT_EQ(wire(Type::kSvcb, "16 foo.example.com. port=53"),
            "001003666f6f076578616d706c6503636f6d000003"
            "00020035");
  EXPECT_EQ(wire(Type::kSvcb,
                 "16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn "
                 "ipv4hint=192.0.2.1"),
            "001003666f6f076578616d706c65036f726700"
            "0000000400010004"
            "00010009026832"
            "0568332d3139"
            "00040004c0000201");
  EXPECT_EQ(wire(Type::kSvcb, "16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2"),
            "001003666f6f076578616d706c65036f726700"
            "0001000c08665c6f6f2c626172026832");
  EXPECT_EQ(
      wire(Type::kRrsig, "A 5 3 86400 20030322173103 ( 20030220173103 2642 example.com. AA== )"),
      "00010503000151803e7c9dd73e5510d70a52"
      "076578616d706c6503636f6d00"
      "00");
  EXPECT_EQ(wire(Type::kLoc, "52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m"),
            "000016138b3cf018"
            "810cbce0"
            "009895b8");
  EXPECT_EQ(wire(Type::kHip, "2 2001 AwEAAQ== rvs."),
            "0202000420010301000103727673"
            "00");
}

TEST(RdataParse, other_spellings_of_the_same_data) {
  EXPECT_EQ(again(Type::kSoa, "a b (1 2\n\t3 4 ) 5 ; the minimum"), "a. b. 1 2 3 4 5");
  EXPECT_EQ(again(Type::kTxt, "plain \"quo ted\" \\065\\;"), "\"plain\" \"quo ted\" \"A;\"");
  EXPECT_EQ(again(Type::kTxt, "\"a\"\"b\""), "\"a\" \"b\"");
  EXPECT_EQ(again(Type::kDs, "1 8 2 ab cd EF"), "1 8 2 ABCDEF");
  EXPECT_EQ(again(Type::kDnskey, "257 3 8 AQ ID"), "257 3 8 AQID");
  EXPECT_EQ(again(Type::kRrsig, "a 5 3 0 4294967295 0 1 . AA=="),
            "A 5 3 0 21060207062815 19700101000000 1 . AA==");
  EXPECT_EQ(again(Type::kLoc, "42 N 71 W 0"), "42 0 0.000 N 71 0 0.000 W 0.00m 1m 10000m 10m");
  EXPECT_EQ(again(Type::kLoc, "42 21 N 71 6 0.5 W -24m 30m"),
            "42 21 0.000 N 71 6 0.500 W -24.00m 30m 10000m 10m");
  EXPECT_EQ(again(Type::kCert, "1 0 0 AA=="), "PKIX 0 0 AA==");
  EXPECT_EQ(again(Type::kHttps, "1 . port=\"443\" alpn=h3"), "1 . alpn=\"h3\" port=443");
  EXPECT_EQ(again(Type::kA, "\\# 4 C0 000201"), "192.0.2.1");
  EXPECT_EQ(again(static_cast<Type>(65280), "\\# 3 abcdef"), "\\# 3 ABCDEF");
  EXPECT_EQ(again(Type::kNull, "\\# 0"), "\\# 0");
  EXPECT_EQ(again(Type::kCaa, "0 issue letsencrypt.org"), "0 issue \"letsencrypt.org\"");
}

TEST(RdataParse, every_vector_cut_by_a_word_or_longer_by_one_is_refused_or_other_data) {
  for (const auto& [type, text] : kRdataVectors) {
    if (text.empty() || type == Type::kLoc) continue;  // LOC may leave its sizes out
    const std::string more = std::string(text) + " \"";
    EXPECT_FALSE(rdata_from_text(type, more).ok()) << more;
    const std::string less(text.substr(0, text.rfind(' ') == text.npos ? 0 : text.rfind(' ')));
    if (const auto octets = rdata_from_text(type, less)) {
      EXPECT_NE(again(type, less), text);
      EXPECT_TRUE(rdata_is_valid({.type = type, .rdata = *octets})) << to_text(type) << " " << less;
    }
  }
}

constexpr RdataVector kWrong[] = {
    {Type::kA, ""},
    {Type::kA, "1.2.3"},
    {Type::kA, "::1"},
    {Type::kA, "1.2.3.4 5"},
    {Type::kAaaa, "1.2.3.4"},
    {Type::kMx, "65536 a."},
    {Type::kMx, "-1 a."},
    {Type::kMx, "1 a..b"},
    {Type::kMx, "1"},
    {Type::kTxt, ""},
    {Type::kTxt, "\"open"},
    {Type::kTxt, "\\256"},
    {Type::kHinfo, "one"},
    {Type::kCaa, "0 issue"},
    {Type::kCaa, "0 is-sue \"\""},
    {Type::kDs, "1 8 2"},
    {Type::kDs, "1 8 2 ABC"},
    {Type::kDs, "1 8 2 GG"},
    {Type::kDnskey, "257 3 8 A"},
    {Type::kDnskey, "257 3 8 AB==="},
    {Type::kDnskey, "1 3 8 AR=="},
    {Type::kNsec, "a. NOTATYPE"},
    {Type::kNsec3, "1 0 0 - !"},
    {Type::kNsec3, "1 0 0 -"},
    {Type::kRrsig, "A 5 3 0 20031322173103 0 1 . AA=="},
    {Type::kEui48, "00-00-5e-00-53"},
    {Type::kEui48, "00:00:5e:00:53:2a"},
    {Type::kNid, "1 0014:4fff:ff20"},
    {Type::kLoc, "91 N 0 E 0m"},
    {Type::kLoc, "90 0 0.001 N 0 E 0m"},
    {Type::kLoc, "1 60 N 0 E 0m"},
    {Type::kLoc, "1 0 60 N 0 E 0m"},
    {Type::kLoc, "1 N 1 E"},
    {Type::kLoc, "N 1 E 1m"},
    {Type::kLoc, "1 N 1 E 0m 1m 1m 1m 1m"},
    {Type::kLoc, "1 N 1 E 0m 90000001m"},
    {Type::kLoc, "1 0 0 0 N 1 E 0m"},
    {Type::kLoc, "1 N 1 E 1.234m"},
    {Type::kApl, "1:1.2.3.4"},
    {Type::kApl, "1:1.2.3.4/33"},
    {Type::kApl, "3:1.2.3.4/8"},
    {Type::kApl, "2:1.2.3.4/8"},
    {Type::kIpseckey, "10 0 2 a. AA=="},
    {Type::kIpseckey, "10 4 2 ."},
    {Type::kIpseckey, "10 1 2 :: AA=="},
    {Type::kHip, "2 - AA=="},
    {Type::kHip, "2 AA"},
    // RFC 9460 appendix D.3.
    {Type::kSvcb, "1 foo.example.com. ( key123=abc key123=def )"},
    {Type::kSvcb, "1 foo.example.com. mandatory"},
    {Type::kSvcb, "1 foo.example.com. alpn"},
    {Type::kSvcb, "1 foo.example.com. port"},
    {Type::kSvcb, "1 foo.example.com. ipv4hint"},
    {Type::kSvcb, "1 foo.example.com. ipv6hint"},
    {Type::kSvcb, "1 foo.example.com. no-default-alpn=abc"},
    {Type::kSvcb, "1 foo.example.com. mandatory=key123"},
    {Type::kSvcb, "1 foo.example.com. mandatory=mandatory"},
    {Type::kSvcb, "1 foo.example.com. mandatory=key123,key123 key123=abc"},
    {Type::kSvcb, "1 . alpn=h2,,h3"},
    {Type::kSvcb, "1 . port=65536"},
    {Type::kSvcb, "1 . key65535"},
    {Type::kSvcb, "1 . ipv4hint=::1"},
    {Type::kSvcb, "1 . ech=!"},
    {Type::kSvcb, "1 . word=1"},
    {Type::kA, "\\# 3 c00002"},
    {Type::kA, "\\# 4 c00002"},
    {Type::kA, "\\#"},
    {Type::kMx, "\\# 3 000000 00"},
    {static_cast<Type>(65280), "abcdef"},
    {Type::kOpt, ""},
};

TEST(RdataParse, what_is_wrong_is_refused) {
  for (const auto& [type, text] : kWrong) {
    const auto octets = rdata_from_text(type, text);
    ASSERT_FALSE(octets.ok()) << to_text(type) << " " << text << " gave " << to_hex(*octets);
    EXPECT_EQ(octets.error().fault, Fault::kConfig);
    EXPECT_GT(octets.error().what.size(), 10u);
  }
}

TEST(RdataParse, the_error_says_which_word_and_what_was_expected) {
  EXPECT_EQ(rdata_from_text(Type::kMx, "ten a.").error().what,
            "word 1 of MX data is \"ten\"; expected a number from 0 to 65535");
  EXPECT_EQ(rdata_from_text(Type::kSrv, "1 2").error().what,
            "word 3 of SRV data is missing; expected a number from 0 to 65535");
  EXPECT_EQ(rdata_from_text(Type::kA, "1.2.3.4 5").error().what,
            "word 2 of A data is \"5\"; expected the end");
}

}  // namespace
}  // namespace weir::dns
