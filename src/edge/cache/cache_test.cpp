// The answer cache: what is kept, for how long, within which bound, and what comes out again.
#include "edge/cache/cache.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "kit/dns_messages.h"

namespace weir::edge {
namespace {

using dns::Rcode;
using dns::Section;
using dns::Type;

CacheSettings settings(size_t octets = 4 << 20) { return {octets, 24h, 1h, 1s, 5min, 8192}; }

Query ask(std::string_view name, Type type = Type::kA) {
  const Octets octets = kit::query(name, type);
  Query query;
  query.type = type;
  query.klass = dns::Class::kIn;
  query.flags = dns::flag::kRd;
  query.question_size = static_cast<uint16_t>(octets.size() - dns::kHeaderSize);
  std::memcpy(query.question.data(), octets.data() + dns::kHeaderSize, query.question_size);
  return query;
}

class AnswerCacheTest : public ::testing::Test {
 protected:
  bool store(AnswerCache& cache, std::string_view name, const Octets& message,
             Type type = Type::kA) {
    const auto parsed = dns::Message::parse(message);
    return cache.store(CacheKey::of(ask(name, type)), *parsed, parsed->header().flags, now_);
  }
  std::optional<dns::Message> find(AnswerCache& cache, const Query& query) {
    const auto found = cache.find(CacheKey::of(query), query, now_, buffer_);
    if (!found || found->failure) return std::nullopt;
    auto parsed = dns::Message::parse(Bytes(buffer_).first(found->size_octets));
    EXPECT_TRUE(parsed.ok());
    return *parsed;
  }
  Instant now_{1000s};
  Octets buffer_ = Octets(65535);
};

TEST_F(AnswerCacheTest, P17_a_second_query_is_answered_with_a_lower_ttl) {
  AnswerCache cache(settings());
  ASSERT_TRUE(
      store(cache, "www.example.org",
            kit::answer("www.example.org", Type::kA, Rcode::kNoError,
                        {{Section::kAnswer, "www.example.org", 300, Type::kA, "192.0.2.1"}})));
  now_ += 100s;
  const auto found = find(cache, ask("WWW.example.ORG"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->answers().begin()->ttl, 200U);
  EXPECT_EQ(found->question()->name.expand().to_text(), "WWW.example.ORG.");
  now_ += 199s;
  EXPECT_TRUE(find(cache, ask("www.example.org")));
  now_ += 1s;
  EXPECT_FALSE(find(cache, ask("www.example.org")));
}

TEST_F(AnswerCacheTest, P17_an_answer_lives_its_ttl_whatever_the_fraction_of_the_second) {
  AnswerCache cache(settings());
  for (const Duration fraction : {0ms, 400ms, 950ms}) {
    now_ = Instant(2000s + fraction);
    ASSERT_TRUE(store(cache, "one.test",
                      kit::answer("one.test", Type::kA, Rcode::kNoError,
                                  {{Section::kAnswer, "one.test", 1, Type::kA, "192.0.2.1"}})));
    now_ += 890ms;
    EXPECT_TRUE(find(cache, ask("one.test")));
    now_ += 110ms;
    EXPECT_FALSE(find(cache, ask("one.test")));
  }
}

TEST_F(AnswerCacheTest, keys_differ_by_type_and_dnssec_wish) {
  AnswerCache cache(settings());
  ASSERT_TRUE(store(cache, "a.test",
                    kit::answer("a.test", Type::kA, Rcode::kNoError,
                                {{Section::kAnswer, "a.test", 60, Type::kA, "192.0.2.1"}})));
  EXPECT_FALSE(find(cache, ask("a.test", Type::kAaaa)));
  Query secure = ask("a.test");
  secure.dnssec_ok = true;
  EXPECT_FALSE(find(cache, secure));
  Query unchecked = ask("a.test");
  unchecked.flags |= dns::flag::kCd;
  EXPECT_FALSE(find(cache, unchecked));
  EXPECT_TRUE(find(cache, ask("a.test")));
}

TEST_F(AnswerCacheTest, negative_answers_live_by_their_soa) {
  AnswerCache cache(settings());
  const std::string_view soa = "ns.test. host.test. 1 3600 600 86400 30";
  ASSERT_TRUE(store(cache, "no.test",
                    kit::answer("no.test", Type::kA, Rcode::kNxDomain,
                                {{Section::kAuthority, "test", 3600, Type::kSoa, soa}})));
  now_ += 29s;
  EXPECT_TRUE(find(cache, ask("no.test")));
  now_ += 1s;
  EXPECT_FALSE(find(cache, ask("no.test")));
  // RFC 2308 §5: without an SOA there is nothing to live by.
  EXPECT_FALSE(store(cache, "odd.test", kit::answer("odd.test", Type::kA, Rcode::kNxDomain, {})));
}

TEST_F(AnswerCacheTest, what_must_not_be_kept_is_not) {
  AnswerCache cache(settings());
  const kit::RecordText record{Section::kAnswer, "x.test", 60, Type::kA, "192.0.2.1"};
  EXPECT_FALSE(store(
      cache, "x.test",
      kit::answer("x.test", Type::kA, Rcode::kNoError, {record}, dns::flag::kRa | dns::flag::kTc)));
  EXPECT_FALSE(store(cache, "x.test", kit::answer("x.test", Type::kA, Rcode::kServFail, {record})));
  EXPECT_FALSE(store(cache, "x.test",
                     kit::answer("x.test", Type::kA, Rcode::kNoError,
                                 {{Section::kAnswer, "x.test", 0, Type::kA, "192.0.2.1"}})));
  EXPECT_EQ(cache.statistics().entries, 0U);
}

TEST_F(AnswerCacheTest, a_ttl_beyond_the_bound_is_capped_for_clients_too) {
  AnswerCache cache(settings());
  ASSERT_TRUE(store(cache, "x.test",
                    kit::answer("x.test", Type::kA, Rcode::kNoError,
                                {{Section::kAnswer, "x.test", 999999, Type::kA, "192.0.2.1"}})));
  EXPECT_EQ(find(cache, ask("x.test"))->answers().begin()->ttl, 86400U);
}

TEST_F(AnswerCacheTest, failures_that_follow_each_other_are_kept_longer) {
  AnswerCache cache(settings());
  const Query query = ask("bad.test");
  const CacheKey key = CacheKey::of(query);
  std::vector<int> kept;
  for (int round = 0; round < 3; ++round) {
    cache.store_failure(key, dns::ExtendedError::kNetworkError, true, now_);
    int seconds = 0;
    while (cache.find(key, query, now_, buffer_)) {
      EXPECT_TRUE(cache.find(key, query, now_, buffer_)->failure);
      now_ += 1s;
      ++seconds;
    }
    kept.push_back(seconds);
  }
  EXPECT_EQ(kept, (std::vector{2, 3, 5}));  // 1, 2, 4 seconds and a tick, asked for every second
}

TEST_F(AnswerCacheTest, a_failure_does_not_push_out_an_answer) {
  AnswerCache cache(settings());
  ASSERT_TRUE(store(cache, "x.test",
                    kit::answer("x.test", Type::kA, Rcode::kNoError,
                                {{Section::kAnswer, "x.test", 60, Type::kA, "192.0.2.1"}})));
  cache.store_failure(CacheKey::of(ask("x.test")), dns::ExtendedError::kOther, true, now_);
  EXPECT_TRUE(find(cache, ask("x.test")));
}

TEST_F(AnswerCacheTest, the_bound_holds_and_what_is_found_is_always_right) {
  AnswerCache cache(settings(1 << 20));
  SeededRandom random(7);
  for (int i = 0; i < 60'000; ++i) {
    const std::string name = "n" + std::to_string(random.below(30'000)) + ".example.test";
    const std::string address =
        "10." + std::to_string(std::hash<std::string>{}(name) % 250) + ".0.1";
    const Query query = ask(name);
    if (const auto found = find(cache, query)) {
      EXPECT_EQ(dns::rdata_to_text(*found->answers().begin()), address);
    } else {
      store(cache, name,
            kit::answer(name, Type::kA, Rcode::kNoError,
                        {{Section::kAnswer, name, 1 + static_cast<uint32_t>(random.below(900)),
                          Type::kA, address}}));
    }
    if (i % 100 == 0) now_ += 1s;
  }
  const auto statistics = cache.statistics();
  EXPECT_LE(statistics.used_octets, 1U << 20);
  EXPECT_GT(statistics.entries, 5'000U);
  EXPECT_GT(statistics.evictions, 0U);
}

TEST_F(AnswerCacheTest, answers_that_are_asked_for_outlive_those_that_are_not) {
  AnswerCache cache(settings(256 << 10));
  const auto put = [&](const std::string& name) {
    store(cache, name,
          kit::answer(name, Type::kA, Rcode::kNoError,
                      {{Section::kAnswer, name, 80'000, Type::kA, "192.0.2.1"}}));
  };
  for (int i = 0; i < 100; ++i) put("hot" + std::to_string(i) + ".test");
  for (int i = 0; i < 20'000; ++i) {
    put("cold" + std::to_string(i) + ".test");
    find(cache, ask("hot" + std::to_string(i % 100) + ".test"));
  }
  int alive = 0;
  for (int i = 0; i < 100; ++i)
    alive += find(cache, ask("hot" + std::to_string(i) + ".test")) ? 1 : 0;
  const auto statistics = cache.statistics();
  EXPECT_GE(alive, 98) << statistics.evictions << " evicted, " << statistics.collisions
                       << " collided";
}

TEST_F(AnswerCacheTest, no_cache_at_all_is_a_setting) {
  AnswerCache cache(settings(0));
  EXPECT_FALSE(store(cache, "x.test",
                     kit::answer("x.test", Type::kA, Rcode::kNoError,
                                 {{Section::kAnswer, "x.test", 60, Type::kA, "192.0.2.1"}})));
  EXPECT_FALSE(find(cache, ask("x.test")));
}

}  // namespace
}  // namespace weir::edge
