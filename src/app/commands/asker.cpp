// One exchange over UDP, TCP or TLS on a loop of its own.
#include "app/commands/asker.h"

#include <fmt/format.h>

#include <optional>

#include "io/loop.h"
#include "io/stream.h"
#include "io/udp_socket.h"
#include "proto/dns/message.h"

namespace weir::app {
namespace {

Error no_answer(std::string why) {
  return {.fault = Fault::kPeer, .what = std::move(why), .retry = true};
}

bool answers(Bytes reply, Bytes query) {
  const auto asked = dns::Message::parse(query);
  const auto header = dns::Header::read(reply);
  if (!asked || !header || !header->is_response() || header->id != asked->header().id) return false;
  const auto message = dns::Message::parse_prefix(reply);
  if (!message) return true;  // malformed, yet with our ID: the printer says what is wrong with it
  if (!message->question()) return header->rcode() != 0;  // FORMERR may come without one
  const dns::Question& ours = *asked->question();
  const dns::Question& theirs = *message->question();
  return ours.type == theirs.type && ours.klass == theirs.klass &&
         ours.name.expand() == theirs.name.expand();
}

/// Holds the loop until an answer, an error or the deadline.
class Exchange : public io::StreamEvents {
 public:
  Exchange(const Octets& query, Duration timeout) : query_(query), timer_(loop_) {
    timer_.start(timeout, [this] { finish(no_answer("no answer came in time")); });
  }

  Result<Octets> over_udp(const Endpoint& server) {
    auto socket = io::UdpSocket::connect(server, {.buffer_octets = dns::kMaxMessage});
    if (!socket) return socket.error();
    io::Watch watch(loop_, socket->fd());
    watch.on_readable([&] {
      for (const io::Datagram& datagram : socket->receive()) take(datagram.octets);
    });
    if (!socket->send(query_)) return no_answer("the query could not be sent");
    loop_.run();
    return std::move(*result_);
  }

  Result<Octets> over_stream(const Endpoint& server, io::TlsClient* tls, Duration timeout) {
    stream_ = io::connect_stream(loop_, server, tls, {.connect_timeout = timeout}, *this);
    loop_.run();
    stream_.reset();
    return std::move(*result_);
  }

 private:
  void on_open() override {
    uint8_t length[2];
    store_u16(length, static_cast<uint16_t>(query_.size()));
    stream_->send(length);
    stream_->send(query_);
    stream_->flush();
  }
  void on_data(Bytes octets) override {
    received_.insert(received_.end(), octets.begin(), octets.end());
    while (received_.size() >= 2) {
      const size_t length = load_u16(received_.data());
      if (received_.size() < 2 + length) return;
      take(Bytes(received_).subspan(2, length));
      received_.erase(received_.begin(), received_.begin() + static_cast<ptrdiff_t>(2 + length));
    }
  }
  void on_close(io::CloseCause cause, std::string_view detail) override {
    std::string why = fmt::format("the connection ended: {}", io::to_text(cause));
    if (!detail.empty()) why += fmt::format(" ({})", detail);
    if (io::is_certificate(cause)) why += "; nothing was asked";
    finish(no_answer(std::move(why)));
  }
  void take(Bytes message) {
    if (answers(message, query_)) finish(Octets(message.begin(), message.end()));
  }
  void finish(Result<Octets> result) {
    if (!result_) result_ = std::move(result);
    loop_.stop();
  }

  const Octets& query_;
  io::Loop loop_;
  io::Timer timer_;
  std::unique_ptr<io::Stream> stream_;
  Octets received_;
  std::optional<Result<Octets>> result_;
};

Result<Octets> exchange(const Question& question, const Octets& query, const AskOptions& options,
                        Duration timeout) {
  Exchange exchange(query, timeout);
  if (question.protocol == QueryProtocol::kUdp) return exchange.over_udp(question.server);
  if (question.protocol == QueryProtocol::kTcp)
    return exchange.over_stream(question.server, nullptr, timeout);
  TRY(auto tls, io::TlsClient::create({.server_name = options.tls_name,
                                       .address = question.server.address,
                                       .ca_file = options.ca_file,
                                       .alpn = {"dot"}}));
  return exchange.over_stream(question.server, tls.get(), timeout);
}

}  // namespace

std::string_view to_text(QueryProtocol protocol) {
  switch (protocol) {
    case QueryProtocol::kUdp: return "UDP";
    case QueryProtocol::kTcp: return "TCP";
    case QueryProtocol::kTls: return "TLS";
  }
  return "?";
}

Result<Answer> ask_server(const Question& question, const AskOptions& options, const Clock& clock,
                          Random& random) {
  const Octets query = build_query(question, random.u16());
  const Instant begun = clock.now();
  TRY(Octets message, exchange(question, query, options, options.timeout));
  Answer answer{std::move(message), question.protocol, false, clock.now() - begun};
  const auto header = dns::Header::read(answer.message);
  if (question.protocol != QueryProtocol::kUdp || !header->has(dns::flag::kTc)) return answer;

  Question again = question;
  again.protocol = QueryProtocol::kTcp;
  const Instant begun_again = clock.now();
  TRY(answer.message, exchange(again, query, options, options.timeout - answer.time));
  answer.protocol = QueryProtocol::kTcp;
  answer.retried_over_tcp = true;
  answer.time = clock.now() - begun_again;
  return answer;
}

}  // namespace weir::app
