// The values that settings have, apart from any settings struct: what a field reads, prints,
// compares.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/endpoint.h"

namespace weir::config {

enum class Kind : unsigned char {
  kBoolean,
  kInteger,
  kNumber,
  kDuration,
  kSize,
  kText,
  kPath,
  kChoice,
  kEndpoint,
  kPrefix,
  kTable
};

/// How many values a key has; it follows from the member's type (T, std::optional<T>,
/// std::vector<T>).
enum class Count : unsigned char { kOne, kOptional, kList };

/// Sizes are the uint64_t; choices, texts and paths the string.
using Scalar =
    std::variant<bool, int64_t, double, Duration, uint64_t, std::string, Endpoint, Prefix>;
/// One scalar, none (an optional that is not set), or a list.
using Value = std::vector<Scalar>;

/// `a duration such as "30s"`.
std::string_view phrase(Kind kind);
/// `duration`.
std::string_view name(Kind kind);
/// Whether TOML writes it as a string.
bool is_string(Kind kind);

/// As a person writes it in a sentence: 64MiB, without quotes.
std::string to_plain(const Scalar& scalar);
std::string to_toml(const Scalar& scalar);
/// A scalar, or a list in brackets. An optional that is not set has no TOML: empty.
std::string to_toml(const Value& value, Count count);

}  // namespace weir::config
