// Durations and sizes as people write them ("30s", "1500ms", "64MiB"), and near misses of words.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace weir {

/// A number with one of ns us ms s m h d w; "0" alone is allowed. Nothing on overflow or nonsense.
std::optional<Duration> parse_duration(std::string_view text);
/// The shortest exact form: 90s, 1500ms, 1h.
std::string format_duration(Duration duration);
/// A number of octets with B, KiB MiB GiB TiB (or kB MB GB TB, powers of ten), or none.
std::optional<uint64_t> parse_size(std::string_view text);
std::string format_size(uint64_t octets);

/// The candidate nearest to `word` when it is near enough to be a slip of the hand; else empty.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// RFC 3339 in UTC with nine digits of fraction: 2026-11-20T23:00:00.123456789Z.
std::string format_rfc3339(WallTime time);
/// Any offset; the years 1678 to 2261, which nanoseconds in 64 bits hold whole.
std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace weir
