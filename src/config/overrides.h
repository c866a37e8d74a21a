// Values from outside the file: environment variables and `--set key=value`. They are written into
// the tree before it is bound, so they obey the same rules and complain in the same words.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/schema.h"

namespace weir::config {

/// A value for one key. Elements of a list of tables are named by place or by name:
/// `edge.upstreams.0.address`, `edge.upstreams.quad9.address`.
struct Override {
  std::string path;
  std::string text;    // as in Spec: without TOML's quotes
  std::string origin;  // for diagnostics
};

/// A variable, the key it sets, and how its text becomes that key's (unchanged when null). An
/// error's `what` says what is wrong with the text: `is not a port`.
struct EnvironmentRule {
  std::string variable;
  std::string path;
  std::function<Result<std::string>(std::string_view text)> convert = {};
};

/// The text of a variable, or nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& variable)>;
/// The environment of the process.
std::optional<std::string> process_environment(const std::string& variable);

/// The name that diagnostics give to a variable.
std::string environment_origin(std::string_view variable);

/// Overrides of the variables that are set, in the order of the rules.
std::vector<Override> from_environment(std::span<const EnvironmentRule> rules,
                                       const Environment& environment, Diagnostics& diagnostics);
/// Overrides of `--set` arguments, each `key=value`.
std::vector<Override> from_arguments(std::span<const std::string> arguments,
                                     Diagnostics& diagnostics);

/// Writes one value into the tree. Tables on the way are made, lists start from their defaults.
void apply(const Schema& schema, const Override& value, Node& root, Diagnostics& diagnostics);

}  // namespace weir::config
