// Messages: what a good one gives, and the place and kind of every fault in a bad one.
#include "proto/dns/message.h"

#include <gtest/gtest.h>

namespace weir::dns {
namespace {

Octets hex(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != ' ') digits += c;
  const auto octets = from_hex(digits);
  EXPECT_TRUE(octets.has_value()) << text;
  return octets.value_or(Octets{});
}

// www.example.org A, with EDNS: 1232 octets, DO, a cookie and an unknown option.
const std::string kQuery =
    "1234 0120 0001 0000 0000 0001"
    "03777777 076578616d706c65 036f7267 00 0001 0001"
    "00 0029 04d0 00008000 0011 000a0008 0102030405060708 fde90001 ff";

// The same name as a CNAME to cdn.example.org, its address, and a name server.
const std::string kResponse =
    "1234 8580 0001 0002 0001 0001"
    "03777777 076578616d706c65 036f7267 00 0001 0001"
    "c00c 0005 0001 0000012c 0006 0363646e c010"
    "c02d 0001 0001 00000e10 0004 c0000201"
    "c010 0002 0001 00000e10 0005 026e73 c010"
    "00 0029 04d0 01000000 0000";

MalformedCode code_of(const Octets& octets) {
  const auto message = Message::parse(octets);
  return message ? MalformedCode::kNone : message.error().code;
}

TEST(Message, a_query_gives_its_header_question_and_edns) {
  const Octets octets = hex(kQuery);
  const auto message = Message::parse(octets);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->header().id, 0x1234);
  EXPECT_FALSE(message->header().is_response());
  EXPECT_TRUE(message->header().has(flag::kRd));
  EXPECT_TRUE(message->header().has(flag::kAd));
  EXPECT_EQ(message->header().opcode(), Opcode::kQuery);
  ASSERT_TRUE(message->question().has_value());
  EXPECT_EQ(message->question()->name.expand().to_text(), "www.example.org.");
  EXPECT_EQ(message->question()->type, Type::kA);
  EXPECT_EQ(message->question()->klass, Class::kIn);
  EXPECT_EQ(message->question()->end, 33);
  ASSERT_TRUE(message->edns().has_value());
  EXPECT_EQ(message->edns()->udp_size, 1232);
  EXPECT_TRUE(message->edns()->dnssec_ok);
  EXPECT_EQ(message->edns()->z, 0);
  EXPECT_EQ(message->edns()->version, 0);
  EXPECT_EQ(message->edns()->record_offset, 33);
  const auto cookie = find_option(*message->edns(), Option::kCookie);
  ASSERT_TRUE(cookie.has_value());
  EXPECT_EQ(to_hex(cookie->data), "0102030405060708");
  EXPECT_FALSE(find_option(*message->edns(), Option::kPadding).has_value());
  Bytes options = message->edns()->options;
  EXPECT_EQ(next_option(options)->code, Option::kCookie);
  EXPECT_EQ(next_option(options)->code, static_cast<Option>(65001));
  EXPECT_FALSE(next_option(options).has_value());
}

TEST(Message, a_response_gives_its_records_with_expanded_names) {
  const Octets octets = hex(kResponse);
  const auto message = Message::parse(octets);
  ASSERT_TRUE(message.ok()) << to_text(message.error().code);
  std::vector<std::string> owners;
  for (const Section section : {Section::kAnswer, Section::kAuthority, Section::kAdditional}) {
    for (const Record& record : message->section(section)) {
      owners.push_back(record.owner.expand().to_text() + " " + to_text(record.type));
      EXPECT_EQ(&octets[record.rdata_offset], record.rdata.data());
      EXPECT_EQ(load_u32(&octets[record.ttl_offset]), record.ttl);
    }
  }
  EXPECT_EQ(owners, (std::vector<std::string>{"www.example.org. CNAME", "cdn.example.org. A",
                                              "example.org. NS", ". OPT"}));
  EXPECT_EQ(message->answers().count(), 2);
  EXPECT_EQ(message->rcode(), Rcode::kBadVers);  // 0 in the header, 1 << 4 in the OPT
}

TEST(Message, every_truncation_is_an_error_with_a_place_inside_the_octets) {
  for (const std::string& text : {kQuery, kResponse}) {
    const Octets whole = hex(text);
    for (size_t size = 0; size < whole.size(); ++size) {
      const Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      const auto message = Message::parse(cut);
      ASSERT_FALSE(message.ok()) << size;
      EXPECT_NE(message.error().code, MalformedCode::kNone);
      EXPECT_LE(message.error().offset, size);
      EXPECT_GE(size_t{message.error().offset} + 30, size) << to_text(message.error().code);
      EXPECT_FALSE(to_text(message.error().code).empty());
    }
  }
}

TEST(Message, trailing_octets_are_an_error_unless_allowed) {
  Octets octets = hex(kQuery);
  const size_t size = octets.size();
  octets.push_back(0);
  EXPECT_EQ(code_of(octets), MalformedCode::kTrailingOctets);
  EXPECT_EQ(Message::parse(octets).error().offset, size);
  const auto prefix = Message::parse_prefix(octets);
  ASSERT_TRUE(prefix.ok());
  EXPECT_EQ(prefix->octets().size(), size);
  octets.resize(70000);
  EXPECT_EQ(code_of(octets), MalformedCode::kTrailingOctets);
  EXPECT_TRUE(Message::parse_prefix(octets).ok());
}

TEST(Message, header_alone_and_messages_without_a_question) {
  const Octets octets = hex("0001 8181 0000 0000 0000 0000");
  const auto message = Message::parse(octets);
  ASSERT_TRUE(message.ok());
  EXPECT_FALSE(message->question().has_value());
  EXPECT_EQ(message->rcode(), Rcode::kFormErr);
  EXPECT_EQ(message->answers().begin(), message->answers().end());
  EXPECT_EQ(code_of(hex("0001 8181 0001 0000 0000 0000")), MalformedCode::kShortQuestion);
  EXPECT_EQ(code_of(hex("0001 8181 0000 ffff 0000 0000")), MalformedCode::kTooManyRecords);
  EXPECT_EQ(code_of({}), MalformedCode::kShortHeader);
  EXPECT_FALSE(Header::read(Bytes(octets).first(11)).has_value());
  EXPECT_EQ(Header::read(octets)->flags, 0x8181);
}

TEST(Message, pointers_go_backwards_only) {
  const std::string header = "0001 0000 0001 0000 0000 0000";
  EXPECT_EQ(code_of(hex(header + "c00c 0001 0001")), MalformedCode::kPointerLoop);
  EXPECT_EQ(code_of(hex(header + "c00e 0001 0001")), MalformedCode::kPointerForward);
  EXPECT_EQ(code_of(hex(header + "0161 c00c 0001 0001")), MalformedCode::kPointerLoop);
  EXPECT_EQ(code_of(hex(header + "0161 c0ff 0001 0001")), MalformedCode::kPointerForward);
  // Two names that point at each other.
  EXPECT_EQ(code_of(hex("0001 0000 0002 0000 0000 0000 c012 0001 0001 c00c 0001 0001")),
            MalformedCode::kPointerForward);
  EXPECT_EQ(code_of(hex(header + "40 0001 0001")), MalformedCode::kLabelTooLong);
  EXPECT_EQ(code_of(hex(header + "80 0001 0001")), MalformedCode::kBadLabelType);
  const auto bad = Message::parse(hex(header + "0161 c0ff 0001 0001"));
  EXPECT_EQ(bad.error().offset, 14);
}

/// A message of `count` names, each but the first a pointer to the one before.
Octets chain(size_t count) {
  Octets octets = hex("0001 0000 0000 0000 0000 0000");
  store_u16(&octets[4], static_cast<uint16_t>(count));
  size_t previous = 0;
  for (size_t i = 0; i < count; ++i) {
    const size_t here = octets.size();
    if (i == 0) {
      octets.push_back(0);
    } else {
      octets.push_back(static_cast<uint8_t>(0xc0 | previous >> 8));
      octets.push_back(static_cast<uint8_t>(previous));
    }
    octets.insert(octets.end(), {0, 1, 0, 1});
    previous = here;
  }
  return octets;
}

TEST(Message, at_most_128_pointers_are_followed) {
  const Octets longest = chain(129);
  EXPECT_EQ(code_of(longest), MalformedCode::kNone);
  EXPECT_EQ(code_of(chain(130)), MalformedCode::kPointerLoop);
  EXPECT_TRUE(NameView(longest, static_cast<uint16_t>(longest.size() - 6)).expand().is_root());
}

TEST(Message, names_longer_than_255_octets_are_refused_also_through_pointers) {
  Octets octets = hex("0001 0000 0002 0000 0000 0000");
  for (int i = 0; i < 3; ++i) {
    octets.push_back(63);
    octets.insert(octets.end(), 63, 'a');
  }
  octets.push_back(0);  // 193 octets
  octets.insert(octets.end(), {0, 1, 0, 1});
  for (const size_t length : {61, 62}) {
    Octets whole = octets;
    whole.push_back(static_cast<uint8_t>(length));
    whole.insert(whole.end(), length, 'b');
    whole.insert(whole.end(), {0xc0, 0x0c, 0, 1, 0, 1});
    EXPECT_EQ(code_of(whole), length == 61 ? MalformedCode::kNone : MalformedCode::kNameTooLong);
  }
  Octets plain = hex("0001 0000 0001 0000 0000 0000");
  for (int i = 0; i < 128; ++i) plain.insert(plain.end(), {1, 'a'});
  plain.insert(plain.end(), {0, 0, 1, 0, 1});
  EXPECT_EQ(code_of(plain), MalformedCode::kNameTooLong);
}

TEST(Message, opt_stands_once_in_the_additional_section_at_the_root) {
  const std::string opt = "00 0029 1000 00000000 0000";
  EXPECT_EQ(code_of(hex("0001 0000 0000 0000 0000 0001" + opt)), MalformedCode::kNone);
  EXPECT_EQ(code_of(hex("0001 0000 0000 0000 0000 0002" + opt + opt)),
            MalformedCode::kOptDuplicate);
  EXPECT_EQ(code_of(hex("0001 0000 0000 0001 0000 0000" + opt)), MalformedCode::kOptMisplaced);
  EXPECT_EQ(code_of(hex("0001 0000 0000 0000 0001 0000" + opt)), MalformedCode::kOptMisplaced);
  EXPECT_EQ(code_of(hex("0001 0000 0000 0000 0000 0001 0161" + opt)), MalformedCode::kOptOwner);
  for (const char* rdata : {"0003 000a00", "0005 000a0002 01", "0004 000affff"})
    EXPECT_EQ(
        code_of(hex("0001 0000 0000 0000 0000 0001 00 0029 1000 00000000 " + std::string(rdata))),
        MalformedCode::kShortOption);
}

TEST(Message, check_name_gives_the_offset_after_the_name) {
  const Octets octets = hex(kResponse);
  EXPECT_EQ(*check_name(octets, 12), 29);
  EXPECT_EQ(*check_name(octets, 33), 35);
  EXPECT_EQ(check_name(octets, octets.size()).error().code, MalformedCode::kShortRecord);
  EXPECT_EQ(check_name(octets, octets.size() + 9).error().code, MalformedCode::kShortRecord);
}

TEST(Message, views_of_octets_that_were_never_parsed_stay_inside_them) {
  EXPECT_TRUE(NameView().expand().is_root());
  const Octets octets = hex("c000 3f61 c0ff 0161");
  for (uint16_t at = 0; at < 12; ++at) EXPECT_TRUE(NameView(octets, at).expand().is_root());
  for (const Record& record : RecordRange(octets, 0, 5)) FAIL() << record.rdata_offset;
}

}  // namespace
}  // namespace weir::dns
