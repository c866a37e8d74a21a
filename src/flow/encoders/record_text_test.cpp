// Tests of the short ways: they say what the long ones say.
#include "flow/encoders/record_text.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "proto/dns/rdata.h"

namespace weir::flow {
namespace {
using namespace std::string_view_literals;

std::string rdata_text(const dns::Record& record) {
  JsonWriter writer;
  put_rdata(record, writer);
  return std::string(writer.text());
}

/// A message of one name, at 12, and data behind it, as the record that a parser would make.
struct Made {
  Octets octets;
  dns::Record record;

  Made(std::string_view owner, dns::Type type, std::string_view data) {
    octets.assign(dns::kHeaderSize, 0);
    octets.insert(octets.end(), owner.begin(), owner.end());
    const size_t at = octets.size();
    octets.insert(octets.end(), data.begin(), data.end());
    record.owner = dns::NameView(octets, dns::kHeaderSize);
    record.type = type;
    record.klass = dns::Class::kIn;
    record.rdata_offset = static_cast<uint16_t>(at);
    record.message = octets;
    record.rdata = Bytes(octets).subspan(at);
  }
};

TEST(RecordText, data_of_any_octets_reads_as_the_long_way_prints_it) {
  SeededRandom random(5);
  constexpr dns::Type kTypes[] = {dns::Type::kA,   dns::Type::kAaaa, dns::Type::kCname,
                                  dns::Type::kNs,  dns::Type::kPtr,  dns::Type::kMx,
                                  dns::Type::kTxt, dns::Type::kSoa,  static_cast<dns::Type>(4711)};
  constexpr std::string_view kData[] = {"\1\2\3\4"sv,
                                        "\1\2\3"sv,
                                        "\1\2\3\4\5\6\7\x8\1\2\3\4\5\6\7\x8"sv,
                                        "\3www\xc0\x0c"sv,
                                        "\3w\"w\xc0\x0c"sv,
                                        "\xc0\x0c"sv,
                                        "\3www\0"sv,
                                        "\3www\0x"sv,
                                        "\0"sv,
                                        ""sv,
                                        "\3ww"sv,
                                        "\0\5\4mail\xc0\x0c"sv,
                                        "\3a\\b"sv};
  for (const dns::Type type : kTypes)
    for (const std::string_view data : kData)
      for (int round = 0; round < 20; ++round) {
        std::string octets(data);
        if (round > 0 && !octets.empty())
          octets[random.next() % octets.size()] = static_cast<char>(random.next());
        const Made made("\7example\3org\0"sv, type, octets);
        std::string expected;
        append_json_escaped(expected, dns::rdata_to_text(made.record));
        EXPECT_EQ(rdata_text(made.record), expected) << to_text(type) << " " << to_hex(made.octets);
      }
}

TEST(RecordText, an_owner_that_repeats_is_the_same_text) {
  Made made("\3w|w\7example\3org\0\xc0\x0c\xc0\x10"sv, dns::Type::kA, "\1\2\3\4"sv);
  JsonWriter writer;
  OwnerText owner;
  for (const uint16_t offset : {12, 29, 12, 31, 29}) {
    made.record.owner = dns::NameView(made.octets, offset);
    owner.put(made.record, writer);
    writer.put(' ');
  }
  EXPECT_EQ(writer.text(),
            "w|w.example.org w|w.example.org w|w.example.org example.org w|w.example.org ");
}

TEST(JsonWriter, replaces_behind_a_place_only) {
  JsonWriter writer;
  writer.escaped("a|b");
  const size_t at = writer.size();
  EXPECT_FALSE(writer.replace(at, '|', "+++"));
  writer.escaped("||c|");
  EXPECT_TRUE(writer.replace(at, '|', "+++"));
  EXPECT_EQ(writer.text(), "a|b++++++c+++");
}

TEST(JsonWriter, grows_by_any_name_and_text) {
  JsonWriter writer;
  std::string wire, expected;
  for (int label = 0; label < 3; ++label) wire += '\x3f' + std::string(63, '\x1f');
  wire += '\0';
  for (int i = 0; i < 50; ++i) {
    writer.name(as_bytes(wire), JsonWriter::Dot::kFinal);
    writer.escaped(std::string(static_cast<size_t>(i), '"'));
    append_json_escaped(expected, dns::wire_name_to_text(as_bytes(wire)));
    append_json_escaped(expected, std::string(static_cast<size_t>(i), '"'));
  }
  EXPECT_EQ(writer.text(), expected);
}

}  // namespace
}  // namespace weir::flow
