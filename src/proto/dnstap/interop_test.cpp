// Second opinions: files and conversations with libfstrm (fstrm_dump, fstrm_replay, fstrm_capture)
// and with golang-dnstap (dnstap), each in both directions.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "kit/dnstap.h"
#include "kit/temporary.h"
#include "proto/dnstap/message.h"
#include "proto/dnstap/receiver.h"
#include "proto/dnstap/sender.h"

namespace weir::dnstap {
namespace {

using kit::append;
using kit::octets_of;
using List = std::vector<std::string>;

/// How long a peer may say nothing.
constexpr int kPatienceMs = 20'000;

/// A program with its standard output and error at our end of a pipe; stopped when it goes.
class Program {
 public:
  explicit Program(const List& words) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    output_ = UniqueFd(ends[0]);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], 1);
      ::dup2(ends[1], 2);
      ::execvp(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(ends[1]);
  }
  ~Program() { finish(SIGKILL); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Reads on until `words` have been said; false if it ends before.
  bool says(const std::string& words) {
    while (said_.find(words) == std::string::npos)
      if (!read_some()) return false;
    return true;
  }
  /// All that it says until it ends, by itself or by the signal.
  std::string finish(int signal = 0) {
    if (pid_ <= 0) return said_;
    if (signal != 0) ::kill(pid_, signal);
    while (read_some()) continue;
    ::waitpid(pid_, &status_, 0);
    pid_ = -1;
    return said_;
  }
  int exit_status() const { return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1; }

 private:
  bool read_some() {
    pollfd ready{.fd = output_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, kPatienceMs) <= 0) return false;
    std::array<char, 4096> chunk{};
    const ssize_t count = ::read(output_.get(), chunk.data(), chunk.size());
    if (count > 0) said_.append(chunk.data(), static_cast<size_t>(count));
    return count > 0;
  }

  UniqueFd output_;
  pid_t pid_ = -1;
  int status_ = 0;
  std::string said_;
};

/// The same question or answer as every type over every protocol, by identity `edge0`, `edge1`, …
std::vector<Octets> payloads() {
  const Octets asker = octets_of("c0000201"), server = octets_of("7f000001");
  const Octets query = octets_of("1234010000010000000000000765 78616d706c6503636f6d0000010001");
  const Octets response = octets_of("1234818000010000000000000765 78616d706c6503636f6d0000010001");
  std::vector<Octets> made;
  for (int i = 0; i < kMessageTypes * kSocketProtocols; ++i) {
    const std::string identity = "edge" + std::to_string(i);
    Envelope envelope;
    envelope.identity = as_bytes(identity);
    Message& message = envelope.message.emplace();
    message.type = static_cast<MessageType>(1 + i % kMessageTypes);
    message.socket_family = SocketFamily::kInet;
    message.socket_protocol = static_cast<SocketProtocol>(1 + i / kMessageTypes);
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
    encode(envelope, made.emplace_back());
  }
  return made;
}

/// What a sender that expects no answers makes of the payloads.
Octets as_file(const std::vector<Octets>& payloads) {
  Sender sender(Sender::Mode::kUnidirectional);
  Octets out = sender.take_output();
  for (const Octets& payload : payloads) EXPECT_TRUE(append_data_frame(out, payload));
  sender.close();
  append(out, sender.take_output());
  return out;
}

void write_file(const std::string& path, const Octets& octets) {
  std::ofstream(path, std::ios::binary) << as_text(octets);
}
Octets read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The payloads of a whole, clean file.
std::vector<Octets> payloads_in(const Octets& file) {
  Receiver receiver(Medium::kFile);
  receiver.feed(file);
  std::vector<Octets> found;
  for (Received got = receiver.next(); got.kind != Received::Kind::kNone; got = receiver.next()) {
    if (got.kind == Received::Kind::kData)
      found.emplace_back(got.payload.begin(), got.payload.end());
    if (got.kind == Received::Kind::kFault) break;
  }
  EXPECT_EQ(receiver.ending(), Receiver::Ending::kClean) << to_text(receiver.fault());
  return found;
}

UniqueFd unix_socket() {
  UniqueFd made(::socket(AF_UNIX, SOCK_STREAM, 0));
  const timeval deadline{.tv_sec = kPatienceMs / 1000, .tv_usec = 0};
  EXPECT_EQ(::setsockopt(made.get(), SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline), 0);
  return made;
}
sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}
/// Connects as soon as somebody listens there; not everybody says when.
UniqueFd connected_to(const std::string& path) {
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
void send_all(const UniqueFd& socket, Bytes octets) {
  while (!octets.empty()) {
    const ssize_t sent = ::send(socket.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
    ASSERT_GT(sent, 0);
    octets = octets.subspan(static_cast<size_t>(sent));
  }
}
/// What came; empty at the end of the stream.
Octets receive(const UniqueFd& socket) {
  Octets chunk(1000);
  const ssize_t count = ::recv(socket.get(), chunk.data(), chunk.size(), 0);
  EXPECT_GE(count, 0) << "nothing came in time";
  chunk.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
  return chunk;
}

TEST(Interop, fstrm_dump_reads_our_files) {
  const kit::TemporaryFolder folder;
  const Octets file = as_file(payloads());
  write_file(folder / "ours", file);
  Program dump({"fstrm_dump", folder / "ours", folder / "copy"});
  const std::string said = dump.finish();
  EXPECT_EQ(dump.exit_status(), 0) << said;
  EXPECT_NE(said.find("\"protobuf:dnstap.Dnstap\""), std::string::npos) << said;
  EXPECT_NE(said.find("FSTRM_CONTROL_STOP"), std::string::npos) << said;
  EXPECT_EQ(read_file(folder / "copy"), file);
}

TEST(Interop, golang_dnstap_reads_every_field_of_our_files) {
  const kit::TemporaryFolder folder;
  const std::vector<Octets> made = payloads();
  write_file(folder / "ours", as_file(made));
  Program reader({"dnstap", "-j", "-r", folder / "ours"});
  const std::string said = reader.finish();
  ASSERT_EQ(reader.exit_status(), 0) << said;
  size_t at = said.find('{');
  for (const Octets& payload : made) {
    const auto envelope = decode(payload);
    ASSERT_TRUE(envelope.ok());
    const Message& message = *envelope->message;
    const size_t end = said.find('\n', at);
    ASSERT_NE(end, std::string::npos) << said;
    const std::string line = said.substr(at, end - at);
    at = end + 1;
    List wanted = {"\"identity\":\"" + std::string(as_text(*envelope->identity)) + '"',
                   "\"query_time\":\"2020-09-13T12:26:40.123456789Z\"",
                   "\"query_address\":\"192.0.2.1\"",
                   "\"response_address\":\"127.0.0.1\"",
                   "\"query_port\":54321",
                   "\"response_port\":53",
                   "example.com."};
    wanted.push_back("\"type\":\"" + std::string(to_text(message.type)) + '"');
    // Its schema ends with DOH; it shows the numbers of the others.
    const SocketProtocol protocol = *message.socket_protocol;
    const bool named = protocol <= SocketProtocol::kDoh;
    wanted.push_back(
        "\"socket_protocol\":\"" +
        (named ? std::string(to_text(protocol)) : std::to_string(static_cast<int32_t>(protocol))) +
        '"');
    if (message.response_message)
      wanted.emplace_back("\"response_time\":\"2020-09-13T12:26:41.000000001Z\"");
    for (const std::string& words : wanted)
      EXPECT_NE(line.find(words), std::string::npos) << words << "\n" << line;
  }
}

TEST(Interop, we_read_files_of_golang_dnstap) {
  const kit::TemporaryFolder folder;
  const std::vector<Octets> made = payloads();
  write_file(folder / "ours", as_file(made));
  Program copier({"dnstap", "-r", folder / "ours", "-w", folder / "theirs"});
  const std::string said = copier.finish();
  ASSERT_EQ(copier.exit_status(), 0) << said;
  EXPECT_EQ(payloads_in(read_file(folder / "theirs")), made);
}

/// Listens, lets the program connect, and follows it to the end.
void expect_to_receive(const std::vector<Octets>& wanted, const std::string& path,
                       const List& words) {
  const UniqueFd listener = unix_socket();
  const sockaddr_un address = address_of(path);
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  Program sender(words);
  const UniqueFd peer(::accept(listener.get(), nullptr, nullptr));
  ASSERT_TRUE(peer.get() >= 0) << sender.finish(SIGTERM);
  Receiver receiver(Medium::kConnection);
  std::vector<Octets> found;
  for (Octets piece = receive(peer); !piece.empty(); piece = receive(peer)) {
    receiver.feed(piece);
    for (Received got = receiver.next(); got.kind != Received::Kind::kNone; got = receiver.next()) {
      ASSERT_NE(got.kind, Received::Kind::kFault) << to_text(receiver.fault());
      if (got.kind == Received::Kind::kData)
        found.emplace_back(got.payload.begin(), got.payload.end());
    }
    send_all(peer, receiver.take_replies());
    if (receiver.state() == Receiver::State::kStopped) break;
  }
  EXPECT_EQ(found, wanted);
  EXPECT_TRUE(receiver.is_bidirectional());
  EXPECT_EQ(receiver.ending(), Receiver::Ending::kClean);
  const std::string said = sender.finish();
  EXPECT_EQ(sender.exit_status(), 0) << said;
}

TEST(Interop, B09_libfstrm_sends_to_us) {
  const kit::TemporaryFolder folder;
  const std::vector<Octets> made = payloads();
  write_file(folder / "ours", as_file(made));
  expect_to_receive(made, folder / "socket",
                    {"fstrm_replay", "-t", std::string(kContentType), "-r", folder / "ours", "-u",
                     folder / "socket"});
}

TEST(Interop, B09_golang_dnstap_sends_to_us) {
  const kit::TemporaryFolder folder;
  const std::vector<Octets> made = payloads();
  write_file(folder / "ours", as_file(made));
  expect_to_receive(made, folder / "socket",
                    {"dnstap", "-r", folder / "ours", "-U", folder / "socket"});
}

/// Connects to the program, sends to it, and follows the conversation to FINISH.
void send_to(const std::string& path, const std::vector<Octets>& payloads) {
  const UniqueFd peer = connected_to(path);
  Sender sender(Sender::Mode::kBidirectional);
  const auto listen_while = [&](Sender::State state) {
    while (sender.state() == state) {
      const Octets piece = receive(peer);
      ASSERT_FALSE(piece.empty()) << "closed without an answer";
      sender.feed(piece);
    }
  };
  send_all(peer, sender.take_output());
  listen_while(Sender::State::kAccepting);
  ASSERT_EQ(sender.state(), Sender::State::kOpen) << to_text(sender.fault());
  send_all(peer, sender.take_output());
  for (const Octets& payload : payloads) {
    Octets frame;
    ASSERT_TRUE(append_data_frame(frame, payload));
    send_all(peer, frame);
  }
  sender.close();
  send_all(peer, sender.take_output());
  listen_while(Sender::State::kFinishing);
  EXPECT_EQ(sender.state(), Sender::State::kClosed) << to_text(sender.fault());
}

TEST(Interop, we_send_to_libfstrm) {
  const kit::TemporaryFolder folder;
  const std::vector<Octets> made = payloads();
  Program receiver({"fstrm_capture", "-t", std::string(kContentType), "-u", folder / "socket", "-w",
                    folder / "theirs"});
  send_to(folder / "socket", made);
  const std::string said = receiver.finish(SIGINT);
  EXPECT_EQ(payloads_in(read_file(folder / "theirs")), made) << said;
}

TEST(Interop, we_send_to_golang_dnstap) {
  const kit::TemporaryFolder folder;
  Program receiver({"dnstap", "-y", "-u", folder / "socket"});
  const std::vector<Octets> made = payloads();
  send_to(folder / "socket", made);
  for (size_t i = 0; i < made.size(); ++i)
    EXPECT_TRUE(receiver.says("identity: \"edge" + std::to_string(i) + '"'));
}

}  // namespace
}  // namespace weir::dnstap
