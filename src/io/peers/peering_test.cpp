// Tests of sockets between parties that know each other, on loopback.
#include "io/peers/peering.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>

namespace weir::io {
namespace {

const IpAddress kHere = *IpAddress::parse("127.0.0.1");
const IpAddress kThere = *IpAddress::parse("127.0.0.9");

/// A party that connects, and what the listener saw of it.
class PeeringTest : public testing::Test, public StreamEvents {
 protected:
  void listen(const std::vector<SignedPeer>& peers = {}) {
    auto made =
        listen_for_peers(loop_, {kHere, 0}, peers, [this](UniqueFd fd, Endpoint from, Endpoint) {
          accepted_ = std::move(fd);
          from_ = from;
          settle();
        });
    ASSERT_TRUE(made) << made.error().what;
    listener_ = *std::move(made);
  }
  void connect(const PeeringOptions& peering) {
    auto made = connect_peer(loop_, listener_->local(), peering, {.connect_timeout = 1s}, *this);
    ASSERT_TRUE(made) << made.error().what;
    stream_ = *std::move(made);
    loop_.run();
  }
  void on_open() override {
    opened_ = true;
    settle();
  }
  void on_data(Bytes) override {}
  void on_close(CloseCause cause, std::string_view) override {
    cause_ = cause;
    loop_.stop();
  }
  void settle() {
    if (opened_ && accepted_) loop_.stop();
  }

  Loop loop_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Stream> stream_;
  UniqueFd accepted_;
  Endpoint from_;
  bool opened_ = false;
  std::optional<CloseCause> cause_;
};

TEST_F(PeeringTest, B_23_connections_come_from_the_address_of_choice) {
  listen();
  connect({.local = kThere});
  EXPECT_TRUE(opened_);
  EXPECT_EQ(from_.address, kThere);
}

TEST_F(PeeringTest, signed_parties_meet) {
  listen({{kThere, "secret"}});
  connect({.local = kThere, .md5_key = "secret"});
  EXPECT_TRUE(opened_);
}

TEST_F(PeeringTest, unsigned_and_wrongly_signed_segments_are_not_heard) {
  listen({{kThere, "secret"}});
  connect({.local = kThere, .md5_key = "other"});
  EXPECT_FALSE(opened_);
  EXPECT_EQ(cause_, CloseCause::kTimeout);
  connect({.local = kThere});
  EXPECT_FALSE(opened_);
}

TEST_F(PeeringTest, a_ttl_that_came_from_too_far_is_not_heard) {
  listen();
  // The listener answers with 255.
  connect({.ttl = 255, .least_ttl = 255});
  ASSERT_TRUE(opened_);
  EXPECT_TRUE(prepare_accepted(accepted_.get(), kHere, {.ttl = 255, .least_ttl = 255}));
  int ttl = 0;
  socklen_t size = sizeof ttl;
  ::getsockopt(accepted_.get(), IPPROTO_IP, IP_MINTTL, &ttl, &size);
  EXPECT_EQ(ttl, 255);
}

TEST_F(PeeringTest, a_key_that_is_too_long_is_an_error) {
  listen();
  const auto made = connect_peer(loop_, listener_->local(),
                                 {.md5_key = std::string(kMostMd5Key + 1, 'x')}, {}, *this);
  EXPECT_FALSE(made);
}

}  // namespace
}  // namespace weir::io
