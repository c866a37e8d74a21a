// Tests of the way from an observation to leases: which name of an answer a set is asked about.
#include "route/learner.h"

#include <gtest/gtest.h>

#include "kit/dns_messages.h"
#include "kit/routes.h"
#include "names/reader.h"

namespace weir::route {
namespace {

using dns::Section;
using dns::Type;
using Told = std::vector<std::string>;

struct Bench {
  /// One set a list, with the policies given or those of the default.
  explicit Bench(const std::vector<std::string>& lists, std::vector<SetPolicy> policies = {}) {
    policies.resize(lists.size());
    for (size_t set = 0; set < lists.size(); ++set) table.configure(set, policies[set]);
    use(lists);
  }
  void use(const std::vector<std::string>& lists) {
    std::vector<names::Reading> readings;
    for (const std::string& text : lists) readings.push_back(names::read_list(text));
    std::vector<names::Matcher::Member> members;
    for (size_t set = 0; set < lists.size(); ++set) members.push_back({set, &readings[set].list});
    matcher.publish(*names::Matcher::compile(members, 7));
  }
  Learned learn(std::initializer_list<kit::RecordText> records,
                std::string_view asked = "a.example") {
    const Octets octets = kit::answer(asked, Type::kA, dns::Rcode::kNoError, records);
    model::Observation observation;
    observation.type = model::MessageType::kClientResponse;
    observation.response_message = octets;
    return learner.learn(observation, now);
  }
  /// a.example is an alias of b.example, that one of c.example, which has 1.1.1.1.
  Learned learn_chain() {
    return learn({{Section::kAnswer, "a.example", 5, Type::kCname, "b.example."},
                  {Section::kAnswer, "c.example", 5, Type::kA, "1.1.1.1"},
                  {Section::kAnswer, "b.example", 5, Type::kCname, "c.example."}});
  }
  /// The names that stand behind the route to 1.1.1.1.
  Told names(uint8_t group = 0) {
    Told found;
    const RouteId route = feed.find(kit::key("1.1.1.1", group));
    if (route == 0) return found;
    table.each_lease(route, now, [&](const Provenance& lease) {
      found.push_back(dns::wire_name_to_text(lease.name));
    });
    return found;
  }

  const Instant now{1h};
  Snapshot<names::Matcher> matcher;
  Feed feed{7};
  Admission admission;
  LeaseTable table{feed, admission, now, 7};
  Learner learner{matcher, {}, table};
};

TEST(Learner, B16_an_answer_is_credited_to_the_listed_name_of_its_chain) {
  for (const std::string listed : {"a.example", "b.example", "c.example"}) {
    Bench bench({listed});
    const Learned learned = bench.learn_chain();
    EXPECT_EQ(learned.sets, 1U);
    EXPECT_TRUE(learned.fresh);
    EXPECT_EQ(learned.routes.size(), 1U);
    EXPECT_EQ(bench.names(), Told{listed + "."});
  }
}

TEST(Learner, R2_the_scope_says_which_names_count) {
  const std::vector<SetPolicy> policies = {{.group = 0, .scope = Scope::kQname},
                                           {.group = 1, .scope = Scope::kChain},
                                           {.group = 2, .scope = Scope::kTarget}};
  const auto sets = [&](const std::string& listed) {
    return Bench({listed, listed, listed}, policies).learn_chain().sets;
  };
  EXPECT_EQ(sets("a.example"), 0b011U);
  EXPECT_EQ(sets("b.example"), 0b010U);
  EXPECT_EQ(sets("c.example"), 0b110U);
  EXPECT_EQ(sets("d.example"), 0b000U);
}

TEST(Learner, R2_the_first_name_that_a_set_has_a_rule_for_decides) {
  EXPECT_EQ(Bench({"exclude:a.example\nb.example"}).learn_chain().sets, 0U);
  EXPECT_EQ(Bench({"a.example\nexclude:b.example"}).learn_chain().sets, 1U);
}

TEST(Learner, one_name_may_be_in_many_sets) {
  Bench bench({"example", "a.example", "org"}, {{}, {.group = 1}, {}});
  const Learned learned = bench.learn({{Section::kAnswer, "a.example", 5, Type::kA, "1.1.1.1"}});
  EXPECT_EQ(learned.sets, 0b011U);
  EXPECT_EQ(learned.routes.size(), 2U);
  EXPECT_EQ(bench.names(0), Told{"a.example."});
  EXPECT_EQ(bench.names(1), Told{"a.example."});
}

TEST(Learner, D24_D26_strangers_are_not_learned_and_case_does_not_matter) {
  Bench bench({"face.com"});
  EXPECT_EQ(bench
                .learn({{Section::kAnswer, "www.facebook.com", 5, Type::kA, "1.1.1.2"}},
                       "www.facebook.com")
                .sets,
            0U);
  EXPECT_EQ(bench.learn({{Section::kAnswer, "FACE.com", 5, Type::kA, "1.1.1.1"}}, "fAcE.com").sets,
            1U);
  EXPECT_EQ(bench.feed.size(), 1U);
}

TEST(Learner, D32_refused_addresses_are_told_and_the_others_learned) {
  Bench bench({"a.example"});
  const Learned learned = bench.learn({{Section::kAnswer, "a.example", 5, Type::kA, "127.0.0.1"},
                                       {Section::kAnswer, "a.example", 5, Type::kA, "1.1.1.1"}});
  EXPECT_EQ(learned.refused, 1U);
  EXPECT_EQ(learned.routes.size(), 1U);
  EXPECT_FALSE(bench.learn({{Section::kAnswer, "a.example", 5, Type::kA, "1.1.1.1"}}).fresh);
}

TEST(Learner, B06_the_next_answer_is_matched_by_the_new_list) {
  Bench bench({"b.example"});
  const auto learn = [&] {
    return bench.learn({{Section::kAnswer, "a.example", 5, Type::kA, "1.1.1.1"}}).sets;
  };
  EXPECT_EQ(learn(), 0U);
  bench.use({"a.example"});
  EXPECT_EQ(learn(), 1U);
}

TEST(Learner, D27_R01_a_reload_takes_away_what_the_new_list_does_not_want) {
  Bench bench({"a.example\nb.example", "b.example"}, {{}, {.group = 1}});
  const std::vector<Prefix> networks = {kit::prefix("9.9.9.0/24")};
  bench.table.set_networks(0, networks);
  for (const std::string_view name : {"a.example", "b.example"})
    bench.learn({{Section::kAnswer, name, 5, Type::kA, "1.1.1.1"}}, name);
  bench.use({"a.example", "c.example"});
  const auto matcher = bench.matcher.get();
  bench.table.review(0, 10'000, Farewell::kNow, bench.now, revoke_unwanted(*matcher));
  EXPECT_EQ(bench.names(0), Told{"a.example."});
  EXPECT_EQ(bench.names(1), Told{});
  EXPECT_EQ(bench.table.counts(0).fixed, 1U);
}

TEST(Learner, sets_without_a_policy_and_a_matcher_not_there_yet_are_passed_over) {
  Bench bench({"a.example"});
  bench.use({"b.example", "a.example"});
  EXPECT_EQ(bench.learn_chain().sets, 1U);
  const Snapshot<names::Matcher> none;
  Learner learner(none, {}, bench.table);
  EXPECT_EQ(learner.learn({}, bench.now).sets, 0U);
}

}  // namespace
}  // namespace weir::route
