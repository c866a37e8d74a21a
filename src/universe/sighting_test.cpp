// Tests of what responses show.
#include "universe/sighting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "kit/dns_messages.h"
#include "proto/dns/builder.h"
#include "proto/dns/rdata.h"

namespace weir::universe {
namespace {

using dns::Type;
using testing::ElementsAre;
using testing::IsEmpty;

struct Shown {
  std::string_view owner;
  Type type;
  uint32_t ttl;
  std::string_view data;
};

Octets response(const std::vector<Shown>& records, dns::Rcode rcode = dns::Rcode::kNoError) {
  Octets buffer(65535);
  dns::Builder builder(buffer, 0,
                       static_cast<uint16_t>(dns::flag::kQr | static_cast<uint16_t>(rcode)));
  builder.question(*dns::Name::parse("a.example"), Type::kA);
  for (const Shown& record : records)
    builder.record(dns::Section::kAnswer, *dns::Name::parse(record.owner), record.type,
                   dns::Class::kIn, record.ttl, *dns::rdata_from_text(record.type, record.data));
  EXPECT_TRUE(builder.ok());
  buffer.resize(builder.size_octets());
  return buffer;
}

std::vector<std::string> read(SightingReader& reader, const Octets& message,
                              model::MessageType type = model::MessageType::kClientResponse) {
  model::Observation observation;
  observation.type = type;
  observation.response_message = message;
  observation.response_time = WallTime(std::chrono::seconds(1000));
  std::vector<std::string> lines;
  for (const Sighting& sighting : reader.read(observation)) {
    EXPECT_EQ(sighting.at, *observation.response_time);
    lines.push_back(dns::wire_name_to_text(sighting.name) + " " +
                    std::string(dns::to_text(sighting.type)) + " " + std::to_string(sighting.ttl) +
                    " " +
                    dns::rdata_to_text(
                        {.type = sighting.type, .klass = sighting.klass, .rdata = sighting.rdata}));
  }
  return lines;
}

TEST(SightingReader, K_11_K_12_every_record_of_the_answer_is_shown) {
  SightingReader reader;
  EXPECT_THAT(read(reader, response({{"A.example", Type::kCname, 60, "B.Example."},
                                     {"b.example", Type::kA, 30, "192.0.2.1"},
                                     {"b.example", Type::kSrv, 5, "1 2 3 T.example."}})),
              ElementsAre("a.example. CNAME 60 b.example.", "b.example. A 30 192.0.2.1",
                          "b.example. SRV 5 1 2 3 t.example."));
}

TEST(SightingReader, D_03_types_of_any_kind_are_shown) {
  SightingReader reader;
  EXPECT_THAT(
      read(reader, response({{"a.example", Type::kHttps, 60, "1 . alpn=h2 ipv4hint=192.0.2.1"},
                             {"a.example", Type::kCaa, 60, "0 issue \"ca.example\""}})),
      ElementsAre("a.example. HTTPS 60 1 . alpn=\"h2\" ipv4hint=192.0.2.1",
                  "a.example. CAA 60 0 issue \"ca.example\""));
}

TEST(SightingReader, K_13_both_bounds_of_the_window_are_outside_of_it) {
  SightingReader reader({.ttl_above = 30, .ttl_below = 3600});
  EXPECT_THAT(read(reader, response({{"a.example", Type::kA, 30, "192.0.2.1"},
                                     {"a.example", Type::kA, 31, "192.0.2.2"},
                                     {"a.example", Type::kA, 3599, "192.0.2.3"},
                                     {"a.example", Type::kA, 3600, "192.0.2.4"}})),
              ElementsAre("a.example. A 31 192.0.2.2", "a.example. A 3599 192.0.2.3"));
  EXPECT_EQ(reader.unseen(Unseen::kTtl), 2U);
}

TEST(SightingReader, what_shows_nothing_is_counted_by_its_reason) {
  SightingReader reader;
  const Octets good = response({{"a.example", Type::kA, 30, "192.0.2.1"}});
  EXPECT_THAT(read(reader, good, model::MessageType::kClientQuery), IsEmpty());
  EXPECT_EQ(reader.unseen(Unseen::kType), 1U);
  EXPECT_THAT(read(reader, response({}, dns::Rcode::kNxDomain)), IsEmpty());
  EXPECT_EQ(reader.unseen(Unseen::kFailed), 1U);
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_THAT(read(reader, Octets(good.begin(), good.begin() + static_cast<long>(size))),
                IsEmpty());
  EXPECT_EQ(reader.unseen(Unseen::kMalformed), good.size());
}

TEST(SightingReader, records_behind_the_bound_are_counted_not_shown) {
  std::vector<Shown> many(SightingReader::kMostRecords + 1,
                          Shown{"a.example", Type::kA, 1, "192.0.2.1"});
  SightingReader reader;
  EXPECT_EQ(read(reader, response(many)).size(), SightingReader::kMostRecords);
  EXPECT_EQ(reader.unseen(Unseen::kTooMany), 1U);
}

TEST(SightingReader, N_08_dnstap_says_who_was_told) {
  const Octets message = response({{"a.example", Type::kA, 30, "192.0.2.1"}});
  const auto told = [&](model::MessageType type) {
    SightingReader reader;
    model::Observation observation;
    observation.type = type;
    observation.source = model::SourceKind::kDnstap;
    observation.response_message = message;
    return reader.read(observation).at(0).told;
  };
  EXPECT_EQ(told(model::MessageType::kResolverResponse), Told::kResolver);
  EXPECT_EQ(told(model::MessageType::kForwarderResponse), Told::kResolver);
  EXPECT_EQ(told(model::MessageType::kClientResponse), Told::kClient);
  EXPECT_EQ(told(model::MessageType::kAuthResponse), Told::kClient);
  EXPECT_EQ(told(model::MessageType::kStubResponse), Told::kClient);
}

TEST(SightingReader, N_08_of_captured_packets_a_forwarders_own_question_is_known) {
  SightingReader reader;
  Octets message = response({{"a.example", Type::kA, 30, "192.0.2.1"}});
  message[2] |= 0x01;  // RD
  const auto told = [&](const char* asks, const char* answers) {
    model::Observation observation;
    observation.type = model::MessageType::kClientResponse;
    observation.source = model::SourceKind::kCapture;
    observation.query_endpoint = Endpoint{*IpAddress::parse(asks), 4000};
    observation.response_endpoint = Endpoint{*IpAddress::parse(answers), 53};
    observation.response_message = message;
    observation.header = *dns::Header::read(message);
    return reader.read(observation).at(0).told;
  };
  EXPECT_EQ(told("192.0.2.7", "192.0.2.1"), Told::kClient);
  EXPECT_EQ(told("192.0.2.1", "198.51.100.1"), Told::kResolver);
  message[2] &= 0xfe;
  EXPECT_EQ(told("192.0.2.9", "198.51.100.1"), Told::kResolver);
}

TEST(SightingReader, a_ttl_with_its_top_bit_set_is_zero) {
  SightingReader reader;
  EXPECT_THAT(read(reader, response({{"a.example", Type::kA, 0x80000001, "192.0.2.1"}})),
              ElementsAre("a.example. A 0 192.0.2.1"));
}

}  // namespace
}  // namespace weir::universe
