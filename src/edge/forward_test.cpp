// The forwarded question: ours from the first octet to the last.
#include "edge/forward.h"

#include <gtest/gtest.h>

#include "kit/dns_messages.h"

namespace weir::edge {
namespace {

CacheKey key_of(std::string_view name, bool dnssec_ok, uint16_t flags) {
  const Octets octets = kit::query(name);
  Query query;
  query.type = dns::Type::kAaaa;
  query.flags = flags;
  query.dnssec_ok = dnssec_ok;
  query.question_size = static_cast<uint16_t>(octets.size() - dns::kHeaderSize);
  std::memcpy(query.question.data(), octets.data() + dns::kHeaderSize, query.question_size);
  return CacheKey::of(query);
}

TEST(Forward, says_what_the_client_wants_and_nothing_else_of_it) {
  Octets buffer(512);
  const size_t size =
      write_question(key_of("WWW.Example.org", true, dns::flag::kCd | 0x0040), false, 1232, buffer);
  const auto message = dns::Message::parse(Bytes(buffer).first(size));
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->question()->name.expand().to_text(), "www.example.org.");
  EXPECT_EQ(message->question()->type, dns::Type::kAaaa);
  EXPECT_EQ(message->header().flags, dns::flag::kRd | dns::flag::kAd | dns::flag::kCd);
  EXPECT_TRUE(message->edns()->dnssec_ok);
  EXPECT_TRUE(message->edns()->options.empty());
}

TEST(Forward, encrypted_questions_all_look_alike) {
  Octets buffer(512);
  for (const std::string name : {"a.test", "a-rather-long-name-with.many.labels.example.org"})
    EXPECT_EQ(write_question(key_of(name, false, 0), true, 1232, buffer), 128U) << name;
}

TEST(Forward, the_longest_name_fits) {
  std::string name;
  for (int i = 0; i < 3; ++i) name += std::string(63, 'x') + ".";
  name += std::string(61, 'y');
  Octets buffer(1024);
  EXPECT_EQ(write_question(key_of(name, true, 0), true, 1232, buffer) % 128, 0U);
}

}  // namespace
}  // namespace weir::edge
