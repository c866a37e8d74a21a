// Tests of koroz's settings as ours (K-04).
#include "app/koroz/koroz.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "app/settings.h"
#include "kit/temporary.h"

namespace weir::app {
namespace {

class Koroz : public testing::Test {
 protected:
  Result<LoadedSettings, config::Diagnostics> load(const std::string& text,
                                                   std::vector<std::string> set = {}) const {
    std::ofstream(file_) << text;
    return load_settings({.file = {}, .koroz = file_, .set = std::move(set)},
                         [](const std::string&) { return std::nullopt; });
  }
  const kit::TemporaryFolder folder_;
  const std::string file_ = folder_ / "Settings.toml";
};

TEST_F(Koroz, K_04_every_key_is_taken) {
  const auto loaded = load(
      "purge_wake_up_interval = 7\nmin_ttl_to_keep_record = 31\nmax_ttl_to_keep_record = 5000\n"
      "max_records_to_refresh_in_cycle = 50\nwe_running_docker = true\n"
      "min_time_to_expire_to_purge = 20\n");
  ASSERT_TRUE(loaded) << config::to_text(loaded.error());
  const universe::UniverseSettings& universe = loaded->settings.universe;
  EXPECT_TRUE(universe.keep_warm.enabled);
  EXPECT_EQ(universe.keep_warm.warmth.cycle, 7s);
  EXPECT_EQ(universe.sightings.ttl_above, 31U);
  EXPECT_EQ(universe.sightings.ttl_below, 5000U);
  EXPECT_EQ(universe.keep_warm.warmth.batch, 50U);
  EXPECT_EQ(universe.keep_warm.warmth.ahead, 20s);
}

TEST_F(Koroz, K_02_K_04_what_is_missing_has_koroz_s_default) {
  const auto loaded = load("");
  ASSERT_TRUE(loaded) << config::to_text(loaded.error());
  const universe::UniverseSettings& universe = loaded->settings.universe;
  EXPECT_EQ(universe.keep_warm.warmth.cycle, 5s);
  EXPECT_EQ(universe.keep_warm.warmth.ahead, 300s);
  EXPECT_EQ(universe.sightings.ttl_above, 30U);
  EXPECT_EQ(loaded->settings.control.listen.at(0).to_text(), "127.0.0.1:3030");
}

TEST_F(Koroz, K_02_the_command_line_wins) {
  const auto loaded = load("", {"control.listen=127.0.0.1:4040"});
  ASSERT_TRUE(loaded) << config::to_text(loaded.error());
  EXPECT_EQ(loaded->settings.control.listen.at(0).port, 4040);
}

TEST_F(Koroz, mistakes_have_their_place) {
  const auto loaded = load("\nmin_tll_to_keep_record = 3\n");
  ASSERT_FALSE(loaded);
  EXPECT_THAT(config::to_text(loaded.error()), testing::HasSubstr("Settings.toml:2:1:"));
}

}  // namespace
}  // namespace weir::app
