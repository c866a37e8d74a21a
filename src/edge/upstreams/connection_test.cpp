// Cutting a stream into messages, however it arrives.
#include "edge/upstreams/connection.h"

#include "kit/upstream_bench.h"

namespace weir::edge::upstreams {
namespace {

struct Noting final : Connection::Owner {
  void on_open(Connection&) override { open = true; }
  void on_message(Connection& connection, Bytes message, Instant) override {
    messages.emplace_back(as_text(message));
    if (messages.size() == close_after) connection.close();
  }
  void on_end(Connection&, io::CloseCause why, std::string_view) override { cause = why; }
  bool open = false;
  std::vector<std::string> messages;
  size_t close_after = 0;
  std::optional<io::CloseCause> cause;
};

struct ConnectionTest : Bench {
  Noting owner;
  kit::StreamPeer peer{loop, [](kit::StreamPeer::Session&, Bytes) {}};
  std::shared_ptr<Connection> connection =
      std::make_shared<Connection>(0, peer.local(), owner, clock);

  ConnectionTest() {
    connection->connect(loop, nullptr, {});
    EXPECT_TRUE(run_until([&] { return owner.open && peer.sessions.size() == 1; }));
  }
  void send(std::string_view octets) {
    peer.sessions.front()->send_raw(as_bytes(octets));
    peer.sessions.front()->flush();
  }
  static std::string framed(const std::string& message) {
    std::string result = {static_cast<char>(message.size() >> 8),
                          static_cast<char>(message.size())};
    return result + message;
  }
};

TEST_F(ConnectionTest, every_way_to_split_three_messages_gives_the_three) {
  const std::string all = framed("one") + framed("") + framed(std::string(300, 'x'));
  size_t expected = 0;
  for (size_t at = 1; at < all.size(); ++at) {
    send(all.substr(0, at));
    const size_t before = owner.messages.size();
    const Instant last = connection->heard_at;
    ASSERT_TRUE(run_until([&] { return connection->heard_at > last; })) << at;
    EXPECT_LE(before, owner.messages.size());
    send(all.substr(at));
    expected += 3;
    ASSERT_TRUE(run_until([&] { return owner.messages.size() == expected; })) << at;
    EXPECT_EQ(owner.messages[expected - 3], "one");
    EXPECT_EQ(owner.messages[expected - 2], "");
    EXPECT_EQ(owner.messages[expected - 1].size(), 300u);
  }
}

TEST_F(ConnectionTest, after_a_close_from_inside_nothing_more_comes) {
  owner.close_after = 2;
  send(framed("a") + framed("b") + framed("c"));
  ASSERT_TRUE(run_until([&] { return peer.ended == 1; }));
  EXPECT_EQ(owner.messages.size(), 2u);
  EXPECT_FALSE(owner.cause);
}

TEST_F(ConnectionTest, the_end_of_the_stream_is_told_and_half_a_message_is_none) {
  send(framed("whole") + framed("cut").substr(0, 4));
  peer.drop();
  ASSERT_TRUE(run_until([&] { return owner.cause.has_value(); }));
  EXPECT_EQ(owner.cause, io::CloseCause::kEndOfStream);
  EXPECT_EQ(owner.messages, std::vector<std::string>{"whole"});
}

}  // namespace
}  // namespace weir::edge::upstreams
