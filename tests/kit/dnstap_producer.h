// A producer of dnstap for tests: blocking sockets, and octets as real ones send them.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cstring>
#include <string>

#include "base/bytes.h"
#include "base/endpoint.h"
#include "base/unique_fd.h"
#include "kit/observations.h"
#include "proto/dnstap/frames.h"
#include "proto/dnstap/message.h"

namespace weir::kit {

/// A data frame about a client's query for `name`.
inline Octets dnstap_frame(std::string_view name) {
  const Seen seen(name);
  dnstap::Envelope envelope;
  envelope.identity = as_bytes("producer");
  envelope.message.emplace();
  envelope.message->type = dnstap::MessageType::kClientQuery;
  envelope.message->socket_protocol = dnstap::SocketProtocol::kUdp;
  envelope.message->set_query_time(*seen.observation.query_time);
  envelope.message->query_message = seen.query;
  Octets payload, frame;
  dnstap::encode(envelope, payload);
  EXPECT_TRUE(dnstap::append_data_frame(frame, payload));
  return frame;
}

inline Octets dnstap_control(dnstap::ControlType type) {
  const Bytes frame = dnstap::control_frame(type);
  return {frame.begin(), frame.end()};
}

class DnstapProducer {
 public:
  explicit DnstapProducer(UniqueFd fd) : fd_(std::move(fd)) {
    const timeval patience{10, 0};  // a test that waits in vain fails instead of hanging
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  static DnstapProducer to(const std::string& path) {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(0, ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address));
    return DnstapProducer(std::move(fd));
  }
  static DnstapProducer to(uint16_t port) {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(0, ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address));
    return DnstapProducer(std::move(fd));
  }

  /// False once the receiver is gone.
  bool send(Bytes octets) {
    while (!octets.empty()) {
      const ssize_t sent = ::send(fd_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      octets = octets.subspan(static_cast<size_t>(sent));
    }
    return true;
  }
  bool send(dnstap::ControlType type) { return send(dnstap_control(type)); }
  bool send_name(std::string_view name) { return send(dnstap_frame(name)); }

  /// True if exactly this comes next.
  bool receives(dnstap::ControlType type) {
    const Octets expected = dnstap_control(type);
    Octets got(expected.size());
    const ssize_t size = ::recv(fd_.get(), got.data(), got.size(), MSG_WAITALL);
    return size == static_cast<ssize_t>(got.size()) && got == expected;
  }
  /// True if the receiver has ended the connection and sent nothing before.
  bool is_closed() {
    uint8_t octet;
    const ssize_t size = ::recv(fd_.get(), &octet, 1, 0);
    return size == 0 || (size < 0 && errno == ECONNRESET);
  }

 private:
  UniqueFd fd_;
};

}  // namespace weir::kit
