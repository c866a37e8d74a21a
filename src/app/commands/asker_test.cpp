// Asking real servers on loopback, which answer as the test says.
#include "app/commands/asker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "io/loop.h"
#include "io/stream.h"
#include "io/udp_socket.h"
#include "proto/dns/message.h"

namespace weir::app {
namespace {

using ::testing::HasSubstr;

/// What a server does with a query: the messages it sends, in order.
using Behaviour = std::function<std::vector<Octets>(Bytes query, bool tcp)>;

Octets answer_to(Bytes query, uint16_t more_flags = 0) {
  Octets answer(query.begin(), query.end());
  store_u16(&answer[2], static_cast<uint16_t>(load_u16(&answer[2]) | dns::flag::kQr | more_flags));
  return answer;
}

/// UDP and TCP on one port, on a thread of its own.
class Server : io::StreamEvents {
 public:
  explicit Server(Behaviour behaviour) : behaviour_(std::move(behaviour)) {
    auto listener = io::listen_stream(loop_, *Endpoint::parse("127.0.0.1:0"), false,
                                      [this](UniqueFd fd, Endpoint peer, Endpoint local) {
                                        stream_ = io::accept_stream(loop_, std::move(fd), peer,
                                                                    local, {}, *this);
                                      });
    listener_ = *std::move(listener);
    socket_.emplace(*io::UdpSocket::bind(listener_->local(), {}));
    watch_.emplace(loop_, socket_->fd());
    watch_->on_readable([this] { answer_datagrams(); });
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Server() override {
    loop_.stop();
    thread_.join();
  }
  Endpoint local() const { return listener_->local(); }

 private:
  void answer_datagrams() {
    for (const io::Datagram& datagram : socket_->receive())
      for (const Octets& message : behaviour_(datagram.octets, false)) {
        const MutableBytes room = socket_->reserve(message.size());
        std::copy(message.begin(), message.end(), room.begin());
        socket_->commit(message.size(), datagram);
      }
    socket_->flush();
  }
  void on_data(Bytes octets) override {
    received_.insert(received_.end(), octets.begin(), octets.end());
    if (received_.size() < 2 || received_.size() < 2u + load_u16(received_.data())) return;
    for (const Octets& message : behaviour_(Bytes(received_).subspan(2), true)) {
      uint8_t length[2];
      store_u16(length, static_cast<uint16_t>(message.size()));
      stream_->send(length);
      stream_->send(message);
    }
    received_.clear();
  }
  void on_close(io::CloseCause, std::string_view) override {}

  Behaviour behaviour_;
  io::Loop loop_;
  std::unique_ptr<io::Listener> listener_;
  std::unique_ptr<io::Stream> stream_;
  std::optional<io::UdpSocket> socket_;
  std::optional<io::Watch> watch_;
  Octets received_;
  std::thread thread_;
};

Result<Answer> ask(const Endpoint& server, QueryProtocol protocol, Duration timeout = 5s) {
  Question question;
  question.name = *dns::Name::parse("example.org");
  question.server = server;
  question.protocol = protocol;
  const SystemClock clock;
  SeededRandom random(7);
  return ask_server(question, {.timeout = timeout}, clock, random);
}

TEST(Asker, an_answer_over_udp_and_over_tcp) {
  Server server([](Bytes query, bool) { return std::vector<Octets>{answer_to(query)}; });
  for (const QueryProtocol protocol : {QueryProtocol::kUdp, QueryProtocol::kTcp}) {
    const auto answer = ask(server.local(), protocol);
    ASSERT_TRUE(answer.ok()) << answer.error().what;
    EXPECT_EQ(answer->protocol, protocol);
    EXPECT_TRUE(dns::Header::read(answer->message)->is_response());
  }
}

TEST(Asker, a_truncated_answer_is_asked_for_again_over_tcp) {
  Server server([](Bytes query, bool tcp) {
    return std::vector<Octets>{answer_to(query, tcp ? uint16_t{0} : dns::flag::kTc)};
  });
  const auto answer = ask(server.local(), QueryProtocol::kUdp);
  ASSERT_TRUE(answer.ok()) << answer.error().what;
  EXPECT_EQ(answer->protocol, QueryProtocol::kTcp);
  EXPECT_TRUE(answer->retried_over_tcp);
  EXPECT_FALSE(dns::Header::read(answer->message)->has(dns::flag::kTc));
}

TEST(Asker, what_does_not_fit_the_question_does_not_end_the_wait) {
  Server server([](Bytes query, bool) {
    Octets wrong_id = answer_to(query);
    wrong_id[0] ^= 1;
    Octets wrong_name = answer_to(query);
    wrong_name[dns::kHeaderSize + 1] ^= 1;
    return std::vector<Octets>{Octets{1, 2, 3}, wrong_id, Octets(query.begin(), query.end()),
                               wrong_name, answer_to(query, dns::flag::kAa)};
  });
  const auto answer = ask(server.local(), QueryProtocol::kUdp);
  ASSERT_TRUE(answer.ok()) << answer.error().what;
  EXPECT_TRUE(dns::Header::read(answer->message)->has(dns::flag::kAa));
}

TEST(Asker, silence_ends_at_the_timeout) {
  Server server([](Bytes, bool) { return std::vector<Octets>{}; });
  const auto answer = ask(server.local(), QueryProtocol::kUdp, 50ms);
  ASSERT_FALSE(answer.ok());
  EXPECT_THAT(answer.error().what, HasSubstr("in time"));
}

TEST(Asker, a_refused_connection_says_so) {
  Endpoint nobody;
  {
    Server server([](Bytes, bool) { return std::vector<Octets>{}; });
    nobody = server.local();
  }
  const auto answer = ask(nobody, QueryProtocol::kTcp);
  ASSERT_FALSE(answer.ok());
  EXPECT_THAT(answer.error().what, HasSubstr("refused"));
}

}  // namespace
}  // namespace weir::app
