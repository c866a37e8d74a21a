// Answers fitted to one client each: IDs, flags, EDNS, size.
#include "edge/answer.h"

#include <gtest/gtest.h>

#include "kit/dns_messages.h"

namespace weir::edge {
namespace {

using dns::Rcode;
using dns::Section;
using dns::Type;

Query client(std::string_view name, Type type = Type::kA) {
  const Octets octets = kit::query(name, type);
  Query query;
  query.protocol = model::Protocol::kUdp;
  query.id = 0xbeef;
  query.flags = dns::flag::kRd;
  query.type = type;
  query.question_size = static_cast<uint16_t>(octets.size() - dns::kHeaderSize);
  std::memcpy(query.question.data(), octets.data() + dns::kHeaderSize, query.question_size);
  return query;
}

class AnswerTest : public ::testing::Test {
 protected:
  dns::Message finish(const Query& query, const Octets& from_upstream,
                      std::optional<Explanation> why = std::nullopt) {
    const auto parsed = dns::Message::parse(from_upstream);
    const size_t size = copy_without_opt(*parsed, Authenticity::kVerifiedChannel, buffer_);
    return parse(finish_answer(query, buffer_, size, {}, why));
  }
  dns::Message parse(size_t size) {
    const auto parsed = dns::Message::parse(Bytes(buffer_).first(size));
    EXPECT_TRUE(parsed.ok());
    return *parsed;
  }
  Octets buffer_ = Octets(65535);
};

TEST_F(AnswerTest, the_client_gets_its_own_id_flags_and_case) {
  Query query = client("WwW.example.org");
  query.flags |= dns::flag::kCd;
  const auto message = finish(
      query, kit::answer("www.example.org", Type::kA, Rcode::kNoError,
                         {{Section::kAnswer, "www.example.org", 60, Type::kA, "192.0.2.1"}}));
  EXPECT_EQ(message.header().id, 0xbeef);
  EXPECT_TRUE(message.header().has(dns::flag::kQr | dns::flag::kRa));
  EXPECT_TRUE(message.header().has(dns::flag::kCd));
  EXPECT_EQ(message.question()->name.expand().to_text(), "WwW.example.org.");
  EXPECT_EQ(message.answers().begin()->owner.expand().to_text(), "WwW.example.org.");
  EXPECT_FALSE(message.edns());
}

TEST_F(AnswerTest, P05_records_come_out_as_they_went_in) {
  Octets from_upstream =
      kit::answer("a.test", Type::kMx, Rcode::kNoError,
                  {{Section::kAnswer, "a.test", 60, Type::kMx, "10 mail.a.test."},
                   {Section::kAuthority, "a.test", 3600, Type::kNs, "ns.a.test."},
                   {Section::kAdditional, "mail.a.test", 60, Type::kA, "192.0.2.25"}});
  const auto before = dns::Message::parse(from_upstream);
  const auto message = finish(client("a.test", Type::kMx), from_upstream);
  EXPECT_TRUE(equal(message.octets().subspan(dns::kHeaderSize),
                    before->octets().subspan(dns::kHeaderSize)));
}

TEST_F(AnswerTest, an_opt_record_that_is_not_last_is_left_out_all_the_same) {
  Octets buffer(512);
  dns::Builder builder(buffer, 0, dns::flag::kQr);
  builder.question(*dns::Name::parse("a.test"), Type::kA);
  builder.begin_edns(1232, 0, 0, false);
  builder.end_edns();
  builder.record(Section::kAdditional, *dns::Name::parse("b.test"), Type::kA, dns::Class::kIn, 5,
                 *from_hex("c0000201"));
  buffer.resize(builder.size_octets());
  const auto message = finish(client("a.test"), buffer);
  EXPECT_EQ(message.header().counts[3], 1);
  EXPECT_EQ(message.additional().begin()->type, Type::kA);
}

TEST_F(AnswerTest, what_is_larger_than_the_client_takes_is_cut_to_tc) {
  std::vector<std::string> texts(5, "\"" + std::string(200, 'x') + "\"");
  const Octets large = kit::answer("t.test", Type::kTxt, Rcode::kNoError,
                                   {{Section::kAnswer, "t.test", 60, Type::kTxt, texts[0]},
                                    {Section::kAnswer, "t.test", 60, Type::kTxt, texts[1]},
                                    {Section::kAnswer, "t.test", 60, Type::kTxt, texts[2]}});
  Query query = client("t.test", Type::kTxt);
  EXPECT_TRUE(finish(query, large).header().has(dns::flag::kTc));
  EXPECT_EQ(finish(query, large).header().counts[1], 0);
  query.edns = true;
  query.payload = 4096;
  EXPECT_FALSE(finish(query, large).header().has(dns::flag::kTc));
  query.payload = 600;
  const auto cut = finish(query, large);
  EXPECT_TRUE(cut.header().has(dns::flag::kTc));
  EXPECT_TRUE(cut.edns());
  query.edns = false;
  query.protocol = model::Protocol::kTcp;
  EXPECT_EQ(finish(query, large).header().counts[1], 3);
}

TEST_F(AnswerTest, the_authenticated_bit_is_for_those_who_know_it) {
  const Octets secure = kit::answer("a.test", Type::kA, Rcode::kNoError,
                                    {{Section::kAnswer, "a.test", 60, Type::kA, "192.0.2.1"}},
                                    dns::flag::kRa | dns::flag::kAd);
  Query query = client("a.test");
  EXPECT_FALSE(finish(query, secure).header().has(dns::flag::kAd));
  query.flags |= dns::flag::kAd;
  EXPECT_TRUE(finish(query, secure).header().has(dns::flag::kAd));
  const auto parsed = dns::Message::parse(secure);
  const size_t size = copy_without_opt(*parsed, Authenticity::kUntrusted, buffer_);
  EXPECT_FALSE(parse(finish_answer(query, buffer_, size, {})).header().has(dns::flag::kAd));
}

TEST_F(AnswerTest, errors_explain_themselves_to_those_who_speak_edns) {
  Query query = client("a.test");
  const Explanation why{dns::ExtendedError::kNetworkError, "no upstream could be reached"};
  EXPECT_FALSE(parse(write_error(query, Rcode::kServFail, buffer_, {}, why)).edns());
  query.edns = true;
  const auto message = parse(write_error(query, Rcode::kServFail, buffer_, {}, why));
  EXPECT_EQ(message.rcode(), Rcode::kServFail);
  const auto option = dns::find_option(*message.edns(), dns::Option::kExtendedError);
  ASSERT_TRUE(option);
  EXPECT_EQ(load_u16(option->data.data()), 23);
  EXPECT_EQ(as_text(option->data.subspan(2)), why.text);
  EXPECT_EQ(parse(write_error(query, Rcode::kBadVers, buffer_, {})).rcode(), Rcode::kBadVers);
}

TEST_F(AnswerTest, tcp_clients_that_ask_are_told_how_long_they_may_stay) {
  Query query = client("a.test");
  query.protocol = model::Protocol::kTcp;
  query.edns = query.keepalive = true;
  const auto message = parse(write_error(query, Rcode::kNoError, buffer_, {1232, 100}));
  const auto option = dns::find_option(*message.edns(), dns::Option::kTcpKeepalive);
  ASSERT_TRUE(option);
  EXPECT_EQ(load_u16(option->data.data()), 100);
}

}  // namespace
}  // namespace weir::edge
