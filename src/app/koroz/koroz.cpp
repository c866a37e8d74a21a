// Six keys, and what they are called here.
#include "app/koroz/koroz.h"

#include <fmt/format.h>

#include "config/load.h"
#include "config/table.h"

namespace weir::app {
namespace {

constexpr const char* kListen = R"(["127.0.0.1:3030"])";

struct KorozSettings {
  uint64_t purge_wake_up_interval = 0;
  uint32_t min_ttl_to_keep_record = 0;
  uint32_t max_ttl_to_keep_record = 0;
  uint64_t max_records_to_refresh_in_cycle = 0;
  bool we_running_docker = false;
  uint64_t min_time_to_expire_to_purge = 0;
};

config::Table<KorozSettings> koroz_table() {
  config::Table<KorozSettings> table("koroz's settings.");
  table.integer(
      "purge_wake_up_interval", &KorozSettings::purge_wake_up_interval,
      {.fallback = "5", .least = "1", .most = "3600", .doc = "Seconds from batch to batch."});
  table.integer("min_ttl_to_keep_record", &KorozSettings::min_ttl_to_keep_record,
                {.fallback = "30",
                 .most = "2147483647",
                 .doc = "Records count whose TTL in seconds is above."});
  table.integer("max_ttl_to_keep_record", &KorozSettings::max_ttl_to_keep_record,
                {.fallback = "3600",
                 .most = "2147483647",
                 .doc = "Records count whose TTL in seconds is below."});
  table.integer(
      "max_records_to_refresh_in_cycle", &KorozSettings::max_records_to_refresh_in_cycle,
      {.fallback = "100", .least = "1", .most = "100000", .doc = "How many records of one batch."});
  table.boolean("we_running_docker", &KorozSettings::we_running_docker,
                {.fallback = "false", .doc = "Has no meaning here: no program is started."});
  table.integer("min_time_to_expire_to_purge", &KorozSettings::min_time_to_expire_to_purge,
                {.fallback = "300",
                 .most = "86400",
                 .doc = "Seconds before its end at which a record is refreshed."});
  return table;
}

}  // namespace

Result<std::vector<config::Override>, config::Diagnostics> overrides_from_koroz(
    const std::string& file) {
  const auto text = config::read_file(file);
  if (!text) return config::Diagnostics{text.error()};
  const auto koroz = config::load(koroz_table(), *text, file);
  if (!koroz) return koroz.error();
  const auto seconds = [](uint64_t number) { return fmt::format("{}s", number); };
  const std::string warmth = "universe.keep_warm.warmth.";
  const std::pair<std::string, std::string> all[] = {
      {"universe.enabled", "true"},
      {"universe.sightings.ttl_above", seconds(koroz->min_ttl_to_keep_record)},
      {"universe.sightings.ttl_below", seconds(koroz->max_ttl_to_keep_record)},
      {"universe.keep_warm.enabled", "true"},
      {warmth + "cycle", seconds(koroz->purge_wake_up_interval)},
      {warmth + "batch", fmt::format("{}", koroz->max_records_to_refresh_in_cycle)},
      {warmth + "ahead", seconds(koroz->min_time_to_expire_to_purge)},
      {warmth + "jitter", "0"},
      {"control.listen", kListen},
  };
  std::vector<config::Override> overrides;
  for (const auto& [path, value] : all) overrides.push_back({path, value, file});
  return overrides;
}

}  // namespace weir::app
