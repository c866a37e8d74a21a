// Building: compression, copying between messages, EDNS and padding, and buffers that are too
// small.
#include "proto/dns/builder.h"

#include <gtest/gtest.h>

#include <array>

#include "proto/dns/print.h"
#include "proto/dns/rdata.h"

namespace weir::dns {
namespace {

Name name(std::string_view text) { return *Name::parse(text); }

Octets rdata(Type type, std::string_view text) {
  auto octets = rdata_from_text(type, text);
  EXPECT_TRUE(octets.ok()) << text << ": " << (octets ? "" : octets.error().what);
  return octets.value_or(Octets{});
}

class BuilderTest : public testing::Test {
 protected:
  /// Stale octets show where something is read before it is written.
  BuilderTest() { buffer_.fill(1); }
  Message parse(const Builder& builder) {
    EXPECT_TRUE(builder.ok());
    auto message = Message::parse(builder.message());
    EXPECT_TRUE(message.ok()) << to_hex(builder.message());
    return message ? *message : Message();
  }
  std::array<uint8_t, 4096> buffer_;
};

TEST_F(BuilderTest, names_are_compressed_against_those_before_whatever_their_case) {
  Builder builder(buffer_, 0x1234, 0x8180);
  builder.question(name("www.Example.org"), Type::kA);
  builder.record(Section::kAnswer, name("WWW.example.org"), Type::kA, Class::kIn, 60,
                 rdata(Type::kA, "192.0.2.1"));
  builder.record(Section::kAnswer, name("ftp.example.org"), Type::kA, Class::kIn, 60,
                 rdata(Type::kA, "192.0.2.2"));
  EXPECT_EQ(to_hex(builder.message()),
            "123481800001000200000000"
            "03777777074578616d706c65036f72670000010001"
            "c00c000100010000003c0004c0000201"
            "03667470c010000100010000003c0004c0000202");
  const Message message = parse(builder);
  auto record = message.answers().begin();
  EXPECT_EQ(record->owner.expand().to_text(), "www.Example.org.");
  EXPECT_EQ((++record)->owner.expand().to_text(), "ftp.Example.org.");
}

TEST_F(BuilderTest, a_name_is_not_compressed_against_itself) {
  Builder builder(buffer_, 1, 0);
  builder.question(name("a.a.a"), Type::kA);
  builder.question(name("a.a"), Type::kA);
  const Message message = parse(builder);
  EXPECT_EQ(message.question()->name.expand().to_text(), "a.a.a.");
  EXPECT_EQ(builder.size_octets(), 12u + 7 + 4 + 2 + 4);
}

TEST_F(BuilderTest, edns_options_and_padding) {
  Builder builder(buffer_, 1, 0);
  builder.question(name("example.org"), Type::kAaaa);
  builder.begin_edns(1232, 0, 0, true);
  builder.option(Option::kNsid, {});
  builder.extended_error(ExtendedError::kBlocked, "by policy");
  builder.pad_to(128);
  builder.end_edns();
  EXPECT_EQ(builder.size_octets(), 128u);
  const Message message = parse(builder);
  ASSERT_TRUE(message.edns().has_value());
  EXPECT_TRUE(message.edns()->dnssec_ok);
  EXPECT_EQ(message.edns()->udp_size, 1232);
  EXPECT_EQ(option_to_text(*find_option(*message.edns(), Option::kExtendedError)),
            "EDE: 15 (Blocked): \"by policy\"");
  EXPECT_TRUE(find_option(*message.edns(), Option::kNsid)->data.empty());
}

TEST_F(BuilderTest, padding_ends_where_the_buffer_ends) {
  for (size_t size = 40; size <= 140; ++size) {
    Builder builder(MutableBytes(buffer_).first(size), 1, 0);
    builder.question(name("example.org"), Type::kAaaa);
    builder.begin_edns(1232, 0, 0, false);
    builder.pad_to(128);
    builder.end_edns();
    parse(builder);
    EXPECT_EQ(builder.size_octets(), size < 44 ? 40 : std::min<size_t>(size, 128)) << size;
  }
}

TEST_F(BuilderTest, whatever_does_not_fit_makes_the_builder_not_ok) {
  std::array<uint8_t, 4096> source_buffer;
  Builder source(source_buffer, 1, 0x8000);
  source.question(name("example.org"), Type::kMx);
  source.record(Section::kAnswer, name("example.org"), Type::kMx, Class::kIn, 60,
                rdata(Type::kMx, "10 mail.example.org."));
  const Message message = parse(source);
  const size_t needed = source.size_octets();  // 11 more for the OPT, 11 fewer by compressing
  for (size_t size = 0; size <= needed; ++size) {
    buffer_.fill(1);
    Builder builder(MutableBytes(buffer_).first(size), 1, 0x8000);
    builder.question(message.question()->name.expand(), Type::kMx);
    for (const Record& record : message.answers()) builder.copy(Section::kAnswer, record, 60);
    builder.begin_edns(1232, 0, 0, false);
    builder.end_edns();
    EXPECT_EQ(builder.ok(), size == needed) << size;
    EXPECT_LE(builder.size_octets(), size);
  }
}

/// A message whose answer holds `type` with a name compressed inside its data.
Octets with_compressed_data(Type type, std::string_view hex_before, std::string_view hex_after) {
  std::string hex = "000180000001000100000000";
  hex +=
      "07"
      "6578616d706c65"
      "036f7267"
      "00";
  hex += to_hex(std::array<uint8_t, 2>{static_cast<uint8_t>(static_cast<unsigned>(type) >> 8),
                                       static_cast<uint8_t>(type)}) +
         "0001" + "c00c";
  hex += to_hex(std::array<uint8_t, 2>{static_cast<uint8_t>(static_cast<unsigned>(type) >> 8),
                                       static_cast<uint8_t>(type)}) +
         "00010000003c";
  const std::string data = std::string(hex_before) + "0161c00c" + std::string(hex_after);
  hex += "00" + to_hex(std::array<uint8_t, 1>{static_cast<uint8_t>(data.size() / 2)}) + data;
  return *from_hex(hex);
}

TEST_F(BuilderTest, copying_compresses_inside_data_of_rfc_1035_types_only) {
  struct Case {
    Type type;
    const char* before;
    const char* after;
    const char* text;
    bool compressed;
  };
  const std::string soa_numbers = "c00c0000000100000002000000030000000400000005";
  const Case cases[] = {
      {Type::kNs, "", "", "a.example.org.", true},
      {Type::kCname, "", "", "a.example.org.", true},
      {Type::kPtr, "", "", "a.example.org.", true},
      {Type::kMb, "", "", "a.example.org.", true},
      {Type::kMx, "000a", "", "10 a.example.org.", true},
      {Type::kMinfo, "", "c00c", "a.example.org. example.org.", true},
      {Type::kSoa, "", soa_numbers.c_str(), "a.example.org. example.org. 1 2 3 4 5", true},
      {Type::kDname, "", "", "a.example.org.", false},
      {Type::kRp, "", "c00c", "a.example.org. example.org.", false},
      {Type::kAfsdb, "0001", "", "1 a.example.org.", false},
      {Type::kRt, "0001", "", "1 a.example.org.", false},
      {Type::kKx, "0001", "", "1 a.example.org.", false},
      {Type::kPx, "0001", "c00c", "1 a.example.org. example.org.", false},
      {Type::kSrv, "000100020003", "", "1 2 3 a.example.org.", false},
      {Type::kNaptr, "00010002000000", "", "1 2 \"\" \"\" \"\" a.example.org.", false},
      {Type::kNsec, "", "000140", "a.example.org. A", false},
      {Type::kHttps, "0001", "", "1 a.example.org.", false},
      {Type::kIpseckey, "0a0300", "", "10 3 0 a.example.org.", false},
  };
  for (const Case& c : cases) {
    const Octets octets = with_compressed_data(c.type, c.before, c.after);
    const auto source = Message::parse(octets);
    ASSERT_TRUE(source.ok()) << to_text(c.type);
    const Record original = *source->answers().begin();
    EXPECT_EQ(rdata_to_text(original), c.text) << to_text(c.type);

    // A question of another length moves every offset.
    Builder builder(buffer_, 1, 0x8000);
    builder.question(name("other.length.Example.org"), c.type);
    builder.copy(Section::kAnswer, original, 7);
    const Message copy = parse(builder);
    const Record record = *copy.answers().begin();
    EXPECT_EQ(record.ttl, 7u);
    std::string lower = rdata_to_text(record);
    if (const size_t at = lower.find("Example"); at != lower.npos) lower[at] = 'e';
    if (const size_t at = lower.find("Example"); at != lower.npos) lower[at] = 'e';
    EXPECT_EQ(lower, c.text);
    if (c.compressed) {
      EXPECT_LE(record.rdata.size(), original.rdata.size()) << to_text(c.type);
    } else {
      EXPECT_GT(record.rdata.size(), original.rdata.size()) << to_text(c.type);
      const Record alone{.type = c.type, .rdata = record.rdata};
      EXPECT_EQ(rdata_to_text(alone), c.text) << "a pointer was left in " << to_text(c.type);
    }
  }
}

TEST_F(BuilderTest, malformed_data_is_copied_octet_for_octet) {
  for (const char* after : {"ff", "0000"}) {
    const Octets octets = with_compressed_data(Type::kMx, "000a", after);
    const auto source = Message::parse(octets);
    Builder builder(buffer_, 1, 0x8000);
    builder.question(name("another.name"), Type::kMx);
    builder.copy(Section::kAnswer, *source->answers().begin(), 7);
    builder.record(Section::kAnswer, name("a.example.org"), Type::kA, Class::kIn, 1, {});
    const Message message = parse(builder);
    auto record = message.answers().begin();
    EXPECT_TRUE(equal(record->rdata, source->answers().begin()->rdata));
    EXPECT_EQ((++record)->owner.expand().to_text(), "a.example.org.");
  }
}

TEST_F(BuilderTest, pointers_never_reach_beyond_fourteen_bits) {
  std::vector<uint8_t> buffer(kMaxMessage + 100);
  Builder builder(buffer, 1, 0x8000);
  builder.question(name("start.example"), Type::kTxt);
  const Octets filler(250, 'x');
  int records = 0;
  for (; builder.size_octets() < 50000; ++records)
    builder.record(
        Section::kAnswer,
        name("n" + std::to_string(records) + ".zone" + std::to_string(records / 20) + ".example"),
        static_cast<Type>(65280), Class::kIn, 1, filler);
  const Message message = parse(builder);
  int seen = 0;
  for (const Record& record : message.answers()) {
    EXPECT_EQ(record.owner.expand().to_text(),
              "n" + std::to_string(seen) + ".zone" + std::to_string(seen / 20) + ".example.");
    ++seen;
  }
  EXPECT_EQ(seen, records);
  while (builder.ok()) builder.record(Section::kAnswer, Name(), Type::kNull, Class::kIn, 1, filler);
  EXPECT_LE(builder.size_octets(), kMaxMessage);
}

}  // namespace
}  // namespace weir::dns
