// Writing whole frames into a file, and what is done when the disk will not have them.
#include "emit/file_outlet.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "emit/whole_frames.h"
#include "io/numbered_files.h"

namespace weir::emit {
namespace {

constexpr mode_t kMode = 0640;

/// It may pass by itself, and nothing is wrong with the file.
bool is_full(int error_number) { return error_number == ENOSPC || error_number == EDQUOT; }

Error open_error(const std::string& path, int error_number) {
  Error error = system_error("open " + path, error_number);
  if (!is_full(error_number)) error.fault = Fault::kConfig;
  error.retry = true;
  return error;
}

}  // namespace

Status FileOutlet::open() {
  if (file_ && is_ours()) {
    held_up_ = false;
    return Done{};
  }
  close();
  return begin();
}

/// A file of our own, with START in it.
Status FileOutlet::begin() {
  TRY_DONE(make_room());
  file_ = UniqueFd(
      ::open(target_.path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, kMode));
  if (!file_) return open_error(target_.path, errno);
  octets_ = 0;
  began_ = {};
  Status begun = put_control(dnstap::control_frame(dnstap::ControlType::kStart));
  if (!begun) file_.reset();
  held_up_ = false;
  return begun;
}

/// Makes folders that are missing, and moves on what stands in the way.
Status FileOutlet::make_room() {
  std::error_code failed;
  const auto folder = std::filesystem::path(target_.path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, failed);
  if (failed) return open_error(target_.path, failed.value());
  struct stat found{};
  if (::stat(target_.path.c_str(), &found) != 0) return Done{};
  if (!S_ISREG(found.st_mode)) {
    const int why = S_ISDIR(found.st_mode) ? EISDIR : EINVAL;
    return open_error(target_.path, why);
  }
  if (found.st_size == 0) return Done{};
  Status moved = io::shift_numbered(target_.path, std::max<size_t>(target_.keep, 1));
  if (!moved) return Error{Fault::kConfig, moved.error().what, true};
  return Done{};
}

Written FileOutlet::write(Bytes frames) {
  if (!is_open()) return {0, Error{Fault::kOurs, "write " + target_.path + ": not open", true}};
  if (is_large())
    if (const Status rotated = rotate(); !rotated) return {0, rotated.error()};
  const size_t taken = put(frames);
  const int error_number = errno;
  const size_t whole = whole_frames(frames, taken);
  octets_ += whole;
  if (taken < frames.size()) return {whole, stumbled(error_number)};
  if (target_.sync == FileTarget::Sync::kAlways)
    if (const Status synced = synchronise(); !synced) return {whole, synced.error()};
  return {whole, std::nullopt};
}

Status FileOutlet::tend(WallTime now) {
  if (!is_open()) return Done{};
  if (began_ == WallTime{}) began_ = last_sync_ = now;
  const bool is_old = target_.rotate_age > Duration::zero() && now - began_ >= target_.rotate_age;
  if (is_large() || (is_old && has_data())) TRY_DONE(rotate());
  const bool due = now - last_sync_ >= target_.sync_interval;
  if (target_.sync == FileTarget::Sync::kInterval && due && !synced_) {
    last_sync_ = now;
    TRY_DONE(synchronise());
  }
  return Done{};
}

void FileOutlet::close() {
  if (!file_) return;
  static_cast<void>(end());
  file_.reset();
  held_up_ = false;
}

Status FileOutlet::rotate() {
  TRY_DONE(end());
  if (const Status moved = io::shift_numbered(target_.path, target_.keep); !moved)
    return Error{Fault::kResource, moved.error().what, true};
  return begin();
}

/// STOP is in the file, and the file is closed.
Status FileOutlet::end() {
  TRY_DONE(put_control(dnstap::control_frame(dnstap::ControlType::kStop)));
  if (target_.sync != FileTarget::Sync::kNone) TRY_DONE(synchronise());
  file_.reset();
  return Done{};
}

Status FileOutlet::put_control(Bytes frame) {
  if (put(frame) < frame.size()) return stumbled(errno);
  octets_ += frame.size();
  return Done{};
}

/// Octets that the file took; errno says why not all.
size_t FileOutlet::put(Bytes octets) {
  size_t done = 0;
  while (done < octets.size()) {
    const ssize_t count = ::write(file_.get(), &octets[done], octets.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    done += static_cast<size_t>(count);
  }
  synced_ = synced_ && done == 0;
  return done;
}

/// Takes back what is behind the last whole frame. Where that fails, or more than room is missing,
/// the file is left as it is and the next one begun.
Error FileOutlet::stumbled(int error_number) {
  held_up_ = is_full(error_number);
  if (::ftruncate(file_.get(), static_cast<off_t>(octets_)) != 0) held_up_ = false;
  if (!held_up_) file_.reset();
  Error error = system_error("write " + target_.path, error_number);
  error.retry = true;
  return error;
}

Status FileOutlet::synchronise() {
  if (std::exchange(synced_, true) || ::fdatasync(file_.get()) == 0) return Done{};
  Error error = system_error("synchronise " + target_.path, errno);
  error.retry = true;
  file_.reset();
  return error;
}

bool FileOutlet::is_large() const {
  return target_.rotate_octets > 0 && octets_ >= target_.rotate_octets && has_data();
}

bool FileOutlet::has_data() const {
  return octets_ > dnstap::control_frame(dnstap::ControlType::kStart).size();
}

/// False when somebody has moved or removed the file that is open.
bool FileOutlet::is_ours() const {
  struct stat ours{}, there{};
  return ::fstat(file_.get(), &ours) == 0 && ::stat(target_.path.c_str(), &there) == 0 &&
         ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

}  // namespace weir::emit
