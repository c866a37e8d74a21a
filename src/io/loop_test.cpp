// The loop: order of posted work, timers that stop, and watches that end inside their own call.
#include "io/loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "kit/run_loop.h"

namespace weir::io {
namespace {

struct Pair {
  UniqueFd ours, theirs;
  Pair() {
    int fds[2];
    EXPECT_EQ(0, ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds));
    ours = UniqueFd(fds[0]);
    theirs = UniqueFd(fds[1]);
  }
};

TEST(Loop, runs_posted_work_in_order_and_again_after_a_stop) {
  Loop loop;
  std::vector<int> order;
  for (int round = 0; round < 2; ++round) {
    loop.post([&] { order.push_back(1); });
    loop.post([&] {
      order.push_back(2);
      loop.post([&] {
        order.push_back(3);
        loop.stop();
      });
    });
    loop.run();
  }
  EXPECT_EQ((std::vector<int>{1, 2, 3, 1, 2, 3}), order);
}

TEST(Loop, is_stopped_and_given_work_from_another_thread) {
  Loop loop;
  std::thread::id ran_on;
  std::thread other([&] {
    loop.post([&] { ran_on = std::this_thread::get_id(); });
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  other.join();
  EXPECT_EQ(std::this_thread::get_id(), ran_on);
}

TEST(Loop, a_turn_handles_what_is_ready_and_does_not_wait) {
  Loop loop;
  Pair pair;
  Watch watch(loop, pair.ours.get());
  int reads = 0;
  watch.on_readable([&] {
    char octet;
    reads += static_cast<int>(::recv(pair.ours.get(), &octet, 1, 0));
  });
  loop.turn();
  EXPECT_EQ(0, reads);
  ASSERT_EQ(2, ::send(pair.theirs.get(), "ab", 2, 0));
  loop.turn();
  EXPECT_EQ(2, reads);
  bool posted = false;
  loop.post([&] { posted = true; });
  loop.stop();
  loop.turn();
  EXPECT_FALSE(posted);
  loop.turn();
  EXPECT_TRUE(posted);
}

TEST(Timer, calls_once_and_not_after_stop_restart_or_destruction) {
  Loop loop;
  Timer timer(loop);
  Timer stopped(loop);
  int calls = 0;
  bool wrong = false;
  auto gone = std::make_unique<Timer>(loop);
  gone->start(1ms, [&] { wrong = true; });
  gone.reset();
  stopped.start(1ms, [&] { wrong = true; });
  stopped.stop();
  timer.start(1ms, [&] { wrong = true; });
  timer.start(2ms, [&] { ++calls; });
  EXPECT_FALSE(kit::run_until(loop, [] { return false; }, 20ms));
  EXPECT_EQ(1, calls);
  EXPECT_FALSE(wrong);
}

TEST(Timer, stopped_after_it_expired_but_before_its_turn_stays_silent) {
  Loop loop;
  Timer first(loop), second(loop);
  int calls = 0;
  const auto callback = [&] {
    ++calls;
    first.stop();
    second.stop();
  };
  first.start(0ns, callback);
  second.start(0ns, callback);
  EXPECT_FALSE(kit::run_until(loop, [] { return false; }, 10ms));
  EXPECT_EQ(1, calls);
}

TEST(Timer, may_be_destroyed_and_restarted_in_its_callback) {
  Loop loop;
  auto timer = std::make_unique<Timer>(loop);
  int calls = 0;
  std::function<void()> again = [&] {
    if (++calls == 3) {
      timer.reset();
    } else {
      timer->start(0ns, again);
    }
  };
  timer->start(0ns, again);
  EXPECT_TRUE(kit::run_until(loop, [&] { return timer == nullptr; }));
  EXPECT_EQ(3, calls);
}

TEST(Timer, whose_callback_owns_it_is_freed_with_the_loop) {
  auto owned = std::make_shared<std::optional<Timer>>();
  const std::weak_ptr<std::optional<Timer>> watched = owned;
  {
    Loop loop;
    owned->emplace(loop);
    (*owned)->start(1h, [owned] {});
    owned.reset();
    EXPECT_FALSE(watched.expired());
  }
  EXPECT_TRUE(watched.expired());
}

TEST(Watch, calls_while_there_is_something_to_read_and_stops_when_told) {
  Loop loop;
  Pair pair;
  Watch watch(loop, pair.ours.get());
  ASSERT_EQ(3, ::send(pair.theirs.get(), "abc", 3, 0));
  int calls = 0;
  watch.on_readable([&] {
    char octet;
    EXPECT_EQ(1, ::recv(pair.ours.get(), &octet, 1, 0));  // leaves the rest: level-triggered
    ++calls;
  });
  EXPECT_TRUE(kit::run_until(loop, [&] { return calls == 3; }));
  watch.on_readable(nullptr);
  ASSERT_EQ(1, ::send(pair.theirs.get(), "d", 1, 0));
  EXPECT_FALSE(kit::run_until(loop, [&] { return calls == 4; }, 5ms));
  watch.on_readable([&] { watch.on_readable(nullptr), ++calls; });
  EXPECT_TRUE(kit::run_until(loop, [&] { return calls == 4; }));
}

TEST(Watch, may_be_destroyed_in_its_callback_and_leaves_the_descriptor_open) {
  Loop loop;
  Pair pair;
  std::optional<Watch> watch(std::in_place, loop, pair.ours.get());
  const auto token = std::make_shared<int>(7);
  int calls = 0;
  ASSERT_EQ(1, ::send(pair.theirs.get(), "a", 1, 0));
  watch->on_readable([&, token] {
    watch.reset();
    calls += *token;  // what the callback holds is still there
  });
  EXPECT_TRUE(kit::run_until(loop, [&] { return calls > 0; }));
  EXPECT_FALSE(kit::run_until(loop, [&] { return calls > 7; }, 5ms));
  char octet;
  EXPECT_EQ(1, ::recv(pair.ours.get(), &octet, 1, 0));
  watch.emplace(loop, pair.ours.get());  // and it can be watched anew
  bool writable = false;
  watch->once_writable([&] { writable = true; });
  EXPECT_TRUE(kit::run_until(loop, [&] { return writable; }));
}

TEST(Watch, tells_writability_once_when_room_returns) {
  Loop loop;
  Pair pair;
  Watch watch(loop, pair.ours.get());
  const std::vector<char> block(65536);
  while (::send(pair.ours.get(), block.data(), block.size(), MSG_DONTWAIT) > 0) {
  }
  int calls = 0;
  watch.once_writable([&] { ++calls; });
  EXPECT_FALSE(kit::run_until(loop, [&] { return calls > 0; }, 5ms));
  std::vector<char> sink(1 << 20);
  while (::recv(pair.theirs.get(), sink.data(), sink.size(), MSG_DONTWAIT) > 0) {
  }
  EXPECT_TRUE(kit::run_until(loop, [&] { return calls == 1; }));
}

}  // namespace
}  // namespace weir::io
