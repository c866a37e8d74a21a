// Small scripted DNS servers on loopback, for tests of what asks them: real sockets on the test's
// own loop, and a function that says what becomes of each query.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/check.h"
#include "io/stream.h"
#include "io/udp_socket.h"
#include "proto/dns/builder.h"
#include "proto/dns/message.h"

namespace weir::kit {

/// A query for `name`, with the ID zero.
inline Octets make_query(std::string_view name, dns::Type type = dns::Type::kA) {
  std::array<uint8_t, 512> buffer;
  dns::Builder builder(buffer, 0, dns::flag::kRd);
  builder.question(*dns::Name::parse(name), type);
  builder.begin_edns(1232, 0, 0, false);
  builder.end_edns();
  return {builder.message().begin(), builder.message().end()};
}

/// An answer to `query` with records of 192.0.2.1, as many as make it nearly `size` octets; at
/// least one.
inline Octets make_answer(Bytes query, size_t size = 0, uint8_t rcode = 0) {
  const auto asked = dns::Message::parse(query);
  CHECK(asked.ok() && asked->question());
  Octets buffer(dns::kMaxMessage);
  const uint16_t flags = dns::flag::kQr | dns::flag::kRd | dns::flag::kRa | rcode;
  dns::Builder builder(buffer, asked->header().id, flags);
  const dns::Name name = asked->question()->name.expand();
  builder.question(name, asked->question()->type);
  const uint8_t address[4] = {192, 0, 2, 1};
  do {
    builder.record(dns::Section::kAnswer, name, dns::Type::kA, dns::Class::kIn, 300, address);
  } while (builder.size_octets() + 16 <= size);
  CHECK(builder.ok());
  return {builder.message().begin(), builder.message().end()};
}

/// An empty answer with edns-tcp-keepalive of so many tenths of a second (RFC 7828).
inline Octets make_keepalive(Bytes query, uint16_t tenths) {
  const auto asked = dns::Message::parse(query);
  Octets buffer(512);
  dns::Builder builder(buffer, asked->header().id, dns::flag::kQr);
  builder.question(asked->question()->name.expand(), asked->question()->type);
  builder.begin_edns(1232, 0, 0, false);
  const uint8_t data[2] = {static_cast<uint8_t>(tenths >> 8), static_cast<uint8_t>(tenths)};
  builder.option(dns::Option::kTcpKeepalive, data);
  builder.end_edns();
  return {builder.message().begin(), builder.message().end()};
}

/// DNS over TCP.
class StreamPeer {
 public:
  class Session final : io::StreamEvents {
   public:
    Session(StreamPeer& peer, UniqueFd fd, const Endpoint& remote, const Endpoint& local)
        : peer_(peer) {
      stream_ = io::accept_stream(peer.loop_, std::move(fd), remote, local,
                                  {.limit_octets = 4 << 20}, *this);
    }
    /// A message with its length in front.
    void send(Bytes message) {
      uint8_t length[2];
      store_u16(length, static_cast<uint16_t>(message.size()));
      send_raw(length);
      send_raw(message);
    }
    void send_raw(Bytes raw) { CHECK(stream_->send(raw)); }
    void flush() { stream_->flush(); }
    void close() { stream_->close(); }

   private:
    void on_data(Bytes came) override {
      peer_.octets += came.size();
      received_.insert(received_.end(), came.begin(), came.end());
      while (received_.size() >= 2 && received_.size() - 2 >= load_u16(received_.data())) {
        const size_t length = load_u16(received_.data());
        const Octets query(received_.begin() + 2,
                           received_.begin() + 2 + static_cast<long>(length));
        received_.erase(received_.begin(), received_.begin() + 2 + static_cast<long>(length));
        ++peer_.queries;
        peer_.on_query(*this, query);
      }
    }
    void on_close(io::CloseCause, std::string_view) override {
      stream_->close();
      ++peer_.ended;
    }

    StreamPeer& peer_;
    std::unique_ptr<io::Stream> stream_;
    Octets received_;
  };
  using OnQuery = std::function<void(Session&, Bytes query)>;

  explicit StreamPeer(io::Loop& loop, OnQuery handler,
                      const Endpoint& local = *Endpoint::parse("127.0.0.1:0"))
      : on_query(std::move(handler)), loop_(loop) {
    auto listener =
        io::listen_stream(loop, local, false, [this](UniqueFd fd, Endpoint remote, Endpoint own) {
          sessions.push_back(std::make_unique<Session>(*this, std::move(fd), remote, own));
        });
    CHECK(listener.ok());
    listener_ = *std::move(listener);
    local_ = listener_->local();
  }
  const Endpoint& local() const { return local_; }
  /// Ends every connection; new ones are welcome.
  void drop() {
    for (const auto& session : sessions) session->close();
  }
  /// Ends every connection and listens no more.
  void stop() {
    listener_.reset();
    drop();
  }

  OnQuery on_query;
  std::list<std::unique_ptr<Session>> sessions;  // every one there ever was
  size_t queries = 0;
  size_t octets = 0;
  size_t ended = 0;  // by the other side

 private:
  io::Loop& loop_;
  std::unique_ptr<io::Listener> listener_;
  Endpoint local_;
};

/// Answers every query at once.
inline void answer_at_once(StreamPeer::Session& session, Bytes query) {
  session.send(make_answer(query));
}

/// DNS over UDP.
class DatagramPeer {
 public:
  using OnQuery = std::function<void(DatagramPeer&, const io::Datagram& query)>;

  explicit DatagramPeer(io::Loop& loop, OnQuery handler,
                        const Endpoint& local = *Endpoint::parse("127.0.0.1:0"))
      : on_query(std::move(handler)),
        socket_(*io::UdpSocket::bind(local, {})),
        watch_(loop, socket_.fd()) {
    watch_.on_readable([this] {
      for (auto batch = socket_.receive(); !batch.empty(); batch = socket_.receive()) {
        for (const io::Datagram& query : batch) {
          ++queries;
          ++ports[query.peer.port];
          on_query(*this, query);
        }
      }
      socket_.flush();
    });
  }
  void send(const io::Datagram& query, Bytes message) {
    MutableBytes room = socket_.reserve(message.size());
    std::memcpy(room.data(), message.data(), message.size());
    socket_.commit(message.size(), query);
  }
  const Endpoint& local() const { return socket_.local(); }

  OnQuery on_query;
  size_t queries = 0;
  std::map<uint16_t, size_t> ports;  // queries by source port

 private:
  io::UdpSocket socket_;
  io::Watch watch_;
};

}  // namespace weir::kit
