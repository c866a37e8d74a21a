// The answer that the measuring tools give to any question, and the page where they count.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

namespace weir::bench {

inline constexpr size_t kHeader = 12;
inline constexpr size_t kLargestQuery = 512;
inline constexpr size_t kRecord = 16;

/// What a tool has done so far, in a file that the harness reads while the tool runs.
struct Counters {
  std::atomic<uint64_t> queries;
  std::atomic<uint64_t> connections;
  std::atomic<uint64_t> full_handshakes;
  std::atomic<uint64_t> resumed_handshakes;
};

inline Counters* open_counters(const char* path) {
  const int file = ::open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0 || ::ftruncate(file, sizeof(Counters)) != 0) std::abort();
  void* page = ::mmap(nullptr, sizeof(Counters), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (page == MAP_FAILED) std::abort();
  return static_cast<Counters*>(page);
}

/// Turns the query of `length` octets at the front of `buffer` into its answer, in place: its
/// question with one A record (TTL a day), or with none for other types. The buffer has `kRecord`
/// octets to spare. Returns the length of the answer, 0 when there is no question.
inline size_t make_answer(std::span<uint8_t> buffer, size_t length) {
  static constexpr uint8_t kAddress[kRecord] = {0xc0, 12,   0, 1, 0,   1, 0, 1,
                                                0x51, 0x80, 0, 4, 192, 0, 2, 1};
  size_t end = kHeader;
  while (end < length && buffer[end] != 0) end += buffer[end] + 1U;
  end += 5;  // the root label, the type and the class
  if (length < kHeader || end > length) return 0;
  const bool is_address = buffer[end - 4] == 0 && buffer[end - 3] == 1;
  buffer[2] = 0x81;  // QR, RD
  buffer[3] = 0x80;  // RA, NOERROR
  std::memset(&buffer[6], 0, 6);
  if (!is_address) return end;
  buffer[7] = 1;
  std::memcpy(&buffer[end], kAddress, kRecord);
  return end + kRecord;
}

}  // namespace weir::bench
