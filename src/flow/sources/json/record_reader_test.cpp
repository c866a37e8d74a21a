// W-21 and W-22: lines of each shape become observations that are written as the same lines again,
// and what is no record says why.
#include "flow/sources/json/record_reader.h"

#include <gtest/gtest.h>

#include <random>

#include "flow/catalogue.h"
#include "kit/observations.h"
#include "proto/dns/builder.h"
#include "proto/dns/rdata.h"
#include "proto/dnstap/policy.h"

namespace weir::flow::json_source {
namespace {

std::string line_of(const model::Observation& observation, Format format = Format::kFlatJson) {
  std::string line;
  make_encoder(format, "us", "weir")->encode(observation, line);
  if (!line.empty()) line.pop_back();
  return line;
}

/// Without the fields that are the reader's own: who it was seen by, and its number there.
std::string but_for_marks(std::string line) {
  const size_t from = line.find("\"weir.source\"");
  const size_t to = line.find("\"weir.answer-source\"");
  return line.erase(from, to - from);
}

/// What the reader makes of a flat line, as a flat line.
std::string through(RecordReader& reader, const std::string& line) {
  const LineFault fault = reader.read(line);
  EXPECT_EQ(fault, LineFault::kNone) << to_text(fault) << ": " << line;
  return fault == LineFault::kNone ? line_of(reader.observation()) : "";
}

void expect_same(const model::Observation& observation) {
  RecordReader reader("tag");
  const std::string before = line_of(observation);
  EXPECT_EQ(but_for_marks(through(reader, before)), but_for_marks(before));
  EXPECT_EQ(reader.left_out(), 0U);
}

/// A response with a record of each of these, in the answer section.
struct Response : kit::Seen {
  Response() : Seen("www.example.org") {
    answer();
    builder.emplace(MutableBytes(octets), 7, dns::flag::kQr | dns::flag::kRd);
    builder->question(*dns::Name::parse("www.example.org"), dns::Type::kA);
  }
  void add(dns::Section section, std::string_view owner, dns::Type type, std::string_view text) {
    const auto rdata = dns::rdata_from_text(type, text);
    ASSERT_TRUE(rdata) << text;
    const auto name = *dns::Name::parse(owner);
    Octets whole(name.wire().begin(), name.wire().end());
    whole.insert(whole.end(), rdata->begin(), rdata->end());
    dns::Record record;
    record.owner = dns::NameView(whole, 0);
    record.type = type;
    record.klass = dns::Class::kIn;
    record.rdata = Bytes(whole).subspan(name.size_octets());
    record.rdata_offset = static_cast<uint16_t>(name.size_octets());
    record.message = whole;
    builder->copy(section, record, 300);
  }
  model::Observation& finish() {
    response.assign(builder->message().begin(), builder->message().end());
    observation.response_message = response;
    describe();
    return observation;
  }

  Octets octets = Octets(dns::kMaxMessage);
  std::optional<dns::Builder> builder;
};

TEST(RecordReader, a_question_and_an_answer_come_through_as_they_were) {
  kit::Seen seen("www.Example.org");
  expect_same(seen.observation);
  seen.answer();
  expect_same(seen.observation);
}

TEST(RecordReader, records_of_every_kind_come_through) {
  Response response;
  using Section = dns::Section;
  response.add(Section::kAnswer, "www.example.org", dns::Type::kCname, "a.example.org.");
  response.add(Section::kAnswer, "a.example.org", dns::Type::kA, "192.0.2.1");
  response.add(Section::kAnswer, "a.example.org", dns::Type::kAaaa, "2001:db8::1");
  response.add(Section::kAnswer, "a.example.org", dns::Type::kMx, "10 mail.example.org.");
  response.add(Section::kAnswer, "a.example.org", dns::Type::kTxt, R"("a|b" "c\"\\ d\009")");
  response.add(Section::kAnswer, "a.example.org", dns::Type::kSrv, "1 2 53 srv.example.org.");
  response.add(Section::kAnswer, "a.example.org", static_cast<dns::Type>(65280), R"(\# 3 0a0b0c)");
  response.add(Section::kAuthority, "example.org", dns::Type::kSoa,
               "ns.example.org. root.example.org. 1 2 3 4 5");
  response.add(Section::kAuthority, "example.org", dns::Type::kNs, "ns.example.org.");
  response.add(Section::kAdditional, "x\\124y.example.org", dns::Type::kA, "192.0.2.2");
  response.builder->begin_edns(1232, 0, 0, true);
  response.builder->option(static_cast<dns::Option>(3), as_bytes("ab"));
  response.builder->option(static_cast<dns::Option>(12), {});
  response.builder->end_edns();
  expect_same(response.finish());
}

TEST(RecordReader, an_opt_record_of_zeros_is_still_one) {
  Response response;
  response.builder->begin_edns(0, 0, 0, false);
  response.builder->end_edns();
  expect_same(response.finish());
}

TEST(RecordReader, marks_and_what_dnstap_knows_come_through) {
  kit::Seen seen("example.org");
  seen.answer(12ms);
  dnstap::Policy policy;
  policy.type = "RPZ";
  policy.rule = as_bytes("rule-1");
  policy.action = dnstap::PolicyAction::kNxdomain;
  policy.match = dnstap::PolicyMatch::kClientIp;
  policy.value = as_bytes("\xc0\x02\x02\x07");
  Octets encoded;
  encode_policy(policy, encoded);
  const Octets zone = {3, 'o', 'r', 'g', 0};
  model::DnstapExtras extras;
  extras.identity = as_bytes("ns1");
  extras.version = as_bytes("v 2");
  extras.extra = as_bytes("a\n\"b\"");
  extras.query_zone = zone;
  extras.policy = encoded;
  extras.http_protocol = 2;
  seen.observation.dnstap = &extras;
  seen.observation.protocol = model::Protocol::kDoh;
  seen.observation.defragmented = true;
  expect_same(seen.observation);
}

TEST(RecordReader, D18_any_octet_in_names_and_texts_comes_through) {
  for (int octet = 0; octet < 256; ++octet) {
    const auto any = static_cast<uint8_t>(octet);
    kit::Seen seen("example.org");
    seen.set_question(Octets{3, any, any, 'x', 0});
    seen.answer();
    const Octets text = {0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 5, 0, 4, 3, any, '|', any};
    seen.response[7] = 2;
    seen.response.insert(seen.response.end(), text.begin(), text.end());
    seen.observation.response_message = seen.response;
    seen.describe();
    expect_same(seen.observation);
  }
}

TEST(RecordReader, octets_at_random_never_bring_it_down) {
  std::mt19937 chance(7);
  kit::Seen seen("www.example.org");
  seen.answer();
  const std::string good = line_of(seen.observation);
  RecordReader reader("tag");
  for (int round = 0; round < 20'000; ++round) {
    std::string line = good;
    for (int flips = 0; flips < 3; ++flips)
      line[chance() % line.size()] = static_cast<char>(chance());
    static_cast<void>(reader.read(line));
    static_cast<void>(reader.read(line.substr(0, chance() % line.size())));
  }
  EXPECT_EQ(reader.read(good), LineFault::kNone);
}

TEST(RecordReader, W21_and_D18_a_line_of_dnswatch_comes_through) {
  for (const std::string line :
       {R"({"timestamp":"2025-04-15 10:11:12","client_ip":"192.0.2.7","query":"Example.com.",)"
        R"("type":"28","action":"allow"})",
        R"({"timestamp":"2025-04-15 10:11:12","client_ip":"2001:db8::7","query":"a\\\"\\001.x.",)"
        R"("type":"UNKNOWN","action":"block","response":"Redirected to piyush.com."})",
        R"({"timestamp":"2025-04-15 10:11:12","client_ip":"192.0.2.7","query":".","type":"2",)"
        R"("action":"allow"})"}) {
    RecordReader reader("powerdns.queries");
    ASSERT_EQ(reader.read(line), LineFault::kNone) << line;
    EXPECT_EQ(line_of(reader.observation(), Format::kDnswatch), line);
    EXPECT_EQ(as_text(reader.observation().dnstap->identity), "powerdns.queries");
  }
}

TEST(RecordReader, W22_pairs_give_the_fields_and_the_time_of_the_event) {
  RecordReader reader("tag");
  for (const std::string line :
       {"timestamp=2025-04-15 10:11:12 client_ip=192.0.2.7 query=example.com. type=1 "
        "action=Blocked response=Redirected to piyush.com.",
        R"({"date":1.5,"log":"timestamp=2025-04-15 10:11:12 client_ip=192.0.2.7 )"
        R"(query=example.com. type=A action=block response=Redirected to piyush.com."})"}) {
    ASSERT_EQ(reader.read(line), LineFault::kNone) << line;
    EXPECT_EQ(line_of(reader.observation(), Format::kDnswatch),
              R"({"timestamp":"2025-04-15 10:11:12","client_ip":"192.0.2.7",)"
              R"("query":"example.com.","type":"1","action":"block",)"
              R"("response":"Redirected to piyush.com."})");
  }
}

TEST(RecordReader, what_is_no_record_says_why) {
  RecordReader reader("tag");
  const auto pairs = [](std::string_view time, std::string_view ip, std::string_view name,
                        std::string_view type, std::string_view action) {
    return "timestamp=" + std::string(time) + " client_ip=" + std::string(ip) +
           " query=" + std::string(name) + " type=" + std::string(type) +
           " action=" + std::string(action);
  };
  constexpr std::string_view kTime = "2025-04-15 10:11:12";
  EXPECT_EQ(reader.read(pairs(kTime, "192.0.2.1", "a.", "1", "allow")), LineFault::kNone);
  EXPECT_EQ(reader.read(pairs("2025-24-15 10:11:12", "192.0.2.1", "a.", "1", "allow")),
            LineFault::kTime);
  EXPECT_EQ(reader.read(pairs(kTime, "192.0.2.256", "a.", "1", "allow")), LineFault::kAddress);
  EXPECT_EQ(reader.read(pairs(kTime, "192.0.2.1", "a..b", "1", "allow")), LineFault::kName);
  EXPECT_EQ(reader.read(pairs(kTime, "192.0.2.1", "a.", "65536", "allow")), LineFault::kType);
  EXPECT_EQ(reader.read(pairs(kTime, "192.0.2.1", "a.", "1", "maybe")), LineFault::kAction);
  for (const char* const line : {"", "x", "client_ip=1", "{", "{]", "[1]", "{\"a\":1"})
    EXPECT_EQ(reader.read(line), LineFault::kSyntax) << line;
  EXPECT_EQ(reader.read("{}"), LineFault::kShape);
  EXPECT_EQ(reader.read(R"({"timestamp":1,"client_ip":"a","query":"b","type":"1","action":"x"})"),
            LineFault::kShape);
  EXPECT_EQ(reader.read(R"({"dnstap.operation":"SOMETHING"})"), LineFault::kOperation);
  EXPECT_EQ(reader.read(R"({"dnstap.operation":"CLIENT_QUERY"})"), LineFault::kTime);
}

TEST(RecordReader, a_key_of_another_type_is_no_guess) {
  kit::Seen seen("example.org");
  std::string line = line_of(seen.observation);
  const size_t at = line.find("\"dns.flags.rd\":true");
  ASSERT_NE(at, std::string::npos);
  line.replace(at, 19, "\"dns.flags.rd\":\"ja\" ");
  RecordReader reader("tag");
  EXPECT_EQ(reader.read(line), LineFault::kShape) << line;
}

TEST(RecordReader, records_that_no_message_can_have_are_left_out_and_counted) {
  kit::Seen seen("example.org");
  seen.answer();
  std::string line = line_of(seen.observation);
  const size_t at = line.find("203.0.113.9");
  line.replace(at, 11, "203.0.113.x");
  RecordReader reader("tag");
  EXPECT_EQ(reader.read(line), LineFault::kNone);
  EXPECT_EQ(reader.left_out(), 1U);
  EXPECT_EQ(reader.observation().header.counts[1], 0);
}

TEST(RecordReader, W22_a_line_that_cannot_be_read_may_pass_as_it_is) {
  RecordReader reader("tag");
  reader.keep_unread("no record", wall_time(5));
  const model::Observation& observation = reader.observation();
  EXPECT_EQ(observation.type, model::MessageType::kUnknown);
  EXPECT_EQ(as_text(observation.dnstap->extra), "no record");
  EXPECT_EQ(observation.time(), wall_time(5));
  EXPECT_NE(line_of(observation).find("\"dnstap.extra\":\"no record\""), std::string::npos);
}

}  // namespace
}  // namespace weir::flow::json_source
