// Answers every DNS query over UDP with next to no work: what the kernel's path alone costs, and
// the upstream that fills caches. Usage: echo_floor PORT COUNTERS
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdio>

#include "answers.h"

namespace weir::bench {
namespace {

constexpr size_t kBatch = 32;

struct Slot {
  std::array<uint8_t, kLargestQuery + kRecord> octets;
  sockaddr_in client;
  iovec piece;
};

int open_socket(uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int queue_octets = 4 << 20;
  ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &queue_octets, sizeof queue_octets);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &queue_octets, sizeof queue_octets);
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_port = htons(port);
  local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(socket, reinterpret_cast<sockaddr*>(&local), sizeof local) == 0) return socket;
  std::perror("echo_floor: bind");
  std::exit(1);
}

void send_all(int socket, mmsghdr* messages, size_t count) {
  for (size_t sent = 0; sent < count;) {
    const int now = ::sendmmsg(socket, messages + sent, static_cast<unsigned>(count - sent), 0);
    if (now <= 0) return;
    sent += static_cast<size_t>(now);
  }
}

[[noreturn]] void serve(int socket, Counters& counters) {
  static std::array<Slot, kBatch> slots;
  std::array<mmsghdr, kBatch> messages{};
  for (;;) {
    for (size_t i = 0; i < kBatch; ++i) {
      slots[i].piece = {slots[i].octets.data(), kLargestQuery};
      messages[i].msg_hdr = {
          &slots[i].client, sizeof(sockaddr_in), &slots[i].piece, 1, nullptr, 0, 0};
    }
    const int received = ::recvmmsg(socket, messages.data(), kBatch, MSG_WAITFORONE, nullptr);
    if (received <= 0) continue;
    size_t answers = 0;
    for (size_t i = 0; i < static_cast<size_t>(received); ++i) {
      const size_t length = make_answer(slots[i].octets, messages[i].msg_len);
      slots[i].piece.iov_len = length;
      if (length != 0) messages[answers++].msg_hdr = messages[i].msg_hdr;
    }
    send_all(socket, messages.data(), answers);
    counters.queries.fetch_add(answers, std::memory_order_relaxed);
  }
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** words) {
  if (count != 3) return 2;
  const int socket = weir::bench::open_socket(static_cast<uint16_t>(std::atoi(words[1])));
  weir::bench::serve(socket, *weir::bench::open_counters(words[2]));
}
