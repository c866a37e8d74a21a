// A producer of dnstap for measurements: client responses as a busy resolver tells them, made once
// and sent as fast as the receiver takes them, each sender over a connection of its own.
//
//   dnstap_load unix PATH FRAMES SENDERS    prints the seconds until every FINISH has come
//   dnstap_load file PATH FRAMES            writes them into a file
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr uint64_t kDistinct = 20'000;  // frames that are made; they are sent again and again

void append_u16(std::string& out, uint64_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}
void append_u32(std::string& out, uint64_t value) {
  append_u16(out, value >> 16);
  append_u16(out, value & 0xffff);
}
void append_varint(std::string& out, uint64_t value) {
  for (; value >= 128; value >>= 7) out += static_cast<char>(value | 128);
  out += static_cast<char>(value);
}
void append_number(std::string& out, int field, uint64_t value) {
  append_varint(out, static_cast<uint64_t>(field) << 3);
  append_varint(out, value);
}
void append_fixed(std::string& out, int field, uint32_t value) {
  append_varint(out, static_cast<uint64_t>(field) << 3 | 5);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
void append_bytes(std::string& out, int field, const std::string& octets) {
  append_varint(out, static_cast<uint64_t>(field) << 3 | 2);
  append_varint(out, octets.size());
  out += octets;
}
void append_label(std::string& out, const std::string& label) {
  out += static_cast<char>(label.size());
  out += label;
}

std::string control(uint32_t type, bool with_content) {
  const std::string content = "protobuf:dnstap.Dnstap";
  std::string frame;
  append_u32(frame, 0);
  append_u32(frame, with_content ? 12 + content.size() : 4);
  append_u32(frame, type);
  if (!with_content) return frame;
  append_u32(frame, 1);
  append_u32(frame, content.size());
  return frame + content;
}

/// NOERROR with one to four addresses, a third of the time behind an alias, and an OPT record.
std::string dns_response(std::mt19937& random) {
  const bool alias = random() % 3 == 0;
  const unsigned addresses = 1 + random() % 4;
  std::string message;
  append_u16(message, random() & 0xffff);
  append_u16(message, 0x8180);
  append_u16(message, 1);
  append_u16(message, addresses + (alias ? 1 : 0));
  append_u16(message, 0);
  append_u16(message, 1);
  append_label(message, "www");
  append_label(message, "name" + std::to_string(random() % 200'000));
  append_label(message, "example");
  message += '\0';
  append_u32(message, 0x00010001);
  uint16_t owner = 0xc00c;
  if (alias) {
    std::string target;
    append_label(target, "edge" + std::to_string(random() % 1000));
    append_label(target, "cdn");
    target += '\0';
    append_u16(message, owner);
    append_u32(message, 0x00050001);
    append_u32(message, 300);
    append_u16(message, target.size());
    owner = static_cast<uint16_t>(0xc000 | message.size());
    message += target;
  }
  for (unsigned i = 0; i < addresses; ++i) {
    append_u16(message, owner);
    append_u32(message, 0x00010001);
    append_u32(message, 60);
    append_u16(message, 4);
    append_u32(message, random());
  }
  return message + std::string("\0\0\x29\x04\xd0\0\0\0\0\0\0", 11);
}

std::string data_frame(std::mt19937& random, uint64_t number) {
  const uint64_t second = 1'700'000'000 + number / 50'000;
  std::string message, address, payload, frame;
  append_number(message, 1, 6);  // CLIENT_RESPONSE
  append_number(message, 2, 1);
  append_number(message, 3, random() % 10 == 0 ? 2 : 1);
  append_u32(address, 0x0a000000 | random() % 50'000);
  append_bytes(message, 4, address);
  append_bytes(message, 5, std::string("\x0a\0\0\x01", 4));
  append_number(message, 6, 1024 + random() % 60'000);
  append_number(message, 7, 53);
  append_number(message, 8, second);
  append_fixed(message, 9, random() % 1'000'000'000);
  append_number(message, 12, second);
  append_fixed(message, 13, random() % 1'000'000'000);
  append_bytes(message, 14, dns_response(random));
  append_bytes(payload, 1, "resolver-01.example");
  append_bytes(payload, 2, "resolver 1.0");
  append_bytes(payload, 14, message);
  append_number(payload, 15, 1);
  append_u32(frame, payload.size());
  return frame + payload;
}

std::vector<std::string> make_frames(uint64_t count) {
  std::mt19937 random(1);
  std::vector<std::string> frames;
  for (uint64_t i = 0; i < count; ++i) frames.push_back(data_frame(random, i));
  return frames;
}

void write_all(int fd, const std::string& octets) {
  for (size_t at = 0; at < octets.size();) {
    const ssize_t written = ::write(fd, octets.data() + at, octets.size() - at);
    if (written <= 0) {
      std::cerr << "dnstap_load: " << std::strerror(errno) << '\n';
      std::exit(1);
    }
    at += static_cast<size_t>(written);
  }
}

/// Waits for a control frame of this size, whatever it says.
void read_control(int fd, size_t size) {
  std::string octets(size, '\0');
  if (::recv(fd, octets.data(), size, MSG_WAITALL) != static_cast<ssize_t>(size)) {
    std::cerr << "dnstap_load: the receiver ended the connection\n";
    std::exit(1);
  }
}

void write_frames(int fd, const std::vector<std::string>& frames, uint64_t count) {
  std::string block;
  for (const std::string& frame : frames) block += frame;
  for (; count >= frames.size(); count -= frames.size()) write_all(fd, block);
  block.clear();
  for (uint64_t i = 0; i < count; ++i) block += frames[i];
  write_all(fd, block);
}

void send_frames(const std::string& path, const std::vector<std::string>& frames, uint64_t count) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    std::cerr << "dnstap_load: " << path << ": " << std::strerror(errno) << '\n';
    std::exit(1);
  }
  write_all(fd, control(4, true));
  read_control(fd, control(1, true).size());
  write_all(fd, control(2, true));
  write_frames(fd, frames, count);
  write_all(fd, control(3, false));
  read_control(fd, control(5, false).size());
  ::close(fd);
}

}  // namespace

int main(int count, char** words) {
  if (count < 4) {
    std::cerr << "usage: dnstap_load unix PATH FRAMES SENDERS | file PATH FRAMES\n";
    return 2;
  }
  const std::string path = words[2];
  const uint64_t wanted = std::strtoull(words[3], nullptr, 10);
  const auto frames = make_frames(std::min(wanted, kDistinct));
  if (std::string(words[1]) == "file") {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    write_all(fd, control(2, true));
    write_frames(fd, frames, wanted);
    write_all(fd, control(3, false));
    return ::close(fd);
  }
  const uint64_t senders = count > 4 ? std::strtoull(words[4], nullptr, 10) : 1;
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < senders; ++i)
    threads.emplace_back([&] { send_frames(path, frames, wanted / senders); });
  for (std::thread& thread : threads) thread.join();
  std::cout << std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count()
            << '\n';
  return 0;
}
