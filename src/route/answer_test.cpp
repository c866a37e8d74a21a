// Tests of reading answers: what counts, chains in any order, hints, and bounds.
#include "route/answer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "kit/dns_messages.h"
#include "kit/routes.h"

namespace weir::route {
namespace {

using dns::Rcode;
using dns::Section;
using dns::Type;
using kit::address;
using Records = std::vector<kit::RecordText>;

Octets message(const Records& records, Rcode rcode = Rcode::kNoError, uint16_t flags = 0,
               Type type = Type::kA, std::string_view name = "a.example") {
  Octets buffer(65535);
  dns::Builder builder(
      buffer, 0, static_cast<uint16_t>(dns::flag::kQr | flags | static_cast<uint16_t>(rcode)));
  builder.question(*dns::Name::parse(name), type);
  for (const kit::RecordText& record : records)
    builder.record(record.section, *dns::Name::parse(record.owner), record.type, dns::Class::kIn,
                   record.ttl, *dns::rdata_from_text(record.type, record.data));
  EXPECT_TRUE(builder.ok());
  buffer.resize(builder.size_octets());
  return buffer;
}

model::Observation observe(const Octets& octets,
                           model::MessageType type = model::MessageType::kClientResponse) {
  model::Observation observation;
  observation.type = type;
  observation.response_message = octets;
  return observation;
}

/// `a.example. b.example. | 1.1.1.1 60`, or why there is nothing.
std::string read(AnswerReader& reader, const Octets& octets) {
  const Answer* answer = reader.read(observe(octets));
  if (answer == nullptr) {
    for (size_t i = 0; i < kUnusables; ++i)
      if (reader.unusable(static_cast<Unusable>(i)) != 0)
        return std::string(to_text(static_cast<Unusable>(i)));
    return "uncounted";
  }
  std::string text;
  for (const dns::Name& name : answer->chain) text += name.to_text() + " ";
  text += "|";
  for (const AnswerAddress& each : answer->addresses)
    text += " " + each.address.to_text() + " " + std::to_string(each.ttl);
  return text;
}
std::string read(const Octets& octets, AnswerSettings settings = {}) {
  AnswerReader reader(std::move(settings));
  return read(reader, octets);
}

TEST(Answer, B14_takes_addresses_with_their_ttls) {
  EXPECT_EQ(read(message({{Section::kAnswer, "a.example", 60, Type::kA, "1.1.1.1"},
                          {Section::kAnswer, "a.example", 30, Type::kAaaa, "2606:4700::1"},
                          {Section::kAnswer, "a.example", 90, Type::kA, "1.1.1.1"}})),
            "a.example. | 1.1.1.1 90 2606:4700::1 30");
}

TEST(Answer, D26_names_are_folded) {
  EXPECT_EQ(read(message({{Section::kAnswer, "A.eXample", 60, Type::kA, "1.1.1.1"}},
                         Rcode::kNoError, 0, Type::kA, "a.EXAMPLE")),
            "a.example. | 1.1.1.1 60");
}

TEST(Answer, B16_the_chain_is_rebuilt_by_name_whatever_the_order) {
  Records records = {{Section::kAnswer, "a.example", 5, Type::kCname, "b.example."},
                     {Section::kAnswer, "b.example", 6, Type::kCname, "c.example."},
                     {Section::kAnswer, "c.example", 7, Type::kA, "1.1.1.1"},
                     {Section::kAnswer, "x.example", 8, Type::kA, "1.1.1.2"}};
  std::vector<size_t> order = {0, 1, 2, 3};
  do {
    Records shuffled;
    for (const size_t i : order) shuffled.push_back(records[i]);
    EXPECT_EQ(read(message(shuffled)), "a.example. b.example. c.example. | 1.1.1.1 7");
  } while (std::ranges::next_permutation(order).found);
}

TEST(Answer, addresses_that_the_chain_does_not_lead_to_do_not_count) {
  EXPECT_EQ(read(message({{Section::kAnswer, "evil.example", 60, Type::kA, "1.1.1.1"},
                          {Section::kAdditional, "a.example", 60, Type::kA, "1.1.1.2"},
                          {Section::kAuthority, "a.example", 60, Type::kA, "1.1.1.3"}})),
            "empty");
}

TEST(Answer, loops_and_long_chains_end) {
  AnswerReader reader;
  EXPECT_EQ(read(reader, message({{Section::kAnswer, "a.example", 5, Type::kCname, "b.example."},
                                  {Section::kAnswer, "b.example", 5, Type::kCname, "a.example."},
                                  {Section::kAnswer, "c.example", 5, Type::kA, "1.1.1.1"}})),
            "empty");
  EXPECT_EQ(reader.cut_short(), 1U);
  std::vector<std::string> names = {"a.example."};
  for (int i = 1; i <= 40; ++i) names.push_back("n" + std::to_string(i) + ".example.");
  Records records;
  for (size_t i = 0; i + 1 < names.size(); ++i)
    records.push_back({Section::kAnswer, names[i], 5, Type::kCname, names[i + 1]});
  records.push_back({Section::kAnswer, names.back(), 5, Type::kA, "1.1.1.1"});
  EXPECT_EQ(reader.read(observe(message(records))), nullptr);
  EXPECT_EQ(reader.cut_short(), 2U);
}

TEST(Answer, R3_hints_of_service_records_count_unless_told_otherwise) {
  const Octets octets = message(
      {{Section::kAnswer, "a.example", 60, Type::kHttps,
        "1 . alpn=h2 ipv4hint=1.1.1.1,1.1.1.2 ipv6hint=2606:4700::1"},
       {Section::kAnswer, "a.example", 50, Type::kSvcb, "2 other.example. ipv4hint=1.1.1.3"},
       {Section::kAnswer, "a.example", 60, Type::kHttps, "0 alias.example."}},
      Rcode::kNoError, 0, Type::kHttps);
  EXPECT_EQ(read(octets), "a.example. | 1.1.1.1 60 1.1.1.2 60 2606:4700::1 60 1.1.1.3 50");
  EXPECT_EQ(read(octets, {.hints = false}), "empty");
}

TEST(Answer, service_records_cut_off_anywhere_do_no_harm) {
  Octets octets = message({{Section::kAnswer, "a.example", 60, Type::kHttps,
                            "1 svc.example. alpn=h2 ipv4hint=1.1.1.1,1.1.1.2 port=1"}});
  const size_t rdata_size =
      dns::rdata_from_text(Type::kHttps, "1 svc.example. alpn=h2 ipv4hint=1.1.1.1,1.1.1.2 port=1")
          ->size();
  for (size_t left = rdata_size; left-- != 0;) {
    Octets cut(octets.begin(), octets.end() - static_cast<ptrdiff_t>(rdata_size - left));
    store_u16(&cut[cut.size() - left - 2], static_cast<uint16_t>(left));
    const std::string text = read(cut);
    EXPECT_TRUE(text == "empty" || text.starts_with("a.example. | 1.1.1.1 60")) << text;
  }
}

TEST(Answer, R3_addresses_that_dns64_made_up_do_not_count) {
  EXPECT_EQ(read(message({{Section::kAnswer, "a.example", 60, Type::kAaaa, "2a00:64::808:808"},
                          {Section::kAnswer, "a.example", 60, Type::kAaaa, "2a00:65::1"}}),
                 {.nat64 = {kit::prefix("2a00:64::/96")}}),
            "a.example. | 2a00:65::1 60");
}

TEST(Answer, R1_only_successful_responses_of_class_in_count) {
  const Records records = {{Section::kAnswer, "a.example", 60, Type::kA, "1.1.1.1"}};
  EXPECT_EQ(read(message(records, Rcode::kNxDomain)), "failed");
  EXPECT_EQ(read(message(records, Rcode::kNoError, 5U << 11)), "failed");
  Octets query = message(records);
  query[2] &= 0x7f;
  EXPECT_EQ(read(query), "malformed");
  Octets chaos = message(records);
  chaos[12 + 11 + 3] = 3;  // the question's class
  EXPECT_EQ(read(chaos), "class");
  EXPECT_EQ(read({}), "malformed");
}

TEST(Answer, a_message_cut_off_anywhere_is_malformed) {
  const Octets octets = message({{Section::kAnswer, "a.example", 60, Type::kA, "1.1.1.1"}});
  for (size_t size = 0; size < octets.size(); ++size)
    EXPECT_EQ(read({octets.begin(), octets.begin() + static_cast<ptrdiff_t>(size)}), "malformed");
}

TEST(Answer, B12_only_the_message_types_wanted_count) {
  const Octets octets = message({{Section::kAnswer, "a.example", 60, Type::kA, "1.1.1.1"}});
  AnswerReader reader;
  for (const auto type : {model::MessageType::kResolverResponse, model::MessageType::kClientQuery,
                          model::MessageType::kForwarderResponse})
    EXPECT_EQ(reader.read(observe(octets, type)), nullptr);
  EXPECT_EQ(reader.unusable(Unusable::kType), 3U);
  AnswerReader other({.types = {model::MessageType::kForwarderResponse}});
  EXPECT_NE(other.read(observe(octets, model::MessageType::kForwarderResponse)), nullptr);
}

TEST(Answer, many_addresses_are_cut_at_the_bound) {
  std::vector<std::string> hosts;
  for (int i = 0; i < 300; ++i)
    hosts.push_back("1.1." + std::to_string(i / 256) + "." + std::to_string(i % 256));
  Records records;
  for (const std::string& host : hosts)
    records.push_back({Section::kAnswer, "a.example", 60, Type::kA, host});
  AnswerReader reader;
  const Octets octets = message(records);
  EXPECT_EQ(reader.read(observe(octets))->addresses.size(), kMostAddresses);
  EXPECT_EQ(reader.cut_short(), 1U);
}

TEST(Answer, a_ttl_with_its_top_bit_set_is_zero) {
  EXPECT_EQ(read(message({{Section::kAnswer, "a.example", 0x80000001, Type::kA, "1.1.1.1"}})),
            "a.example. | 1.1.1.1 0");
}

}  // namespace
}  // namespace weir::route
