// Whole messages as text.
#include "proto/dns/print.h"

#include <gtest/gtest.h>

#include <array>

#include "proto/dns/builder.h"
#include "proto/dns/rdata.h"

namespace weir::dns {
namespace {

Name name(std::string_view text) { return *Name::parse(text); }

std::string option(unsigned code, std::string_view hex) {
  const Octets data = *from_hex(hex);
  return option_to_text({static_cast<Option>(code), data});
}

TEST(Print, a_response_in_the_layout_of_kdig) {
  std::array<uint8_t, 1232> buffer;
  Builder builder(buffer, 4660, flag::kQr | flag::kRd | flag::kRa | flag::kAd | 3);
  builder.question(name("www.example.org"), Type::kA);
  builder.record(Section::kAnswer, name("www.example.org"), Type::kA, Class::kIn, 300,
                 *rdata_from_text(Type::kA, "192.0.2.1"));
  builder.record(Section::kAuthority, name("a-rather-long-name.example.org"), Type::kTxt,
                 Class::kCh, 0, *rdata_from_text(Type::kTxt, "\"x y\""));
  builder.begin_edns(1232, 0, 0, true);
  builder.option(Option::kNsid, as_bytes("ns1"));
  builder.extended_error(ExtendedError::kProhibited, "no");
  builder.end_edns();
  ASSERT_TRUE(builder.ok());
  EXPECT_EQ(message_to_text(builder.message()),
            ";; ->>HEADER<<- opcode: QUERY; status: NXDOMAIN; id: 4660\n"
            ";; Flags: qr rd ra ad; QUESTION: 1; ANSWER: 1; AUTHORITY: 1; ADDITIONAL: 1\n"
            "\n"
            ";; EDNS PSEUDOSECTION:\n"
            ";; Version: 0; flags: do; UDP size: 1232 octets; ext-rcode: NXDOMAIN\n"
            ";; NSID: 6e7331 \"ns1\"\n"
            ";; EDE: 18 (Prohibited): \"no\"\n"
            "\n"
            ";; QUESTION SECTION:\n"
            ";; www.example.org.    \t\tIN\tA\n"
            "\n"
            ";; ANSWER SECTION:\n"
            "www.example.org.    \t300\tIN\tA\t192.0.2.1\n"
            "\n"
            ";; AUTHORITY SECTION:\n"
            "a-rather-long-name.example.org.\t0\tCH\tTXT\t\"x y\"\n");
  const auto message = Message::parse(builder.message());
  EXPECT_EQ(record_to_text(*message->answers().begin()), "www.example.org. 300 IN A 192.0.2.1");
}

TEST(Print, options) {
  EXPECT_EQ(option(3, ""), "NSID");
  EXPECT_EQ(option(3, "00ff"), "NSID: 00ff");
  EXPECT_EQ(option(8, "00011800c00002"), "ECS: 192.0.2.0/24/0");
  EXPECT_EQ(option(8,
                   "00023800"
                   "20010db8000100"),
            "ECS: 2001:db8:1::/56/0");
  EXPECT_EQ(option(8, "00000000"), "ECS: 0/0/0");
  EXPECT_EQ(option(8, "000121ff"), "ECS: 000121ff");
  EXPECT_EQ(option(8,
                   "00012000"
                   "0102030405"),
            "ECS: 000120000102030405");
  EXPECT_EQ(option(10, "0102030405060708"), "COOKIE: 0102030405060708");
  EXPECT_EQ(option(11, ""), "KEEPALIVE");
  EXPECT_EQ(option(11, "0069"), "KEEPALIVE: 10.5 s");
  EXPECT_EQ(option(12, "0000"), "PADDING: 2 octets");
  EXPECT_EQ(option(15, "0006"), "EDE: 6 (DNSSEC Bogus)");
  EXPECT_EQ(option(15,
                   "1267"
                   "610a22"),
            "EDE: 4711 (EDE4711): \"a\\010\\\"\"");
  EXPECT_EQ(option(15, "00"), "EDE: 00");
  EXPECT_EQ(option(5, "080d"), "DAU: 8 13");
  EXPECT_EQ(option(14, "4f66"), "KEYTAG: 20326");
  EXPECT_EQ(option(14, "4f"), "KEYTAG: 4f");
  EXPECT_EQ(option(9, "00000e10"), "EXPIRE: 3600 s");
  EXPECT_EQ(option(18, "016100"), "REPORT-CHANNEL: a.");
  EXPECT_EQ(option(18, "0161"), "REPORT-CHANNEL: 0161");
  EXPECT_EQ(option(65001, "ff"), "OPT65001: ff");
}

TEST(Print, what_does_not_parse_says_where_and_why) {
  EXPECT_EQ(message_to_text({}), ";; MALFORMED: fewer octets than a header, at octet 0 of 0\n");
  const Octets octets = *from_hex(
      "000101000001000000000000"
      "03777777");
  EXPECT_EQ(message_to_text(octets),
            ";; ->>HEADER<<- opcode: QUERY; status: NOERROR; id: 1\n"
            ";; Flags: rd; QUESTION: 1; ANSWER: 0; AUTHORITY: 0; ADDITIONAL: 0\n"
            ";; MALFORMED: the question is cut off, at octet 16 of 16\n");
  const Octets longer = *from_hex(
      "000101000001000000000000"
      "00"
      "0001"
      "0001"
      "ff");
  const std::string text = message_to_text(longer);
  EXPECT_NE(text.find("\tIN\tA\n"), text.npos) << text;
  EXPECT_TRUE(text.ends_with(";; MALFORMED: octets follow the last record, at octet 17 of 18\n"));
}

TEST(Print, an_update_has_sections_of_other_names) {
  const Octets octets = *from_hex(
      "000128000001000000000000"
      "00"
      "0006"
      "0001");
  EXPECT_EQ(message_to_text(octets),
            ";; ->>HEADER<<- opcode: UPDATE; status: NOERROR; id: 1\n"
            ";; Flags:; ZONE: 1; PREREQUISITE: 0; UPDATE: 0; ADDITIONAL: 0\n"
            "\n;; ZONE SECTION:\n;; .                   \t\tIN\tSOA\n");
}

}  // namespace
}  // namespace weir::dns
