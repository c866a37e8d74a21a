// What the programs that emit dnstap for measurements share: threads that call at a steady pace, in
// bursts, and how long the calls took.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <vector>

namespace emit_load {

using Clock = std::chrono::steady_clock;

inline constexpr int kBurst = 50;                               // calls in a row
inline constexpr auto kPause = std::chrono::microseconds(500);  // from burst to burst
inline constexpr int kWarmUp = 200;                             // bursts that do not count

inline const std::uint8_t kQuery[] = {
    0x12, 0x34, 1, 0,   0,   1,   0, 0, 0, 0, 0, 1, 3, 'w', 'w', 'w',  7, 'e', 'x', 'a', 'm', 'p',
    'l',  'e',  3, 'c', 'o', 'm', 0, 0, 1, 0, 1, 0, 0, 41,  4,   0xd0, 0, 0,   0,   0,   0,   0};
inline const std::uint8_t kClient[] = {192, 0, 2, 7};
inline const std::uint8_t kServer[] = {198, 51, 100, 53};

/// Nanoseconds from call to call, with one reading of the clock in each.
template <typename Call>
std::vector<std::uint32_t> one_thread(long calls, Call call) {
  std::vector<std::uint32_t> took;
  took.reserve(static_cast<std::size_t>(calls));
  auto next = Clock::now();
  for (long burst = -kWarmUp; burst < calls / kBurst; ++burst) {
    auto before = Clock::now();
    for (int i = 0; i < kBurst; ++i) {
      call();
      const auto after = Clock::now();
      if (burst >= 0) took.push_back(static_cast<std::uint32_t>((after - before).count()));
      before = after;
    }
    std::this_thread::sleep_until(next += kPause);
  }
  return took;
}

inline double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// Runs `make_call()`'s call on each thread, then `finish`, and prints
/// `median p99 cpu lost` (nanoseconds, and messages that did not go out).
template <typename MakeCall, typename Finish>
void run(int threads, long calls, MakeCall make_call, Finish finish) {
  std::vector<std::vector<std::uint32_t>> took(static_cast<std::size_t>(threads));
  const double before = cpu_seconds();
  std::vector<std::thread> running;
  for (auto& mine : took)
    running.emplace_back([&mine, calls, &make_call] { mine = one_thread(calls, make_call()); });
  for (auto& thread : running) thread.join();
  const long lost = finish();
  const double cpu = cpu_seconds() - before;
  std::vector<std::uint32_t> all;
  for (const auto& mine : took) all.insert(all.end(), mine.begin(), mine.end());
  std::ranges::sort(all);
  const double messages =
      static_cast<double>(threads) * static_cast<double>(calls + kWarmUp * kBurst);
  std::printf("%u %u %.1f %ld\n", all[all.size() / 2], all[all.size() / 100 * 99],
              1e9 * cpu / messages, lost);
}

}  // namespace emit_load
