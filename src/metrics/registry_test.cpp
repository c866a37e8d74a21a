// The page of a registry, aliases, and the opinion of the real promtool.
#include "metrics/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "metrics/process.h"

namespace weir::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Opinion {
  int status = -1;
  std::string text;
};

/// What `promtool check metrics` says of a page.
Opinion ask_promtool(const std::string& page) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("weir_metrics_" + std::to_string(getpid()) + ".prom");
  std::ofstream(path) << page;
  Opinion opinion;
  FILE* pipe = popen(("promtool check metrics <" + path.string() + " 2>&1").c_str(), "r");
  std::array<char, 4096> chunk{};
  while (const size_t count = fread(chunk.data(), 1, chunk.size(), pipe))
    opinion.text.append(chunk.data(), count);
  opinion.status = WEXITSTATUS(pclose(pipe));
  std::filesystem::remove(path);
  return opinion;
}

void fill(Registry& registry) {
  registry.counter("weir_queries_total", "Queries.", {{"proto", "udp"}, {"bind", "a\"\\\n"}})
      .add(3);
  registry.counter("weir_queries_total", "Queries.", {{"proto", "tcp"}, {"bind", "b"}}).add(4);
  registry.gauge("weir_cache_bytes", "Octets held.").set(1.5e6);
  for (const auto* source : {"cache", "upstream"})
    registry
        .histogram("weir_request_duration_seconds", "Time to answer.", latency_bounds(),
                   {{"source", source}})
        .observe(0.003);
}

TEST(Registry, asking_again_gives_the_same_series_whatever_the_order_of_labels) {
  Registry registry;
  Counter& first = registry.counter("a_total", "Help.", {{"x", "1"}, {"y", "2"}});
  Counter& again = registry.counter("a_total", "Help.", {{"y", "2"}, {"x", "1"}});
  EXPECT_EQ(&first, &again);
  EXPECT_NE(&first, &registry.counter("a_total", "Help.", {{"x", "1"}}));
}

TEST(Registry, families_stand_in_name_order_with_help_and_type_once) {
  Registry registry;
  registry.gauge("b", "Second.").set(1);
  registry.counter("c_total", "Third.").add();
  registry.gauge("a", "First.", {{"n", "2"}}).set(2);
  registry.gauge("a", "First.", {{"n", "1"}}).set(1);
  EXPECT_EQ(registry.expose(),
            "# HELP a First.\n# TYPE a gauge\na{n=\"1\"} 1\na{n=\"2\"} 2\n"
            "# HELP b Second.\n# TYPE b gauge\nb 1\n"
            "# HELP c_total Third.\n# TYPE c_total counter\nc_total 1\n");
}

TEST(Registry, K24_page_is_clean_under_promtool) {
  Registry registry;
  fill(registry);
  register_process(registry, "1.2.3");
  const Opinion opinion = ask_promtool(registry.expose());
  EXPECT_EQ(opinion.status, 0) << opinion.text;
  EXPECT_EQ(opinion.text, "");
}

TEST(Registry, promtool_would_object_to_a_bad_page) {
  EXPECT_NE(ask_promtool("a{b=\"c} 1\n").status, 0);
}

TEST(Registry, callbacks_of_equal_labels_are_added_up) {
  Registry registry;
  LocalCounter first;
  LocalCounter second;
  for (LocalCounter* counter : {&first, &second})
    registry.callback("a_total", "Help.", {{"shard", "all"}}, true,
                      [counter] { return static_cast<double>(counter->value()); });
  first.add(2);
  second.add(3);
  EXPECT_THAT(registry.expose(), HasSubstr("a_total{shard=\"all\"} 5\n"));
}

TEST(Registry, a_group_gives_as_many_series_as_there_are_now) {
  Registry registry;
  std::vector<std::string> names;
  registry.callback("weir_backend_up", "Whether it answers.", false,
                    [&](const Registry::Emit& emit) {
                      for (const std::string& name : names) emit({{"backend", name}}, 1);
                    });
  EXPECT_EQ(registry.expose(), "");
  names = {"one", "two"};
  EXPECT_THAT(registry.expose(), HasSubstr("weir_backend_up{backend=\"one\"} 1\n"
                                           "weir_backend_up{backend=\"two\"} 1\n"));
}

TEST(Registry, K25_an_alias_without_labels_keeps_every_series) {
  Registry registry;
  registry.alias("actions_over_records", "Commands built.", "weir_actions_total");
  EXPECT_EQ(registry.expose(), "") << "nothing to rename yet";
  registry
      .counter("weir_actions_total", "Actions.", {{"action", "invalidate"}, {"record_type", "a"}})
      .add(2);
  EXPECT_THAT(registry.expose(),
              HasSubstr("actions_over_records{action=\"invalidate\",record_type=\"a\"} 2\n"));
}

TEST(Registry, an_alias_with_labels_is_the_sum) {
  Registry registry;
  fill(registry);
  registry.alias("requests", "Requests.", "weir_queries_total", {{"host", "edge1"}});
  EXPECT_THAT(registry.expose(),
              HasSubstr("# TYPE requests counter\nrequests{host=\"edge1\"} 7\n"));
  EXPECT_THAT(registry.expose(Registry::Aliases::kHide), Not(HasSubstr("requests{")));
  const Opinion opinion = ask_promtool(registry.expose());
  EXPECT_EQ(opinion.text, "requests counter metrics should have \"_total\" suffix\n")
      << "the only offence is the name we took over";
}

TEST(Registry, P10_latency_summary_has_quantiles_sum_and_count) {
  Registry registry;
  fill(registry);
  registry.summary_alias("request_processing_seconds", "Time to answer.",
                         "weir_request_duration_seconds", {{"host", "edge1"}});
  const std::string page = registry.expose();
  EXPECT_THAT(page,
              HasSubstr("# TYPE request_processing_seconds summary\n"
                        "request_processing_seconds{host=\"edge1\",quantile=\"0.5\"} 0.00375\n"
                        "request_processing_seconds{host=\"edge1\",quantile=\"0.9\"} "));
  EXPECT_THAT(page, HasSubstr("request_processing_seconds{host=\"edge1\",quantile=\"0.99\"} "));
  EXPECT_THAT(page, HasSubstr("request_processing_seconds_sum{host=\"edge1\"} 0.006\n"
                              "request_processing_seconds_count{host=\"edge1\"} 2\n"));
  EXPECT_EQ(ask_promtool(page).text, "");
}

TEST(Registry, is_filled_and_read_by_many_threads) {
  Registry registry;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&registry, i] {
      for (int n = 0; n < 50; ++n) {
        registry.counter("a_total", "Help.", {{"n", std::to_string(n)}}).add();
        registry.histogram("h_seconds", "Help.", latency_bounds()).observe(i);
        EXPECT_THAT(registry.expose(), HasSubstr("a_total"));
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(registry.expose(), HasSubstr("a_total{n=\"49\"} 4\n"));
}

TEST(RegistryDeathTest, mistakes_of_ours_end_the_process) {
  Registry registry;
  registry.gauge("a", "Help.");
  EXPECT_DEATH(registry.callback("a", "Help.", {}, true, [] { return 1.0; }), "check failed");
  EXPECT_DEATH(registry.counter("queries", "Help."), "_total");
  EXPECT_DEATH(registry.gauge("a-b", "Help."), "is_metric_name");
  EXPECT_DEATH(registry.gauge("b", ""), "help");
  EXPECT_DEATH(registry.gauge("b", "Help.", {{"le", "1"}}), "is_label_name");
  EXPECT_DEATH(registry.gauge("b", "Help.", {{"x", "1"}, {"x", "2"}}), "same_name");
  EXPECT_DEATH(registry.alias("a", "Help.", "b"), "check failed");
}

}  // namespace
}  // namespace weir::metrics
