// Tests of durations, sizes, times of day and near misses.
#include "base/units.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "base/random.h"

namespace weir {
namespace {

TEST(Duration, reads_every_unit) {
  EXPECT_EQ(parse_duration("5ns"), 5ns);
  EXPECT_EQ(parse_duration("5us"), 5us);
  EXPECT_EQ(parse_duration("1500ms"), 1500ms);
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("2 h"), 2h);
  EXPECT_EQ(parse_duration("1d"), 24h);
  EXPECT_EQ(parse_duration("1w"), 168h);
  EXPECT_EQ(parse_duration("0"), 0s);
}

TEST(Duration, refuses_nonsense_and_overflow) {
  for (const char* text : {"", "s", "5", "-5s", "5 seconds", "1.5s", "5S", "5s ", "9223372036855s",
                           "18446744073709551615ns", "99999999999999999999s", "15251w"})
    EXPECT_FALSE(parse_duration(text)) << text;
  EXPECT_EQ(parse_duration("9223372036854775807ns"), Duration::max());
}

TEST(Duration, prints_the_shortest_exact_form) {
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(1500ms), "1500ms");
  EXPECT_EQ(format_duration(1h), "1h");
  EXPECT_EQ(format_duration(0s), "0s");
  EXPECT_EQ(format_duration(-5s), "-5s");
  EXPECT_EQ(format_duration(Duration::min()), "-9223372036854775808ns");
}

TEST(Duration, survives_the_round_trip) {
  SeededRandom random(5);
  for (int round = 0; round < 2000; ++round) {
    const Duration duration(static_cast<int64_t>(random.next() >> (1 + random.below(62))));
    EXPECT_EQ(parse_duration(format_duration(duration)), duration);
  }
}

TEST(Size, reads_powers_of_two_and_of_ten) {
  EXPECT_EQ(parse_size("64MiB"), 64ULL << 20);
  EXPECT_EQ(parse_size("1 GB"), 1'000'000'000U);
  EXPECT_EQ(parse_size("512"), 512U);
  EXPECT_EQ(parse_size("512B"), 512U);
  for (const char* text : {"", "MiB", "1mib", "-1", "1.5MiB", "17179869184GiB", "1MiB/s"})
    EXPECT_FALSE(parse_size(text)) << text;
}

TEST(Size, survives_the_round_trip) {
  EXPECT_EQ(format_size(64ULL << 20), "64MiB");
  EXPECT_EQ(format_size(1000), "1000B");
  EXPECT_EQ(format_size(0), "0B");
  SeededRandom random(6);
  for (int round = 0; round < 2000; ++round) {
    const uint64_t size = (random.next() >> random.below(64)) & ~((1ULL << random.below(30)) - 1);
    EXPECT_EQ(parse_size(format_size(size)), size);
  }
}

TEST(Nearest, finds_slips_of_the_hand_and_nothing_else) {
  constexpr std::array<std::string_view, 4> kWords = {"listen", "upstream", "cache", "log"};
  EXPECT_EQ(nearest("lisen", kWords), "listen");
  EXPECT_EQ(nearest("upstraem", kWords), "upstream");
  EXPECT_EQ(nearest("log", kWords), "log");
  EXPECT_EQ(nearest("telescope", kWords), "");
  EXPECT_EQ(nearest("", kWords), "");
  EXPECT_EQ(nearest("cache", {}), "");
}

TEST(Rfc3339, prints_nine_digits_in_utc) {
  EXPECT_EQ(format_rfc3339(wall_time(0)), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(format_rfc3339(wall_time(1'795'215'600'123'456'789)), "2026-11-20T23:00:00.123456789Z");
  EXPECT_EQ(format_rfc3339(wall_time(-1)), "1969-12-31T23:59:59.999999999Z");
}

TEST(Rfc3339, reads_fractions_and_offsets) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:01Z"), wall_time(1'000'000'000));
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.5Z"), wall_time(500'000'000));
  EXPECT_EQ(parse_rfc3339("1970-01-01t00:00:00.0000000019z"), wall_time(1));
  EXPECT_EQ(parse_rfc3339("1970-01-01T01:30:00+01:30"), wall_time(0));
  EXPECT_EQ(parse_rfc3339("1969-12-31 19:00:00-05:00"), wall_time(0));
  EXPECT_EQ(parse_rfc3339("2024-02-29T00:00:00Z"), wall_time(1'709'164'800'000'000'000));
}

TEST(Rfc3339, refuses_what_is_none) {
  for (const char* text :
       {"", "2026-11-20", "2026-11-20T23:00:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-11-20T24:00:00Z", "2026-11-20T23:60:00Z", "2026-11-20T23:00:61Z",
        "2026-11-20T23:00:00.Z", "2026-11-20T23:00:00+1:2", "2026-11-20T23:00:00+-1:00",
        "2026-11-20T23:00:00+24:00", "2026-11-20T23:00:00Zx", "2026-1-20T23:00:00Z",
        "9999-11-20T23:00:00Z", "0000-01-01T00:00:00Z", "2026-11-20T23:00:00+"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Rfc3339, survives_the_round_trip) {
  SeededRandom random(7);
  for (int round = 0; round < 2000; ++round) {
    // 2262 is the last year that 64 bits of nanoseconds begin, and they do not end it.
    const WallTime time = wall_time(static_cast<int64_t>(random.below(9'214'646'400'000'000'000)));
    EXPECT_EQ(parse_rfc3339(format_rfc3339(time)), time) << format_rfc3339(time);
  }
}

}  // namespace
}  // namespace weir
