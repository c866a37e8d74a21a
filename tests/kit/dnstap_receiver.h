// A receiver of dnstap for tests: a socket that listens, calls that wait with a deadline, and only
// the answers that the test gives.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "base/bytes.h"
#include "base/unique_fd.h"
#include "proto/dnstap/frames.h"

namespace weir::kit {

inline Octets control_octets(dnstap::ControlType type) {
  const Bytes frame = dnstap::control_frame(type);
  return {frame.begin(), frame.end()};
}

/// One connection that was accepted.
class DnstapConnection {
 public:
  explicit DnstapConnection(UniqueFd fd) : fd_(std::move(fd)) {
    const timeval patience{10, 0};  // a test that waits in vain fails instead of hanging
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  void send(Bytes octets) {
    ASSERT_EQ(::send(fd_.get(), octets.data(), octets.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(octets.size()));
  }
  void send(dnstap::ControlType type) { send(control_octets(type)); }
  /// Exactly so many octets, or what came before the end.
  Octets read(size_t octets) {
    Octets got(octets);
    const ssize_t size = ::recv(fd_.get(), got.data(), got.size(), MSG_WAITALL);
    got.resize(static_cast<size_t>(std::max<ssize_t>(size, 0)));
    return got;
  }
  /// All that comes until the sender ends the connection.
  Octets read_all() {
    Octets all;
    uint8_t chunk[4096];
    for (ssize_t size = 0; (size = ::recv(fd_.get(), chunk, sizeof chunk, 0)) > 0;)
      all.insert(all.end(), chunk, chunk + size);
    return all;
  }
  bool receives(dnstap::ControlType type) {
    const Octets expected = control_octets(type);
    return read(expected.size()) == expected;
  }
  /// READY has come and gets its ACCEPT, and START follows.
  void shake_hands() {
    EXPECT_TRUE(receives(dnstap::ControlType::kReady));
    send(dnstap::ControlType::kAccept);
    EXPECT_TRUE(receives(dnstap::ControlType::kStart));
  }
  /// Ends the connection so that the sender's next octets are refused.
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    fd_.reset();
  }
  int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

class DnstapReceiver {
 public:
  /// On a port of 127.0.0.1.
  DnstapReceiver() : DnstapReceiver(uint16_t{0}) {}
  explicit DnstapReceiver(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const int yes = 1;
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listen(reinterpret_cast<sockaddr&>(address), sizeof address);
    socklen_t length = sizeof address;
    ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  explicit DnstapReceiver(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    ::unlink(path.c_str());
    listen(reinterpret_cast<sockaddr&>(address), sizeof address);
  }

  uint16_t port() const { return port_; }
  DnstapConnection accept() {
    pollfd waiting{fd_.get(), POLLIN, 0};
    constexpr int kPatience = 10'000;  // milliseconds
    EXPECT_GT(::poll(&waiting, 1, kPatience), 0) << "nobody connects";
    return DnstapConnection(UniqueFd(::accept(fd_.get(), nullptr, nullptr)));
  }

 private:
  void listen(const sockaddr& address, socklen_t length) {
    EXPECT_EQ(::bind(fd_.get(), &address, length), 0);
    EXPECT_EQ(::listen(fd_.get(), 16), 0);
  }
  UniqueFd fd_;
  uint16_t port_ = 0;
};

}  // namespace weir::kit
