// Tests of the flat JSON form, read back by simdjson; hostile names and octets included.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>

#include "base/units.h"
#include "flow/catalogue.h"
#include "flow/encoder.h"
#include "kit/dns_messages.h"
#include "kit/observations.h"

namespace weir::flow {
namespace {

using simdjson::dom::element;

/// One encoded line, parsed by somebody else.
class Line {
 public:
  explicit Line(const model::Observation& observation, Format format = Format::kFlatJson) {
    make_encoder(format, "edge-01", "weir 1.0")->encode(observation, text);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
    EXPECT_EQ(parser_.parse(text).get(root), simdjson::SUCCESS) << text;
  }
  std::string_view string(std::string_view key) const {
    std::string_view value;
    EXPECT_EQ(root.at_key(key).get(value), simdjson::SUCCESS) << key;
    return value;
  }
  double number(std::string_view key) const {
    double value = -1;
    EXPECT_EQ(root.at_key(key).get(value), simdjson::SUCCESS) << key;
    return value;
  }
  bool truth(std::string_view key) const {
    bool value = false;
    EXPECT_EQ(root.at_key(key).get(value), simdjson::SUCCESS) << key;
    return value;
  }

  std::string text;
  element root;

 private:
  simdjson::dom::parser parser_;
};

TEST(FlatJson, has_the_keys_and_types_that_collectors_users_know) {
  kit::Seen seen("www.Example.org", 1'700'000'000'123'456'789);
  seen.answer(1500us);
  const Line line(seen.observation);
  EXPECT_EQ(line.string("dnstap.operation"), "CLIENT_RESPONSE");
  EXPECT_EQ(line.string("dnstap.identity"), "edge-01");
  EXPECT_EQ(line.string("dnstap.version"), "weir 1.0");
  EXPECT_EQ(line.string("dnstap.extra"), "-");
  EXPECT_EQ(line.string("dnstap.query-zone"), "-");
  EXPECT_EQ(line.string("dnstap.timestamp-rfc3339ns"), "2023-11-14T22:13:20.124956789Z");
  EXPECT_DOUBLE_EQ(line.number("dnstap.latency"), 0.0015);
  EXPECT_EQ(line.number("dnstap.latency_ms"), 1);
  EXPECT_EQ(line.string("network.family"), "IPv4");
  EXPECT_EQ(line.string("network.protocol"), "UDP");
  EXPECT_EQ(line.string("network.query-ip"), "192.0.2.7");
  EXPECT_EQ(line.string("network.query-port"), "5353") << "ports are strings";
  EXPECT_EQ(line.string("network.response-ip"), "192.0.2.53");
  EXPECT_FALSE(line.truth("network.ip-defragmented"));
  EXPECT_FALSE(line.truth("network.tcp-reassembled"));
  EXPECT_EQ(line.number("dns.id"), 0x1234);
  EXPECT_EQ(line.number("dns.opcode"), 0);
  EXPECT_EQ(line.number("dns.length"), static_cast<double>(seen.response.size()));
  EXPECT_EQ(line.number("dns.qdcount"), 1);
  EXPECT_EQ(line.number("dns.ancount"), 1);
  EXPECT_EQ(line.string("dns.qname"), "www.Example.org");
  EXPECT_EQ(line.string("dns.qtype"), "A");
  EXPECT_EQ(line.string("dns.qclass"), "IN");
  EXPECT_EQ(line.string("dns.rcode"), "NOERROR");
  EXPECT_TRUE(line.truth("dns.flags.qr"));
  EXPECT_TRUE(line.truth("dns.flags.rd"));
  EXPECT_TRUE(line.truth("dns.flags.ra"));
  EXPECT_FALSE(line.truth("dns.flags.aa"));
  EXPECT_FALSE(line.truth("dns.malformed-packet"));
  EXPECT_EQ(line.string("dns.resource-records.an.names"), "www.Example.org");
  EXPECT_EQ(line.string("dns.resource-records.an.rdatatypes"), "A");
  EXPECT_EQ(line.string("dns.resource-records.an.rdatas"), "203.0.113.9");
  EXPECT_EQ(line.string("dns.resource-records.an.ttls"), "300");
  EXPECT_EQ(line.string("dns.resource-records.an.classes"), "IN");
  EXPECT_EQ(line.string("dns.resource-records.ns.names"), "-");
  EXPECT_EQ(line.string("dns.resource-records.ar.rdatas"), "-");
  EXPECT_EQ(line.number("edns.udp-size"), 0);
  EXPECT_EQ(line.number("edns.optionscount"), 0);
  EXPECT_EQ(line.string("edns.options.codes"), "-");
  EXPECT_EQ(line.string("weir.source"), "edge");
  EXPECT_EQ(line.string("weir.answer-source"), "upstream");
  EXPECT_EQ(line.string("weir.upstream"), "quad9");
}

TEST(FlatJson, lists_are_joined_and_a_bar_inside_is_escaped) {
  kit::Seen seen("example.org");
  seen.answer();
  const std::string_view text("\xc0\x0c\0\x10\0\1\0\0\0\5\0\4\3a|\"", 16);
  seen.response[7] = 2;
  seen.response.insert(seen.response.end(), text.begin(), text.end());
  seen.observation.response_message = seen.response;
  seen.describe();
  const Line line(seen.observation);
  EXPECT_EQ(line.string("dns.resource-records.an.names"), "example.org|example.org");
  EXPECT_EQ(line.string("dns.resource-records.an.rdatatypes"), "A|TXT");
  EXPECT_EQ(line.string("dns.resource-records.an.ttls"), "300|5");
  EXPECT_EQ(line.string("dns.resource-records.an.rdatas"), "203.0.113.9|\"a\\124\\\"\"");
}

TEST(FlatJson, edns_options_are_listed) {
  kit::Seen seen("example.org");
  const std::string_view opt("\0\0\x29\x04\xd0\0\0\x80\0\0\x0a\0\3\0\2ab\0\x0c\0\0", 21);
  seen.query[11] = 1;
  seen.query.insert(seen.query.end(), opt.begin(), opt.end());
  seen.observation.query_message = seen.query;
  seen.describe();
  const Line line(seen.observation);
  EXPECT_EQ(line.number("edns.udp-size"), 1232);
  EXPECT_TRUE(line.truth("edns.dnssec-ok"));
  EXPECT_EQ(line.number("edns.optionscount"), 2);
  EXPECT_EQ(line.string("edns.options.codes"), "3|12");
  EXPECT_EQ(line.string("edns.options.datas"), "6162|-");
  EXPECT_EQ(line.string("dns.resource-records.ar.names"), "-") << "OPT is not listed twice";
}

TEST(FlatJson, dnstap_extras_go_through) {
  kit::Seen seen("example.org");
  const Octets zone = {3, 'o', 'r', 'g', 0};
  model::DnstapExtras extras;
  extras.identity = as_bytes("ns1");
  extras.extra = as_bytes("a\n\"b\"");
  extras.query_zone = zone;
  seen.observation.dnstap = &extras;
  const Line line(seen.observation);
  EXPECT_EQ(line.string("dnstap.identity"), "ns1");
  EXPECT_EQ(line.string("dnstap.extra"), "a\n\"b\"");
  EXPECT_EQ(line.string("dnstap.query-zone"), "org");
}

TEST(FlatJson, D18_any_name_gives_valid_json_that_reads_back) {
  for (const Format format : {Format::kFlatJson, Format::kJson})
    for (int octet = 0; octet < 256; ++octet) {
      kit::Seen seen("example.org");
      const Octets wire = {4, 'a', static_cast<uint8_t>(octet), '"', '\\', 0};
      seen.set_question(wire);
      seen.describe();
      const Line line(seen.observation, format);
      std::string_view text;
      const auto found = format == Format::kJson ? line.root["dns"]["qname"].get(text)
                                                 : line.root.at_key("dns.qname").get(text);
      ASSERT_EQ(found, simdjson::SUCCESS);
      const auto name = dns::Name::parse(text);
      ASSERT_TRUE(name) << text;
      EXPECT_TRUE(equal(name->wire(), wire)) << text;
    }
}

TEST(FlatJson, a_compression_bomb_makes_no_endless_line) {
  size_t records = 0;
  const Octets bomb = kit::compression_bomb(records);
  kit::Seen seen("example.org");
  seen.answer(2ms);
  seen.observation.response_message = bomb;
  const auto encoder = make_encoder(Format::kFlatJson, "", "");
  std::string text;
  encoder->encode(seen.observation, text);
  EXPECT_LT(text.size(), 2 * kMostRecordText);
  simdjson::dom::parser parser;
  const auto root = parser.parse(text);
  ASSERT_EQ(root.error(), simdjson::SUCCESS);
  const int64_t left_out(root["weir.records-left-out"]);
  EXPECT_GT(left_out, 3000);
  EXPECT_LT(left_out, static_cast<int64_t>(records));
  std::string small;
  encoder->encode(kit::Seen("example.org").observation, small);
  EXPECT_EQ(small.find("left-out"), small.npos) << "a bound of one line is not another's";
}

TEST(FlatJson, a_message_that_is_none_says_what_and_where) {
  kit::Seen seen("example.org");
  seen.query.resize(20);
  seen.observation.query_message = seen.query;
  seen.observation.query_endpoint.reset();
  seen.observation.response_endpoint.reset();
  seen.describe();
  const Line line(seen.observation);
  EXPECT_TRUE(line.truth("dns.malformed-packet"));
  EXPECT_EQ(line.string("weir.malformed"), dns::to_text(seen.observation.malformed.code));
  EXPECT_EQ(line.number("weir.malformed-offset"), seen.observation.malformed.offset);
  EXPECT_EQ(line.string("dns.qname"), "-");
  EXPECT_EQ(line.string("network.query-ip"), "-");
  EXPECT_EQ(line.string("network.query-port"), "-");
  EXPECT_EQ(line.string("network.family"), "-");
}

TEST(FlatJson, octets_at_random_always_give_valid_json) {
  uint64_t state = 1;
  for (int round = 0; round < 3000; ++round) {
    kit::Seen seen("www.example.org");
    seen.answer();
    for (int flips = 0; flips < 4; ++flips) {
      state = state * 6364136223846793005 + 1442695040888963407;
      seen.response[(state >> 33) % seen.response.size()] = static_cast<uint8_t>(state >> 56);
    }
    seen.observation.response_message = seen.response;
    seen.describe();
    const Line flat(seen.observation);
    const Line nested(seen.observation, Format::kJson);
  }
}

}  // namespace
}  // namespace weir::flow
