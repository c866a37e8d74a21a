// The words of `weir query`.
#include "app/commands/question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using ::testing::HasSubstr;

Result<Question> read(std::vector<std::string> words) {
  QueryCommand command;
  command.words = std::move(words);
  return read_question(command);
}

TEST(Question, only_a_name_asks_the_local_weir_for_addresses) {
  const auto question = read({"example.org"});
  ASSERT_TRUE(question.ok());
  EXPECT_EQ(question->name.to_text(), "example.org.");
  EXPECT_EQ(question->type, dns::Type::kA);
  EXPECT_EQ(question->server.to_text(), "127.0.0.1:8853");
  EXPECT_EQ(question->protocol, QueryProtocol::kUdp);
}

TEST(Question, words_stand_in_any_order) {
  const auto question = read({"@192.0.2.1", "+dnssec", "example.org", "+norec", "mx"});
  ASSERT_TRUE(question.ok());
  EXPECT_EQ(question->type, dns::Type::kMx);
  EXPECT_EQ(question->server.to_text(), "192.0.2.1:53");
  EXPECT_TRUE(question->dnssec);
  EXPECT_FALSE(question->recursion);
}

TEST(Question, tls_has_its_own_port_and_a_given_port_wins) {
  EXPECT_EQ(read({"a", "@192.0.2.1", "+tls"})->server.port, 853);
  EXPECT_EQ(read({"a", "@192.0.2.1:5353"})->server.port, 5353);
  EXPECT_EQ(read({"a", "@2001:db8::1"})->server.to_text(), "[2001:db8::1]:53");
  EXPECT_EQ(read({"a", "@[2001:db8::1]:54"})->server.port, 54);
  QueryCommand command;
  command.words = {"a", "@192.0.2.1:5353"};
  command.port = 77;
  EXPECT_EQ(read_question(command)->server.port, 77);
}

TEST(Question, a_wrong_word_is_named_with_what_was_expected) {
  EXPECT_THAT(read({"a", "@dns.example"}).error().what, HasSubstr("expected an address"));
  EXPECT_THAT(read({"a", "+dnsec"}).error().what, HasSubstr("did you mean +dnssec?"));
  EXPECT_THAT(read({"a", "NOTYPE"}).error().what, HasSubstr("'NOTYPE' is no record type"));
  EXPECT_THAT(read({"a..b"}).error().what, HasSubstr("'a..b' is no name"));
  EXPECT_FALSE(read({"@192.0.2.1"}).ok());
}

TEST(Question, the_message_has_what_was_asked_for) {
  auto question = read({"example.org", "AAAA", "+dnssec", "+cd", "+nsid"});
  ASSERT_TRUE(question.ok());
  const Octets query = build_query(*question, 4711);
  const auto message = dns::Message::parse(query);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->header().id, 4711);
  EXPECT_TRUE(message->header().has(dns::flag::kRd));
  EXPECT_TRUE(message->header().has(dns::flag::kCd));
  ASSERT_TRUE(message->edns().has_value());
  EXPECT_TRUE(message->edns()->dnssec_ok);
  EXPECT_TRUE(dns::find_option(*message->edns(), dns::Option::kNsid).has_value());
  EXPECT_EQ(message->question()->type, dns::Type::kAaaa);
}

TEST(Question, over_tls_it_is_padded_to_128_octets) {
  auto question = read({"example.org", "+tls"});
  EXPECT_EQ(build_query(*question, 1).size(), 128u);
}

TEST(Question, the_longest_name_with_every_option_fits) {
  std::string name;
  for (int i = 0; i < 3; ++i) name += std::string(63, 'a') + ".";
  name += std::string(61, 'b');
  auto question = read({name, "+tls", "+nsid", "+dnssec"});
  ASSERT_TRUE(question.ok());
  const Octets query = build_query(*question, 1);
  EXPECT_EQ(query.size() % 128, 0u);
  EXPECT_TRUE(dns::Message::parse(query).ok());
}

}  // namespace
}  // namespace weir::app
