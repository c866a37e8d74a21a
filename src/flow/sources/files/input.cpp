// Reading a file's octets.
#include "flow/sources/files/input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/clock.h"

namespace weir::flow::files {
namespace {

constexpr size_t kRawOctets = 128 << 10;
constexpr size_t kMagicOctets = 4;
// How often a growing file is looked at besides when the kernel reports a change: for those who
// would stop us, and for file systems that report none.
constexpr Duration kLookAgain = 250ms;

}  // namespace

Input::Input(std::string path, UniqueFd owned, int fd, const std::atomic<bool>* stop)
    : path_(std::move(path)), owned_(std::move(owned)), fd_(fd), stop_(stop) {
  struct stat status{};
  regular_ = ::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode);
  if (regular_) ::posix_fadvise(fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
}

Result<Input> Input::open(const std::string& path, const std::atomic<bool>* stop) {
  if (path == "-") return Input(path, UniqueFd(), STDIN_FILENO, stop);
  UniqueFd owned(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!owned) return system_error("cannot open", errno);
  const int fd = owned.get();
  return Input(path, std::move(owned), fd, stop);
}

Result<size_t> Input::read(MutableBytes into) {
  if (!begun_) TRY_DONE(begin());
  if (decoder_) return decompress(into);
  if (raw_at_ == raw_.size()) return read_file(into);
  const size_t size = std::min(into.size(), raw_.size() - raw_at_);
  std::copy_n(raw_.begin() + static_cast<ptrdiff_t>(raw_at_), size, into.begin());
  raw_at_ += size;
  return size;
}

/// Looks at the first octets: are they compressed?
Status Input::begin() {
  std::array<uint8_t, kMagicOctets> magic;
  while (raw_.size() < magic.size()) {
    TRY(const size_t count, read_file(MutableBytes(magic).first(magic.size() - raw_.size())));
    if (count == 0) {
      begun_ = !raw_.empty();  // shorter than that: whatever it is, it is not compressed
      return Done{};
    }
    raw_.insert(raw_.end(), magic.begin(), magic.begin() + static_cast<ptrdiff_t>(count));
  }
  begun_ = true;
  if (zstd::is_compressed(raw_)) decoder_.emplace();
  return Done{};
}

Result<size_t> Input::read_file(MutableBytes into) {
  for (;;) {
    const ssize_t count = ::read(fd_, into.data(), into.size());
    if (count >= 0) {
      position_ += static_cast<uint64_t>(count);
      return static_cast<size_t>(count);
    }
    if (errno != EINTR) return system_error("cannot read", errno);
    if (stopped()) return size_t{0};
  }
}

Result<size_t> Input::decompress(MutableBytes into) {
  for (;;) {
    if (raw_at_ == raw_.size() && !more_inside_) {
      raw_.resize(kRawOctets);
      auto count = read_file(raw_);
      raw_.resize(count.value_or(0));
      raw_at_ = 0;
      if (!count || *count == 0) return count;
    }
    const zstd::Decoder::Step step = decoder_->step(Bytes(raw_).subspan(raw_at_), into);
    if (!step.trouble.empty())
      return Error{Fault::kPeer, "cannot be decompressed: " + std::string(step.trouble), false};
    raw_at_ += step.consumed;
    more_inside_ = step.produced == into.size();
    if (step.produced > 0) return step.produced;
  }
}

bool Input::is_replaced() const {
  struct stat ours{};
  struct stat there{};
  if (::fstat(fd_, &ours) != 0 || ::stat(path_.c_str(), &there) != 0) return false;
  return ours.st_ino != there.st_ino || ours.st_dev != there.st_dev ||
         static_cast<uint64_t>(there.st_size) < position_;
}

Input::More Input::wait_for_more() {
  const UniqueFd watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  ::inotify_add_watch(watch.get(), path_.c_str(), IN_MODIFY | IN_MOVE_SELF | IN_ATTRIB);
  while (!stopped()) {
    struct stat status{};
    const bool replaced = is_replaced();  // before the size: what was written until then is read
    if (::fstat(fd_, &status) == 0 && static_cast<uint64_t>(status.st_size) > position_)
      return More::kGrown;
    if (replaced) return More::kReplaced;
    pollfd change{watch.get(), POLLIN, 0};
    if (::poll(&change, 1, static_cast<int>(kLookAgain / 1ms)) > 0) {
      std::array<char, 4096> events;
      while (::read(watch.get(), events.data(), events.size()) > 0) {
      }
    }
  }
  return More::kStopped;
}

}  // namespace weir::flow::files
