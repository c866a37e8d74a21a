// Tests of reading the store: filters, pages, and reading beside a writer.
#include "flow/store/reader.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flow/store/schema.h"
#include "flow/store/writer.h"
#include "kit/observations.h"
#include "kit/temporary.h"

namespace weir::flow {
namespace {

constexpr int64_t kStart = 1'700'000'000'000'000'000;

struct ReaderTest : ::testing::Test {
  void SetUp() override {
    auto opened = StoreWriter::open(path, {Duration(0), 0}, false);
    ASSERT_TRUE(opened) << opened.error().what;
    writer = *std::move(opened);
  }
  void add(const kit::Seen& seen) { ASSERT_TRUE(writer->add(seen.observation)); }
  void add(std::string_view name, std::string_view client, int64_t time = kStart) {
    kit::Seen seen(name, time);
    seen.observation.query_endpoint = Endpoint::parse(client, 4000);
    add(seen);
  }
  std::vector<QueryRow> find(const QueryFilter& filter, size_t limit = 100) {
    EXPECT_TRUE(writer->commit());
    auto reader = StoreReader::open(path);
    EXPECT_TRUE(reader) << (reader ? "" : reader.error().what);
    auto page = (*reader)->find(filter, limit);
    EXPECT_TRUE(page) << (page ? "" : page.error().what);
    return page ? page->rows : std::vector<QueryRow>{};
  }
  std::vector<std::string> names(const QueryFilter& filter) {
    std::vector<std::string> found;
    for (const QueryRow& row : find(filter)) found.push_back(row.qname);
    return found;
  }

  kit::TemporaryFolder folder;
  std::string path = folder / "a.db";
  std::unique_ptr<StoreWriter> writer;
};
using Names = std::vector<std::string>;

TEST_F(ReaderTest, a_row_says_all_that_was_observed) {
  kit::Seen seen("wWw.Example.org");
  seen.answer(1500us);
  seen.observation.protocol = model::Protocol::kTcp;
  add(seen);
  const QueryRow row = find({}).at(0);
  EXPECT_EQ(row.time, *seen.observation.response_time);
  EXPECT_EQ(row.type, model::MessageType::kClientResponse);
  EXPECT_EQ(row.protocol, model::Protocol::kTcp);
  EXPECT_EQ(row.client, Endpoint::parse("192.0.2.7:5353"));
  EXPECT_EQ(row.server, Endpoint::parse("192.0.2.53:53"));
  EXPECT_EQ(row.qname, "www.example.org.");
  EXPECT_EQ(row.qtype, dns::Type::kA);
  EXPECT_EQ(row.qclass, dns::Class::kIn);
  EXPECT_EQ(row.rcode, dns::Rcode::kNoError);
  EXPECT_EQ(row.flags, 0x8180);
  EXPECT_EQ(row.latency, Duration(1500us));
  EXPECT_EQ(row.answer_source, model::AnswerSource::kUpstream);
  EXPECT_EQ(row.upstream, "quad9");
  EXPECT_EQ(row.size_octets, seen.response.size());
  EXPECT_EQ(row.malformed.code, dns::MalformedCode::kNone);
}

TEST_F(ReaderTest, a_message_that_is_none_has_a_row_too) {
  kit::Seen seen("example.org");
  seen.query.resize(5);
  seen.observation.query_message = seen.query;
  seen.observation.query_endpoint.reset();
  seen.describe();
  add(seen);
  const QueryRow row = find({}).at(0);
  EXPECT_EQ(row.malformed.code, dns::MalformedCode::kShortHeader);
  EXPECT_EQ(row.client, std::nullopt);
  EXPECT_EQ(row.rcode, std::nullopt);
  EXPECT_EQ(row.qname, "");
}

TEST_F(ReaderTest, filters_by_name_and_what_is_below_it) {
  for (const char* name : {"example.org", "a.example.org", "notexample.org", "x.A.EXAMPLE.ORG",
                           "a\\.example.org", "org", "\\200.example.org"})
    add(name, "192.0.2.1");
  EXPECT_EQ(names({.within = *dns::Name::parse("Example.ORG")}),
            (Names{"\\200.example.org.", "x.a.example.org.", "a.example.org.", "example.org."}));
  EXPECT_EQ(names({.within = dns::Name()}).size(), 7U) << "all is below the root";
  EXPECT_EQ(names({.within = *dns::Name::parse("\\200.example.org")}),
            (Names{"\\200.example.org."}));
}

TEST_F(ReaderTest, filters_by_client_and_network) {
  add("a", "192.0.2.1");
  add("b", "192.0.2.200");
  add("c", "192.0.3.1");
  add("d", "[2001:db8::1]:53");
  add("e", "[2001:db8:1::1]:53");
  EXPECT_EQ(names({.client = Prefix::parse("192.0.2.1")}), (Names{"a."}));
  EXPECT_EQ(names({.client = Prefix::parse("192.0.2.128/25")}), (Names{"b."}));
  EXPECT_EQ(names({.client = Prefix::parse("192.0.2.0/23")}), (Names{"c.", "b.", "a."}));
  EXPECT_EQ(names({.client = Prefix::parse("2001:db8::/48")}), (Names{"d."}));
  EXPECT_EQ(names({.client = Prefix::parse("0.0.0.0/0")}).size(), 3U);
}

TEST_F(ReaderTest, filters_by_type_rcode_and_message_type) {
  kit::Seen question("example.org");
  kit::Seen answer("example.org");
  answer.answer();
  answer.observation.rcode = dns::Rcode::kNxDomain;
  answer.observation.qtype = dns::Type::kMx;
  add(question);
  add(answer);
  EXPECT_EQ(find({.rcode = dns::Rcode::kNxDomain}).size(), 1U);
  EXPECT_EQ(find({.rcode = dns::Rcode::kNoError}).size(), 0U) << "a query has no rcode";
  EXPECT_EQ(find({.qtype = dns::Type::kMx}).size(), 1U);
  EXPECT_EQ(find({.type = model::MessageType::kClientQuery}).size(), 1U);
  EXPECT_EQ(find({.qtype = dns::Type::kMx, .type = model::MessageType::kClientQuery}).size(), 0U);
}

TEST_F(ReaderTest, filters_by_time_exactly_also_when_rows_came_out_of_order) {
  for (int64_t i = 0; i < 3 * kBlockRows; ++i)
    add("example.org", "192.0.2.1", kStart + (i * 7919) % (3 * kBlockRows));
  const auto rows = find({.since = wall_time(kStart + 100), .until = wall_time(kStart + 105)});
  ASSERT_EQ(rows.size(), 5U);
  for (const QueryRow& row : rows) {
    EXPECT_GE(row.time, wall_time(kStart + 100));
    EXPECT_LT(row.time, wall_time(kStart + 105));
  }
  EXPECT_TRUE(find({.since = wall_time(kStart + 3 * kBlockRows)}).empty());
}

TEST_F(ReaderTest, pages_follow_each_other_without_a_gap_while_rows_come) {
  for (int64_t i = 0; i < 2 * kBlockRows + 10; ++i)
    add(i % 100 == 0 ? "wanted.example" : "other.example", "192.0.2.1", kStart + i);
  ASSERT_TRUE(writer->commit());
  auto reader = StoreReader::open(path);
  std::optional<int64_t> cursor;
  std::vector<int64_t> ids;
  do {
    const auto page = (*reader)->find({.within = *dns::Name::parse("wanted.example")}, 7, cursor);
    ASSERT_TRUE(page);
    for (const QueryRow& row : page->rows) ids.push_back(row.id);
    cursor = page->next;
    add("wanted.example", "192.0.2.1");
    ASSERT_TRUE(writer->commit());
  } while (cursor);
  ASSERT_EQ(ids.size(), 164U);
  for (size_t i = 0; i < ids.size(); ++i)
    EXPECT_EQ(ids[i], 1 + 100 * (163 - static_cast<int64_t>(i)));
}

TEST_F(ReaderTest, one_call_looks_at_a_bounded_number_of_rows) {
  kit::Seen seen("other.example");
  kit::Seen rare("rare.example");
  add(rare);
  for (int64_t i = 0; i < StoreReader::kMostExamined + kBlockRows; ++i) add(seen);
  ASSERT_TRUE(writer->commit());
  auto reader = StoreReader::open(path);
  const QueryFilter filter{.within = *dns::Name::parse("rare.example")};
  const auto first = (*reader)->find(filter, 1);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->rows.empty());
  ASSERT_TRUE(first->next);
  const auto second = (*reader)->find(filter, 1, first->next);
  EXPECT_EQ(second->rows.size(), 1U);
}

TEST_F(ReaderTest, reads_from_another_process_while_weir_writes) {
  add("example.org", "192.0.2.1");
  ASSERT_TRUE(writer->commit());
  add("uncommitted.example", "192.0.2.1");
  const pid_t child = ::fork();
  if (child == 0) {
    auto reader = StoreReader::open(path);
    if (!reader) ::_exit(1);
    const auto page = (*reader)->find({}, 10);
    ::_exit(page && page->rows.size() == 1 ? 0 : 2);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(ReaderTest, reads_when_nobody_writes) {
  add("example.org", "192.0.2.1");
  ASSERT_TRUE(writer->commit());
  writer.reset();
  auto reader = StoreReader::open(path);
  ASSERT_TRUE(reader) << reader.error().what;
  EXPECT_EQ((*reader)->count().value_or(0), 1U);
}

TEST_F(ReaderTest, reads_for_one_who_may_not_write_there) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  add("example.org", "192.0.2.1");
  ASSERT_TRUE(writer->commit());
  writer.reset();
  const auto everybody = std::filesystem::perms::others_read | std::filesystem::perms::others_exec;
  std::filesystem::permissions(path, everybody, std::filesystem::perm_options::add);
  std::filesystem::permissions(folder / "", everybody, std::filesystem::perm_options::add);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0) ::_exit(1);
    auto reader = StoreReader::open(path);
    ::_exit(reader && (*reader)->count().value_or(0) == 1 ? 0 : 2);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(ReaderTest, N01_gaps_are_rows) {
  ASSERT_TRUE(writer->add({wall_time(1), wall_time(2), "source edge", "tap", "ring_full", 512}));
  ASSERT_TRUE(writer->add({wall_time(3), wall_time(4), "sink store", "queue", "full", 7}));
  ASSERT_TRUE(writer->commit());
  auto reader = StoreReader::open(path);
  const auto gaps = (*reader)->gaps(10);
  ASSERT_TRUE(gaps);
  ASSERT_EQ(gaps->size(), 2U);
  EXPECT_EQ(gaps->at(0).origin, "sink store");
  EXPECT_EQ(gaps->at(1).count, 512U);
  EXPECT_EQ(gaps->at(1).to, wall_time(2));
}

TEST(StoreReader, says_when_there_is_no_store) {
  const kit::TemporaryFolder folder;
  const auto reader = StoreReader::open(folder / "none.db");
  ASSERT_FALSE(reader);
  EXPECT_NE(reader.error().what.find("none.db"), std::string::npos);
}

}  // namespace
}  // namespace weir::flow
