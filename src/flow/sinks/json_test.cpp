// Lines to a receiver: whole ones, each once over an outage, and the root only where it is wanted.
#include <gtest/gtest.h>

#include <future>

#include "flow/catalogue.h"
#include "kit/dnstap_receiver.h"
#include "kit/observations.h"
#include "kit/temporary.h"

namespace weir::flow {
namespace {

struct JsonSink : ::testing::Test {
  std::unique_ptr<Sink> open(bool skip_root = false) {
    auto made = make_sink(JsonSinkSettings{.name = "out",
                                           .to = "unix:" + path,
                                           .shape = Format::kDnswatch,
                                           .skip_root = skip_root},
                          {}, registry);
    EXPECT_TRUE(made) << made.error().what;
    return *std::move(made);
  }
  /// A batch of answers about these names.
  static model::SharedBatch answers(const std::vector<std::string>& names) {
    model::BatchBuilder builder(0, names.size(), names.size() * 512);
    for (const std::string& name : names)
      EXPECT_TRUE(builder.add(kit::Seen(name).answer().observation));
    return builder.seal();
  }
  static std::vector<std::string> names_in(Bytes octets) {
    std::vector<std::string> names;
    std::string_view text = as_text(octets);
    for (size_t end = 0; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1)) {
      const std::string_view line = text.substr(0, end);
      const size_t from = line.find("\"query\":\"") + 9;
      names.emplace_back(line.substr(from, line.find('"', from) - from));
    }
    return names;
  }
  double counted(const std::string& series) const {
    const std::string page = registry.expose();
    const size_t at = page.find(series + " ");
    return at == page.npos ? -1 : std::stod(page.substr(at + series.size()));
  }

  metrics::Registry registry;
  const kit::TemporaryFolder folder;
  const std::string path = folder / "x.sock";
  kit::DnstapReceiver receiver{path};
};

TEST_F(JsonSink, W20_sends_a_line_an_answer) {
  auto received = std::async(std::launch::async, [&] { return receiver.accept().read_all(); });
  const auto sink = open();
  ASSERT_TRUE(sink->deliver(*answers({"a.test", ".", "b.test"})));
  ASSERT_TRUE(sink->settle());
  sink->close();
  EXPECT_EQ(names_in(received.get()), (std::vector<std::string>{"a.test.", ".", "b.test."}));
  EXPECT_EQ(counted("weir_json_lines_total{sink=\"out\"}"), 3);
}

TEST_F(JsonSink, W19_the_root_has_no_line_where_that_is_asked) {
  auto received = std::async(std::launch::async, [&] { return receiver.accept().read_all(); });
  const auto sink = open(true);
  ASSERT_TRUE(sink->deliver(*answers({"a.test", ".", "b.test"})));
  ASSERT_TRUE(sink->settle());
  sink->close();
  EXPECT_EQ(names_in(received.get()), (std::vector<std::string>{"a.test.", "b.test."}));
  EXPECT_EQ(counted("weir_json_passed_over_total{reason=\"root\",sink=\"out\"}"), 1);
}

TEST_F(JsonSink, D16_an_outage_in_a_group_neither_loses_a_line_nor_sends_one_twice) {
  std::vector<std::string> names;
  for (int i = 0; i < 10'000; ++i) names.push_back("n" + std::to_string(i) + ".test");
  const auto batch = answers(names);
  const auto sink = open();
  // It reads some, says that it takes no more, and reads what the kernel has by then.
  auto first = std::async(std::launch::async, [&] {
    kit::DnstapConnection connection = receiver.accept();
    Octets got = connection.read(100'000);
    ::shutdown(connection.fd(), SHUT_RD);
    const Octets rest = connection.read_all();
    got.insert(got.end(), rest.begin(), rest.end());
    return got;
  });
  Status failed = sink->deliver(*batch);
  if (failed) failed = sink->settle();
  ASSERT_TRUE(!failed && failed.error().retry);
  std::vector<std::string> all = names_in(first.get());
  EXPECT_GT(all.size(), 500U);
  auto second = std::async(std::launch::async, [&] { return receiver.accept().read_all(); });
  ASSERT_TRUE(sink->deliver(*batch));
  ASSERT_TRUE(sink->settle());
  sink->close();
  for (std::string& name : names_in(second.get())) all.push_back(std::move(name));
  for (std::string& name : names) name += '.';
  EXPECT_EQ(all, names);
  EXPECT_EQ(counted("weir_json_lines_total{sink=\"out\"}"), 10'000);
}

TEST_F(JsonSink, what_is_no_receiver_is_a_fault_of_the_settings) {
  for (const char* const to : {"file:/tmp/x", "/tmp/x", "tcp:host", "x"}) {
    const auto made = make_sink(JsonSinkSettings{.name = "out", .to = to}, {}, registry);
    ASSERT_FALSE(made) << to;
    EXPECT_EQ(made.error().fault, Fault::kConfig) << to;
  }
}

}  // namespace
}  // namespace weir::flow
