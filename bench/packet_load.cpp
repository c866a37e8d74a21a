// A sender of packets for measurements: DNS queries and the 180-octet answers to them, as Ethernet
// frames out of one interface, at a steady rate.
//
//   packet_load INTERFACE PACKETS RATE    prints the seconds that it took
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

namespace {

constexpr size_t kPairs = 16'384;  // that are made; they are sent again and again
constexpr size_t kBatch = 64;
constexpr size_t kQuery = 80, kAnswer = 180;  // octets of a frame

void put_u16(std::string& out, size_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}

/// Ethernet, IPv4, UDP; `asks` says which side sends.
std::string frame(size_t number, bool asks) {
  std::string name = "n" + std::to_string(number % 5000);
  std::string message;
  put_u16(message, number * 40503 % 65536);
  put_u16(message, asks ? 0x0100 : 0x8180);
  for (const size_t count : {1, asks ? 0 : 1, 0, 0}) put_u16(message, static_cast<size_t>(count));
  message += static_cast<char>(name.size());
  message += name + std::string("\5bench\4test\0\0\20\0\1", 16);
  const size_t whole = asks ? kQuery : kAnswer, head = 14 + 20 + 8;
  if (!asks) {
    message += std::string("\xc0\x0c\0\20\0\1\0\0\0\x3c", 10);
    const size_t text = whole - head - message.size() - 3;
    put_u16(message, text + 1);
    message += static_cast<char>(text);
  }
  message.resize(whole - head, 'x');
  if (asks) message.resize(12 + 1 + name.size() + 16);
  const std::string client = {10, 1, static_cast<char>(number >> 8), static_cast<char>(number)};
  const std::string server = {10, 2, 0, 53};
  const size_t port = 1024 + number % 60000;
  std::string out(12, '\2');
  out += std::string("\x08\0\x45\0", 4);
  put_u16(out, 28 + message.size());
  out += std::string("\0\1\0\0\x40\x11\0\0", 8);
  out += asks ? client + server : server + client;
  put_u16(out, asks ? port : 53);
  put_u16(out, asks ? 53 : port);
  put_u16(out, 8 + message.size());
  put_u16(out, 0);
  return out + message;
}

int open_link(const char* name) {
  const int fd = socket(AF_PACKET, SOCK_RAW, 0);
  const int bypass = 1;
  setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof bypass);
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(if_nametoindex(name));
  return bind(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0 ? fd : -1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int fd = open_link(argv[1]);
  if (fd < 0) return 1;
  const size_t packets = std::strtoull(argv[2], nullptr, 10);
  const double rate = std::strtod(argv[3], nullptr);
  std::vector<std::string> frames;
  for (size_t i = 0; i < kPairs; ++i)
    for (const bool asks : {true, false}) frames.push_back(frame(i, asks));
  std::array<iovec, kBatch> parts{};
  std::array<mmsghdr, kBatch> batch{};
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  for (size_t sent = 0; sent < packets;) {
    const size_t count = std::min(kBatch, packets - sent);
    for (size_t i = 0; i < count; ++i) {
      std::string& each = frames[(sent + i) % frames.size()];
      parts[i] = {each.data(), each.size()};
      batch[i].msg_hdr.msg_iov = &parts[i];
      batch[i].msg_hdr.msg_iovlen = 1;
    }
    const int done = sendmmsg(fd, batch.data(), static_cast<unsigned>(count), 0);
    if (done > 0) sent += static_cast<size_t>(done);
    while (std::chrono::duration<double>(Clock::now() - began).count() * rate < sent) {
    }
  }
  std::cout << std::chrono::duration<double>(Clock::now() - began).count() << "\n";
}
