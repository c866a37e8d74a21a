// What tests exchange with the programs of libfstrm and golang-dnstap: files, and octets over Unix
// sockets.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "kit/dnstap.h"
#include "kit/program.h"
#include "proto/dnstap/message.h"
#include "proto/dnstap/sender.h"

namespace weir::kit {

/// The same question or answer as every type over every protocol, by identity `edge0`, `edge1`, …
inline std::vector<Octets> dnstap_payloads() {
  const Octets asker = octets_of("c0000201"), server = octets_of("7f000001");
  const Octets query = octets_of("1234010000010000000000000765 78616d706c6503636f6d0000010001");
  const Octets response = octets_of("1234818000010000000000000765 78616d706c6503636f6d0000010001");
  std::vector<Octets> made;
  for (int i = 0; i < dnstap::kMessageTypes * dnstap::kSocketProtocols; ++i) {
    const std::string identity = "edge" + std::to_string(i);
    dnstap::Envelope envelope;
    envelope.identity = as_bytes(identity);
    dnstap::Message& message = envelope.message.emplace();
    message.type = static_cast<dnstap::MessageType>(1 + i % dnstap::kMessageTypes);
    message.socket_family = dnstap::SocketFamily::kInet;
    message.socket_protocol = static_cast<dnstap::SocketProtocol>(1 + i / dnstap::kMessageTypes);
    message.query_address = asker;
    message.response_address = server;
    message.query_port = 54321;
    message.response_port = 53;
    message.set_query_time(wall_time(1'600'000'000'123'456'789));
    message.query_message = query;
    if (i % 2 == 1) {
      message.set_response_time(wall_time(1'600'000'001'000'000'001));
      message.response_message = response;
    }
    dnstap::encode(envelope, made.emplace_back());
  }
  return made;
}

/// What a sender that expects no answers makes of the payloads.
inline Octets dnstap_file(const std::vector<Octets>& payloads) {
  dnstap::Sender sender(dnstap::Sender::Mode::kUnidirectional);
  Octets out = sender.take_output();
  for (const Octets& payload : payloads) EXPECT_TRUE(dnstap::append_data_frame(out, payload));
  sender.close();
  append(out, sender.take_output());
  return out;
}

inline void write_file(const std::string& path, const Octets& octets) {
  std::ofstream(path, std::ios::binary) << as_text(octets);
}
inline Octets read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The payloads of a whole, clean file.
inline std::vector<Octets> dnstap_payloads_in(const Octets& file) {
  dnstap::Receiver receiver(dnstap::Medium::kFile);
  receiver.feed(file);
  std::vector<Octets> found;
  for (dnstap::Received got = receiver.next(); got.kind != dnstap::Received::Kind::kNone;
       got = receiver.next()) {
    if (got.kind == dnstap::Received::Kind::kData)
      found.emplace_back(got.payload.begin(), got.payload.end());
    if (got.kind == dnstap::Received::Kind::kFault) break;
  }
  EXPECT_EQ(receiver.ending(), dnstap::Receiver::Ending::kClean) << to_text(receiver.fault());
  return found;
}

inline UniqueFd unix_socket() {
  UniqueFd made(::socket(AF_UNIX, SOCK_STREAM, 0));
  const timeval deadline{.tv_sec = kPatienceMs / 1000, .tv_usec = 0};
  EXPECT_EQ(::setsockopt(made.get(), SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline), 0);
  return made;
}
inline sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}
/// Connects as soon as somebody listens there; not everybody says when.
inline UniqueFd connected_to(const std::string& path) {
  constexpr int kPauseMs = 10;
  UniqueFd made = unix_socket();
  const sockaddr_un address = address_of(path);
  const auto* const to = reinterpret_cast<const sockaddr*>(&address);
  for (int waited = 0; ::connect(made.get(), to, sizeof address) != 0; waited += kPauseMs) {
    if (waited > kPatienceMs) {
      ADD_FAILURE() << "nobody listens at " << path;
      break;
    }
    ::poll(nullptr, 0, kPauseMs);
  }
  return made;
}
inline void send_all(const UniqueFd& socket, Bytes octets) {
  while (!octets.empty()) {
    const ssize_t sent = ::send(socket.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
    ASSERT_GT(sent, 0);
    octets = octets.subspan(static_cast<size_t>(sent));
  }
}
/// What came; empty at the end of the stream.
inline Octets receive(const UniqueFd& socket) {
  Octets chunk(1000);
  const ssize_t count = ::recv(socket.get(), chunk.data(), chunk.size(), 0);
  EXPECT_GE(count, 0) << "nothing came in time";
  chunk.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
  return chunk;
}

}  // namespace weir::kit
