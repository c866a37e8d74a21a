// The model test of the state machine: 100,000 schedules of delays, crashes, lost connections and
// simultaneous dials, in virtual time. Once the trouble is over, both sides have one session on one
// connection within a bounded time, and keep it.
#include "proto/bgp/session/network.h"

#include <gtest/gtest.h>

#include <optional>

namespace weir::bgp {
namespace {

constexpr uint64_t kSchedules = 100'000;
// A hold time, an idle hold time, an OPEN that does not come, and attempts between them.
constexpr Duration kBound = 200s;
constexpr Duration kStable = 30s;

SessionSettings side_settings(SeededRandom& random, uint32_t as, uint32_t peer_as,
                              uint32_t identifier) {
  SessionSettings settings;
  settings.local_as = as;
  settings.peer_as = peer_as;
  settings.identifier = identifier;
  settings.hold = std::chrono::seconds(9 + random.below(22));
  settings.open_hold = 20s;
  settings.connect_timeout = 10s;
  settings.connect_retry = std::chrono::seconds(1 + random.below(5));
  settings.idle_hold = settings.connect_retry;
  settings.idle_hold_most = 20s;
  if (random.below(2) == 0)
    settings.graceful_restart = GracefulRestart{
        .notification = random.below(2) == 0, .time_seconds = 60, .families = FamilySet::all()};
  return settings;
}

Duration any_delay(SeededRandom& random) {
  constexpr Duration kDelays[] = {1us, 1ms, 50ms, 500ms, 2s};
  return kDelays[random.below(std::size(kDelays))];
}

void disturb(Network& network) {
  SeededRandom& random = network.random();
  const int side = static_cast<int>(random.below(2));
  switch (random.below(6)) {
    case 0: network.crash(side, true); break;
    case 1: network.crash(side, false); break;
    case 2: network.black_out(); break;
    case 3: network.reset_links(); break;
    case 4: network.stop(side); break;
    default: network.lose_connects(static_cast<unsigned>(random.below(100))); break;
  }
}

/// Trouble, and the processes that ended begin again.
void trouble(Network& network) {
  SeededRandom& random = network.random();
  for (uint64_t times = random.below(4); times > 0; --times) {
    network.run(network.now() + Duration(static_cast<int64_t>(random.below(15'000'000'000))));
    disturb(network);
    network.run(network.now() + any_delay(random));
    for (const int side : {0, 1}) network.start(side);
  }
  network.lose_connects(0);
}

/// Two sides of any settings that can find each other, and a network of any delay.
Network any_network(SeededRandom& random) {
  const uint32_t peer_as = random.below(2) == 0 ? 65000 : 65001;
  const auto low = static_cast<uint32_t>(1 + random.below(100));
  const auto high = low + static_cast<uint32_t>(1 + random.below(100));
  const bool swapped = random.below(2) == 0;
  SessionSettings left = side_settings(random, 65000, peer_as, swapped ? high : low);
  SessionSettings right = side_settings(random, peer_as, 65000, swapped ? low : high);
  if (random.below(8) == 0) left.dial = right.listen = false;
  return {left, right, any_delay(random), random};
}

/// How long after the trouble there is a session that lasts; nothing when there is none in time.
std::optional<Duration> converge(uint64_t seed) {
  SeededRandom random(seed);
  Network network = any_network(random);
  network.begin(0);
  if (random.below(2) == 0) network.run(network.now() + any_delay(random));
  network.begin(1);
  trouble(network);
  const Instant quiet = network.now();
  while (network.now() < quiet + kBound) {
    if (network.is_up()) {
      const Instant since = network.now();
      const size_t ups = network.ups();
      network.run(since + kStable);
      if (network.is_up() && network.ups() == ups) return since - quiet;
    }
    network.run(network.now() + 1s);
  }
  ADD_FAILURE() << "schedule " << seed << ": " << network.state();
  return std::nullopt;
}

TEST(BgpNetwork, every_schedule_ends_with_exactly_one_session) {
  Duration longest{0};
  uint64_t quick = 0;
  for (uint64_t seed = 0; seed < kSchedules; ++seed) {
    const auto took = converge(seed);
    ASSERT_TRUE(took.has_value());
    longest = std::max(longest, *took);
    if (*took <= 10s) ++quick;
  }
  RecordProperty("longest_ms", std::to_string(longest / 1ms));
  EXPECT_GT(quick, kSchedules / 2) << "most are back within ten seconds";
}

TEST(BgpNetwork, without_trouble_simultaneous_dials_settle_at_once) {  // rustbgpd#105
  for (uint64_t seed = 0; seed < kSchedules / 10; ++seed) {
    SeededRandom random(seed);
    const bool swapped = random.below(2) == 0;
    Network network(side_settings(random, 65000, 65001, swapped ? 1 : 2),
                    side_settings(random, 65001, 65000, swapped ? 2 : 1), 100ms, random);
    network.begin(0);
    network.begin(1);
    network.run(Instant(2s));
    ASSERT_TRUE(network.is_up()) << seed << ": " << network.state();
    ASSERT_EQ(network.ups(), 2u) << seed << ": one session, once";
  }
}

}  // namespace
}  // namespace weir::bgp
