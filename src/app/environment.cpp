// Environment variables into overrides.
#include "app/environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "app/commands.h"
#include "base/endpoint.h"
#include "config/node.h"

namespace weir::app {
namespace {

Error wrong(std::string what) { return {.fault = Fault::kConfig, .what = std::move(what)}; }

Result<uint16_t> read_port(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0)
    return wrong("is not a port; expected 1 to 65535");
  return port;
}

Result<IpAddress> read_address(std::string_view text) {
  if (const auto address = IpAddress::parse(text)) return *address;
  return wrong("is not an address; expected one like 0.0.0.0 or ::");
}

std::string list_of(std::initializer_list<Endpoint> endpoints) {
  std::string text;
  for (const Endpoint& endpoint : endpoints)
    text += fmt::format("{}\"{}\"", text.empty() ? "[" : ", ", endpoint.to_text());
  return text + "]";
}

/// `port` on BIND_ADDRESS, or on loopback. A bad BIND_ADDRESS is complained about by its own rule.
std::string listening_on(uint16_t port, const config::Environment& environment) {
  if (const auto text = environment("BIND_ADDRESS"))
    if (const auto address = IpAddress::parse(*text)) return list_of({{*address, port}});
  return list_of({{*IpAddress::parse("127.0.0.1"), port}, {*IpAddress::parse("::1"), port}});
}

/// Unset like empty, as orchestrators write "not given".
config::Environment without_empty(const config::Environment& environment) {
  return [environment](const std::string& variable) {
    auto text = environment(variable);
    return text && text->empty() && variable != "DEBUG" ? std::nullopt : text;
  };
}

bool is_on(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text != "" && text != "0" && text != "false" && text != "no" && text != "off";
}

std::vector<config::EnvironmentRule> rules(const config::Environment& environment) {
  const auto bind_port = [environment]() -> uint16_t {
    const auto text = environment("BIND_PORT");
    const auto port = text ? read_port(*text) : Result<uint16_t>(kDefaultPort);
    return port ? *port : kDefaultPort;
  };
  const auto on_port = [environment](std::string_view text) -> Result<std::string> {
    TRY(const uint16_t port, read_port(text));
    return listening_on(port, environment);
  };
  std::vector<config::EnvironmentRule> rules = {
      {"BIND_ADDRESS", "edge.listen",
       [bind_port](std::string_view text) -> Result<std::string> {
         TRY(const IpAddress address, read_address(text));
         return list_of({{address, bind_port()}});
       }},
      {"BIND_PORT", "edge.listen", on_port},
      {"METRICS_PORT", "control.alias_listen", on_port},
      {"UPSTREAM_ADDRESS", "edge.upstreams",
       [](std::string_view text) -> Result<std::string> {
         return fmt::format("[{{name = {}, address = {}}}]", config::toml_string(text),
                            config::toml_string(fmt::format("tls://{}", text)));
       }},
  };
  const auto debug = environment("DEBUG");
  if (!debug) return rules;
  const bool on = is_on(*debug);
  rules.push_back({"DEBUG", "edge.debug_payloads",
                   [on](std::string_view) { return Result<std::string>(on ? "true" : "false"); }});
  if (on)
    rules.push_back(
        {"DEBUG", "log.level", [](std::string_view) { return Result<std::string>("debug"); }});
  return rules;
}

}  // namespace

std::vector<config::Override> overrides_from_environment(const config::Environment& environment,
                                                         config::Diagnostics& diagnostics) {
  const config::Environment present = without_empty(environment);
  return config::from_environment(rules(present), present, diagnostics);
}

}  // namespace weir::app
