// The resolver's decisions, by the scenarios of tests/scenarios.
#include "edge/resolver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "scenarios/scenario.h"

namespace weir::edge {
namespace {

std::vector<std::filesystem::path> scenarios() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(WEIR_SOURCE_DIR "/tests/scenarios"))
    if (entry.path().extension() == ".rpl") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

class ResolverScenario : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(ResolverScenario, holds) {
  std::ifstream file(GetParam());
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(kit::run_scenario(text.str()), "") << GetParam();
}

INSTANTIATE_TEST_SUITE_P(All, ResolverScenario, ::testing::ValuesIn(scenarios()),
                         [](const auto& scenario) { return scenario.param.stem().string(); });

TEST(ScenarioRunner, says_what_came_instead) {
  EXPECT_EQ(kit::run_scenario("upstream a tls\nquery x.test A q1\nexpect joined\n"),
            "line 3: expected `joined`, came `asked a x.test. A within 1800ms`");
  EXPECT_EQ(kit::run_scenario("upstream a tls\nquery x.test A q1\n"),
            "at the end: nobody expected `asked a x.test. A within 1800ms`");
}

}  // namespace
}  // namespace weir::edge
