// Measures the core of the routing plane on one thread, without I/O: lists and look-ups (F1, F2),
// then leases: learning, renewing, expiring, and their memory (T4 to T7).
//
// Times are of the processor, not of the wall: other work on the machine counts less.
//
//   cmake --build build/release --target routing_core
//   build/release/bench/routing_core [lists|leases] [COUNT]
#include <fmt/core.h>

#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "kit/name_lists.h"
#include "names/matcher.h"
#include "names/reader.h"
#include "route/lease_table.h"

namespace {

using namespace weir;

double seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Resident memory now, in octets.
size_t resident() {
  size_t pages = 0;
  size_t resident_pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident_pages;
  return resident_pages * 4096;
}

/// Names like those of block lists: syllables, a number, sometimes a host, one of few ends.
std::string random_name(Random& random) {
  constexpr std::string_view kEnds[] = {"com", "net", "org", "io", "ru", "de", "co.uk", "xyz"};
  constexpr std::string_view kHosts[] = {".ads", ".trk", ".cdn"};
  std::string name;
  for (uint64_t i = 2 + random.below(4); i != 0; --i) {
    name += "bcdfghjklmnprstvz"[random.below(17)];
    name += "aeiou"[random.below(5)];
  }
  name += std::to_string(random.below(1000));
  if (random.below(10) < 3) name += kHosts[random.below(3)];
  return name + "." + std::string(kEnds[random.below(8)]);
}

void measure_lists(size_t count) {
  SeededRandom random(3);
  std::string text;
  for (size_t i = 0; i < count; ++i) text += random_name(random) + "\n";
  {
    const double start = seconds();
    const names::Reading reading = names::read_list(text);
    const double read = seconds();
    const auto matcher = *names::Matcher::compile({{0, &reading.list}}, 7);
    const double compiled = seconds();
    size_t hits = 0;
    reading.list.each_name(
        [&](const names::NameRule& rule) { hits += matcher->match(rule.name).included; });
    const double looked = seconds();
    const auto statistics = matcher->statistics();
    fmt::print(
        "F1 {:.1f} octets/name   F2 read {:.3f} s + compile {:.3f} s = {:.3f} s   "
        "look-up {:.0f} ns ({} of {})\n",
        static_cast<double>(statistics.octets) / static_cast<double>(statistics.names),
        read - start, compiled - read, compiled - start,
        (looked - compiled) * 1e9 / static_cast<double>(reading.list.name_count()), hits,
        reading.list.name_count());
  }
}

/// `count` leases of as many names and addresses, through learning, renewal and expiry.
void measure_leases(size_t count) {
  std::vector<Octets> names;
  for (size_t i = 0; i < count; ++i)
    names.push_back(
        kit::wire("h" + std::to_string(i) + ".d" + std::to_string(i % 1000) + ".bench.test"));
  const auto address = [](size_t i) {
    const uint8_t octets[4] = {static_cast<uint8_t>(11 + (i >> 24)), static_cast<uint8_t>(i >> 16),
                               static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)};
    return IpAddress::v4(octets);
  };
  const size_t before = resident();
  Instant now{1h};
  route::Feed feed(7);
  route::Admission admission;
  route::LeaseTable table(feed, admission, now, 7, {.most_leases = count});
  table.configure(0, {.floor = 60s,
                      .grace = 0s,
                      .most_leases = static_cast<uint32_t>(count),
                      .rate = 1e9,
                      .burst = 1e9});
  const auto cursor = *feed.open(~route::GroupMask{0});
  size_t told = 0;
  const auto sight_all = [&] {
    const double start = seconds();
    for (size_t i = 0; i < count; ++i) table.sight({0, names[i], address(i), 60s}, now);
    return seconds() - start;
  };
  const auto take_all = [&] {
    const double start = seconds();
    while (feed.take(cursor)) ++told;
    return seconds() - start;
  };
  const double learned = sight_all();
  const double announced = take_all();
  const size_t held = resident() - before;
  now += 1s;
  const double renewed = sight_all();
  now += 61s;
  const double start = seconds();
  table.advance(now, SIZE_MAX);
  const double expired = seconds() - start;
  const double withdrawn = take_all();
  fmt::print(
      "{} leases: learn {:.2f} M/s, tell {:.1f} ms; renew {:.2f} M/s; expire {:.1f} ms, "
      "tell {:.1f} ms; {:.1f} MB; {} changes, {} left\n",
      count, static_cast<double>(count) / learned / 1e6, announced * 1e3,
      static_cast<double>(count) / renewed / 1e6, expired * 1e3, withdrawn * 1e3,
      static_cast<double>(held) / 1e6, told, table.size() + feed.records());
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view what = count > 1 ? arguments[1] : "lists";
  const size_t size = count > 2 ? std::stoul(arguments[2]) : 1'000'000;
  for (int round = 0; round < 4; ++round)
    what == "leases" ? measure_leases(size) : measure_lists(size);
}
