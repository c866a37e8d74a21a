// An eventfd, and ppoll for its patience.
#include "producer/doorbell.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "base/check.h"

namespace weir::producer {

Doorbell::Doorbell() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Doorbell::ring() noexcept {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);
}

bool Doorbell::wait(Duration patience) noexcept {
  patience = std::max(patience, Duration(0));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
  const timespec most{seconds.count(), (patience - seconds).count()};
  pollfd asked{event_.get(), POLLIN, 0};
  ::ppoll(&asked, 1, &most, nullptr);
  uint64_t rung = 0;
  return ::read(event_.get(), &rung, sizeof rung) == sizeof rung;
}

}  // namespace weir::producer
