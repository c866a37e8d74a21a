// A second opinion: ldns reads what we write, and writes what we read.
#include "proto/dns/rdata_vectors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>

#include "proto/dns/builder.h"
#include "proto/dns/message.h"
#include "proto/dns/rdata.h"
#include "proto/dns/rdata_format.h"

// Last: it defines macros that other headers do not survive.
#include <ldns/ldns.h>

namespace weir::dns {
namespace {

struct FreeRr {
  void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
};
struct FreePacket {
  void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
};
struct FreeText {
  void operator()(char* text) const { free(text); }
};
using Rr = std::unique_ptr<ldns_rr, FreeRr>;
using Packet = std::unique_ptr<ldns_pkt, FreePacket>;

/// `x. 1 IN type data` as ldns reads it; empty where it does not.
Rr rr_from_text(Type type, std::string_view data) {
  const std::string line = "x. 1 IN " + to_text(type) + " " + std::string(data);
  ldns_rr* rr = nullptr;
  if (ldns_rr_new_frm_str(&rr, line.c_str(), 0, nullptr, nullptr) != LDNS_STATUS_OK) rr = nullptr;
  return Rr(rr);
}

Octets rdata_of(const ldns_rr* rr) {
  Octets octets;
  for (size_t i = 0; i < ldns_rr_rd_count(rr); ++i) {
    const ldns_rdf* field = ldns_rr_rdf(rr, i);
    const uint8_t* data = ldns_rdf_data(field);
    octets.insert(octets.end(), data, data + ldns_rdf_size(field));
  }
  return octets;
}

/// Hexadecimal and base 32 in lower case, SvcParams without the quotes that ldns leaves out.
std::string normal(Type type, std::string text) {
  if (type == Type::kSvcb || type == Type::kHttps) std::erase(text, '"');
  for (char& c : text) c = static_cast<char>(tolower(c));
  return text;
}

/// Why ldns is not asked about some data, or empty.
std::string_view not_asked(Type type, std::string_view text) {
  switch (type) {
    case Type::kAvc: return "ldns 1.8 does not know it";
    case Type::kKey: return "ldns wants key octets";
    case Type::kIpseckey: return text.ends_with(" .") ? "ldns wants key octets" : "";
    case Type::kSvcb:
      return text.find('\\') != text.npos ? "ldns takes \\\\, for a comma between" : "";
    case Type::kHttps: return text.find("ohttp") != text.npos ? "ldns 1.8 ends at dohpath" : "";
    default: return {};
  }
}

/// Why ldns spells some data otherwise, or empty. What it prints still has to mean the same to us.
std::string_view spelled_otherwise(Type type, std::string_view text) {
  switch (type) {
    case Type::kLoc: return "two digits of minutes, and no centimetres where there are none";
    case Type::kApl: return "IPv6 addresses in full; no items as \\# 0";
    case Type::kNsec3: return "two spaces after the salt";
    case Type::kGpos: return "strings without quotes";
    case Type::kRrsig: return text.find("2106") != text.npos ? "times after 2038 wrap" : "";
    case Type::kCaa: return text.ends_with("\"\"") ? "an empty value as nothing" : "";
    case Type::kCert: return "algorithms by mnemonic";
    default: return {};
  }
}
/// Those of the above that even mean something else.
bool means_otherwise(Type type) {
  return type == Type::kRrsig || type == Type::kCaa || type == Type::kCert;
}

TEST(Ldns, reads_our_presentation_into_the_same_wire) {
  for (const auto& [type, text] : kRdataVectors) {
    if (!not_asked(type, text).empty()) continue;
    const Rr rr = rr_from_text(type, text);
    if (!rr) {
      ADD_FAILURE() << "ldns does not read " << to_text(type) << " " << text;
      continue;
    }
    EXPECT_EQ(to_hex(rdata_of(rr.get())), to_hex(*rdata_from_text(type, text)))
        << to_text(type) << " " << text;
  }
}

TEST(Ldns, prints_our_wire_as_we_do) {
  for (const auto& [type, text] : kRdataVectors) {
    if (!not_asked(type, text).empty()) continue;
    std::array<uint8_t, 4096> buffer;
    Builder builder(buffer, 1, 0x8000);
    builder.record(Section::kAnswer, Name(), type, Class::kIn, 1, *rdata_from_text(type, text));
    ldns_pkt* raw = nullptr;
    ASSERT_EQ(ldns_wire2pkt(&raw, builder.message().data(), builder.size_octets()), LDNS_STATUS_OK)
        << to_text(type) << " " << text;
    const Packet packet(raw);
    const std::unique_ptr<char, FreeText> line(
        ldns_rr2str(ldns_rr_list_rr(ldns_pkt_answer(raw), 0)));
    const std::string prefix = ".\t1\tIN\t" + to_text(type) + "\t";
    std::string theirs(line.get());
    ASSERT_TRUE(theirs.starts_with(prefix)) << theirs;
    theirs = theirs.substr(prefix.size(), theirs.find('\n') - prefix.size());
    theirs = theirs.substr(0, theirs.find(" ;{"));  // a comment after keys
    while (theirs.ends_with(' ')) theirs.pop_back();
    if (normal(type, theirs) == normal(type, std::string(text))) continue;
    EXPECT_FALSE(spelled_otherwise(type, text).empty()) << theirs << " for " << text;
    if (means_otherwise(type)) continue;
    const auto meant = rdata_from_text(type, theirs);
    ASSERT_TRUE(meant.ok()) << meant.error().what;
    EXPECT_EQ(*meant, *rdata_from_text(type, text)) << theirs;
  }
}

Name random_name(std::mt19937& random) {
  constexpr std::string_view kLabels[] = {"a", "bb", "www", "example", "Example", "org", "x-y_z"};
  std::string text;
  for (unsigned i = random() % 5; i > 0; --i) (text += kLabels[random() % 7]) += '.';
  return *Name::parse(text.empty() ? "." : text);
}

TEST(Ldns, agrees_on_random_messages) {
  std::mt19937 random(2);  // NOLINT: the same messages every time
  for (int round = 0; round < 2000; ++round) {
    std::array<uint8_t, 8192> buffer;
    // Opcodes 0 and 4, and response codes up to 7: ldns keeps both in enumerations.
    const auto flags = static_cast<uint16_t>(random() & 0xa7f7);
    Builder builder(buffer, static_cast<uint16_t>(random()), flags);
    const Name qname = random_name(random);
    builder.question(qname, Type::kA);
    std::vector<std::string> ours;
    for (unsigned i = random() % 8; i > 0; --i) {
      const auto& [type, text] = kRdataVectors[random() % std::size(kRdataVectors)];
      if (!not_asked(type, text).empty()) continue;
      const Octets data = *rdata_from_text(type, text);
      const Name owner = random_name(random);
      // Through `copy`, so that data is compressed too.
      std::array<uint8_t, 1024> alone_buffer;
      Builder alone(alone_buffer, 0, 0);
      alone.record(Section::kAnswer, owner, type, Class::kIn, 77, data);
      const auto message = Message::parse(alone.message());
      ASSERT_TRUE(message.ok());
      builder.copy(Section::kAnswer, *message->answers().begin(), 77);
    }
    ASSERT_TRUE(builder.ok());
    const auto message = Message::parse(builder.message());
    ASSERT_TRUE(message.ok()) << to_hex(builder.message());
    ldns_pkt* raw = nullptr;
    ASSERT_EQ(ldns_wire2pkt(&raw, builder.message().data(), builder.size_octets()), LDNS_STATUS_OK)
        << to_hex(builder.message());
    const Packet packet(raw);
    EXPECT_EQ(ldns_pkt_id(raw), message->header().id);
    EXPECT_EQ(ldns_pkt_get_rcode(raw), message->header().rcode());
    EXPECT_EQ(ldns_pkt_get_opcode(raw), static_cast<int>(message->header().opcode()));
    ASSERT_EQ(ldns_pkt_ancount(raw), message->answers().count());
    size_t i = 0;
    for (const Record& record : message->answers()) {
      const ldns_rr* rr = ldns_rr_list_rr(ldns_pkt_answer(raw), i++);
      const ldns_rdf* owner = ldns_rr_owner(rr);
      EXPECT_TRUE(
          equal(record.owner.expand().wire(), {ldns_rdf_data(owner), ldns_rdf_size(owner)}));
      EXPECT_EQ(ldns_rr_get_type(rr), static_cast<int>(record.type));
      EXPECT_EQ(ldns_rr_ttl(rr), record.ttl);
      const auto ours_alone = rdata_from_text(record.type, rdata_to_text(record));
      ASSERT_TRUE(ours_alone.ok()) << rdata_to_text(record);
      EXPECT_EQ(to_hex(*ours_alone), to_hex(rdata_of(rr))) << rdata_to_text(record);
    }
  }
}

TEST(Ldns, reads_the_same_names_where_both_accept_damaged_octets) {
  std::mt19937 random(3);  // NOLINT: the same messages every time
  int both = 0;
  for (int round = 0; round < 20000; ++round) {
    std::array<uint8_t, 2048> buffer;
    Builder builder(buffer, 1, 0x8000);
    builder.question(random_name(random), Type::kMx);
    for (int i = 0; i < 3; ++i)
      builder.record(Section::kAnswer, random_name(random), Type::kMx, Class::kIn, 1,
                     *rdata_from_text(Type::kMx, "1 mail.example.org."));
    Octets octets(builder.message().begin(), builder.message().end());
    for (unsigned i = random() % 4; i > 0; --i)
      octets[random() % octets.size()] = static_cast<uint8_t>(random());
    const auto ours = Message::parse_prefix(octets);
    ldns_pkt* raw = nullptr;
    const auto status = ldns_wire2pkt(&raw, octets.data(), octets.size());
    const Packet packet(status == LDNS_STATUS_OK ? raw : nullptr);
    if (!ours || !packet) continue;
    ++both;
    EXPECT_EQ(ldns_pkt_ancount(raw), ours->answers().count());
    size_t i = 0;
    for (const Record& record : ours->answers()) {
      const ldns_rdf* owner = ldns_rr_owner(ldns_rr_list_rr(ldns_pkt_answer(raw), i++));
      ASSERT_TRUE(equal(record.owner.expand().wire(), {ldns_rdf_data(owner), ldns_rdf_size(owner)}))
          << to_hex(octets);
    }
  }
  EXPECT_GT(both, 5000);
}

}  // namespace
}  // namespace weir::dns
