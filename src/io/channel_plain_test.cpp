// The plain channel: one read a wake for a short message, and what errno means for a stream.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "base/unique_fd.h"
#include "io/channel.h"

namespace weir::io {
namespace {

using State = ChannelResult::State;

TEST(PlainChannel, asks_again_only_in_the_next_turn_after_a_short_read) {
  int fds[2];
  ASSERT_EQ(0, ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds));
  const UniqueFd ours(fds[0]);
  UniqueFd theirs(fds[1]);
  const auto channel = make_plain_channel(ours.get());
  std::array<uint8_t, 4> buffer{};
  ASSERT_EQ(6, ::send(theirs.get(), "abcdef", 6, 0));
  EXPECT_EQ(4u, channel->read(buffer).octets);  // full: there may be more
  EXPECT_EQ(2u, channel->read(buffer).octets);  // short: there was no more
  ASSERT_EQ(1, ::send(theirs.get(), "g", 1, 0));
  EXPECT_EQ(State::kWantRead, channel->read(buffer).state);
  channel->begin_turn();
  EXPECT_EQ(1u, channel->read(buffer).octets);
  channel->begin_turn();
  EXPECT_EQ(State::kWantRead, channel->read(buffer).state);
  theirs.reset();
  EXPECT_EQ(State::kEnded, channel->read(buffer).state);
  const ChannelResult written = channel->write(buffer);  // and no signal
  EXPECT_EQ(State::kEnded, written.state);
  EXPECT_EQ(CloseCause::kReset, written.cause);
}

TEST(PlainChannel, tells_causes_apart) {
  EXPECT_EQ(CloseCause::kRefused, ended_by(ECONNREFUSED).cause);
  EXPECT_EQ(CloseCause::kTimeout, ended_by(ETIMEDOUT).cause);
  EXPECT_EQ(CloseCause::kReset, ended_by(ECONNRESET).cause);
  EXPECT_EQ(CloseCause::kUnreachable, ended_by(ENETUNREACH).cause);
  EXPECT_EQ(CloseCause::kUnreachable, ended_by(EHOSTUNREACH).cause);
  EXPECT_FALSE(ended_by(EHOSTUNREACH).detail.empty());
}

}  // namespace
}  // namespace weir::io
