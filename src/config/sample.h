// A small configuration with every kind of field, for the tests of this room.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/load.h"
#include "config/table.h"

namespace weir::config::sample {

enum class Mode : unsigned char { kDrop, kRefused, kTruncate };

struct Upstream {
  std::string name;
  Endpoint address;
  double weight = 0;
};
struct Cache {
  uint64_t size_octets = 0;
  Duration min_ttl{};
  Duration max_ttl{};
};
struct Store {
  std::string path;
};
struct Host {
  std::string text;
};
struct Settings {
  bool verbose = false;
  uint16_t port = 0;
  Mode mode = Mode::kDrop;
  std::string identity;
  std::optional<std::string> password;
  std::vector<Endpoint> listen;
  std::vector<Prefix> allow;
  std::optional<Endpoint> metrics;
  std::vector<Host> hosts;
  Cache cache;
  std::optional<Store> store;
  std::vector<Upstream> upstreams;
};

inline Table<Cache> cache_table() {
  Table<Cache> table("The cache of answers.");
  table
      .size("size", &Cache::size_octets,
            {.fallback = "64MiB",
             .least = "1MiB",
             .most = "1TiB",
             .doc = "Octets it may hold.",
             .reload = Reload::kLive})
      .duration("min_ttl", &Cache::min_ttl, {.fallback = "0s", .doc = "Least time to keep."})
      .duration("max_ttl", &Cache::max_ttl,
                {.fallback = "1d",
                 .least = "1s",
                 .most = "1w",
                 .doc = "Most time to keep.",
                 .reload = Reload::kLive})
      .check([](const Cache& cache, Report& report) {
        if (cache.max_ttl < cache.min_ttl) report.wrong("max_ttl", "is below min_ttl");
      });
  return table;
}

inline Table<Upstream> upstream_table() {
  Table<Upstream> table("A server that is asked.");
  table.text("name", &Upstream::name, {.least = "1", .most = "63", .doc = "What it is called."})
      .endpoint("address", &Upstream::address, {.doc = "Where it is.", .default_port = 853})
      .number("weight", &Upstream::weight,
              {.fallback = "1", .least = "0", .most = "100", .doc = "Its share."});
  return table;
}

inline Table<Settings> settings_table() {
  Table<Store> store("Where observations are kept.");
  store.path("path", &Store::path, {.fallback = "/var/lib/weir/log.db", .doc = "The file."});
  const Form<Host> host{"a host name",
                        [](std::string_view text) -> std::optional<Host> {
                          if (text.empty() || text.find(' ') != text.npos) return std::nullopt;
                          return Host{std::string(text)};
                        },
                        [](const Host& value) { return value.text; }};
  Table<Settings> table("All of it.");
  table.boolean("verbose", &Settings::verbose, {.fallback = "false", .doc = "Say more."})
      .integer("port", &Settings::port, {.fallback = "53", .least = "1", .doc = "A port."})
      .choice("mode", &Settings::mode,
              {{"drop", Mode::kDrop}, {"refused", Mode::kRefused}, {"truncate", Mode::kTruncate}},
              {.fallback = "drop", .doc = "What to do."})
      .text("identity", &Settings::identity, {.fallback = "", .doc = "Our name."})
      .text("password", &Settings::password, {.least = "8", .doc = "Ours.", .secret = true})
      .endpoint("listen", &Settings::listen,
                {.fallback = "[\"127.0.0.1:8853\", \"[::1]:8853\"]",
                 .doc = "Where we listen.",
                 .most_items = 3})
      .prefix("allow", &Settings::allow, {.fallback = "127.0.0.0/8, ::1", .doc = "Who may ask."})
      .endpoint("metrics", &Settings::metrics, {.doc = "Where metrics are."})
      .form("hosts", &Settings::hosts, host, {.fallback = "[]", .doc = "Names we know."})
      .table("cache", &Settings::cache, cache_table())
      .table("store", &Settings::store, store)
      .table("upstreams", &Settings::upstreams, upstream_table(),
             {.fallback = "[{name = \"one\", address = \"1.1.1.1\"}]",
              .reload = Reload::kLive,
              .most_items = 3,
              .unique = "name"})
      .check([](const Settings& settings, Report& report) {
        for (size_t i = 0; i < settings.upstreams.size(); ++i)
          if (settings.upstreams[i].address.port == settings.port)
            report.wrong("upstreams." + std::to_string(i) + ".address", "asks ourselves",
                         "another port");
      });
  return table;
}

/// Every diagnostic of a text, one a line; empty when it loads.
inline std::string complaints(std::string_view text, const std::vector<Override>& overrides = {}) {
  Settings settings;
  return to_text(load_into(settings_table().schema(), text, "weir.toml", overrides, &settings));
}

}  // namespace weir::config::sample
