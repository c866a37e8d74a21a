// Records (mostly lines) in a file, or on standard output. Rotates by size and age, reopens when
// asked, and takes back what a full disk cut short: a record is there whole or not at all.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "base/unique_fd.h"
#include "flow/encoder.h"
#include "flow/settings.h"
#include "flow/sink.h"
#include "io/numbered_files.h"

namespace weir::flow {
namespace {

// Lines are collected up to this size before they are written.
constexpr size_t kWriteOctets = 256 << 10;
constexpr Duration kReaderPatience = 500ms;  // for a pipe to take something

Error write_error(const std::string& path, int error_number) {
  Error error = system_error("write " + path, error_number);
  // Space and devices come back; a reader that has gone (a closed pipe) does not.
  error.retry = error_number != EPIPE && error_number != EBADF && error_number != EINVAL;
  return error;
}

class FileSink final : public Sink {
 public:
  FileSink(std::string path, const Rotation& rotation, std::unique_ptr<Encoder> encoder)
      : path_(std::move(path)), rotation_(rotation), encoder_(std::move(encoder)) {}
  ~FileSink() override { finish(); }

  Status open() {
    if (path_ == "-") {
      file_ = UniqueFd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
    } else {
      std::error_code failed;
      const auto folder = std::filesystem::path(path_).parent_path();
      if (!folder.empty()) std::filesystem::create_directories(folder, failed);
      file_ = UniqueFd(
          ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0640));
    }
    if (!file_) return system_error("open " + path_, errno);
    struct stat status{};
    if (::fstat(file_.get(), &status) != 0) return system_error("open " + path_, errno);
    regular_ = S_ISREG(status.st_mode) && path_ != "-";
    settled_octets_ = regular_ ? static_cast<uint64_t>(status.st_size) : 0;
    written_octets_ = settled_octets_;
    begun_ = settled_octets_ > 0;
    if (!encoder_->is_text()) return Done{};
    Status ended = end_torn_line();
    if (!ended) file_.reset();
    return ended;
  }

  Status deliver(const model::Batch& batch) override {
    if (!file_)
      if (Status opened = open(); !opened) return undo(retrying(std::move(opened).error()));
    begin();
    for (const model::Observation& observation : batch.observations()) {
      encoder_->encode(observation, lines_);
      if (lines_.size() < kWriteOctets) continue;
      if (Status written = write_out(); !written) return undo(std::move(written).error());
    }
    return Done{};
  }

  Status settle() override {
    if (Status written = write_out(); !written) return undo(std::move(written).error());
    settled_octets_ = written_octets_;
    return Done{};
  }

  Status tend(WallTime now) override {
    if (!regular_ || !file_) return Done{};
    if (began_ == WallTime{}) began_ = now;
    const bool large = rotation_.octets > 0 && settled_octets_ >= rotation_.octets;
    const bool old = rotation_.age > Duration::zero() && now - began_ >= rotation_.age;
    if ((large || old) && settled_octets_ > 0) rotate(now);
    return Done{};
  }

  void reopen() override {
    if (path_ == "-") return;
    finish();
    file_.reset();
    began_ = {};
  }

 private:
  void begin() {
    if (!std::exchange(begun_, true)) encoder_->head(lines_);
  }

  /// The file ends here; what cannot be written any more is not.
  void finish() {
    if (!file_) return;
    begin();
    encoder_->tail(lines_);
    static_cast<void>(write_out());
  }

  /// A process that was killed may have left half a line; ours begin on one of their own.
  Status end_torn_line() {
    if (settled_octets_ == 0) return Done{};
    char last = '\n';
    const UniqueFd reader(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    const auto end = static_cast<off_t>(settled_octets_);
    if (!reader || ::pread(reader.get(), &last, 1, end - 1) != 1 || last == '\n') return Done{};
    if (::write(file_.get(), "\n", 1) != 1) return write_error(path_, errno);
    written_octets_ = ++settled_octets_;
    return Done{};
  }

  static Error retrying(Error error) {
    error.retry = true;
    return error;
  }

  /// A pipe whose reader is slow. One that reads nothing must not keep the lane from ending.
  bool wait_for_reader() const {
    pollfd writable{file_.get(), POLLOUT, 0};
    return ::poll(&writable, 1, static_cast<int>(kReaderPatience / 1ms)) > 0;
  }

  Status write_out() {
    // What a pipe took of a group that failed cannot be taken back; the next line begins anew.
    if (torn_ && encoder_->is_text()) lines_.insert(lines_.begin(), '\n');
    size_t done = 0;
    while (done < lines_.size()) {
      const ssize_t count = ::write(file_.get(), lines_.data() + done, lines_.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN && wait_for_reader()) continue;
      if (count < 0) return write_error(path_, errno);
      done += static_cast<size_t>(count);
      torn_ = lines_[done - 1] != '\n';
      written_octets_ += static_cast<uint64_t>(count);
    }
    lines_.clear();
    return Done{};
  }

  /// Takes back what was written since the last settling, so that it can be written again.
  Error undo(Error error) {
    lines_.clear();
    if (regular_ && file_ && written_octets_ != settled_octets_ &&
        ::ftruncate(file_.get(), static_cast<off_t>(settled_octets_)) == 0)
      written_octets_ = settled_octets_;
    if (regular_) torn_ = false;
    if (written_octets_ == 0) begun_ = false;
    return error;
  }

  /// What fails is tried again by the next call; lines go on into the file that is open.
  void rotate(WallTime now) {
    finish();
    static_cast<void>(io::shift_numbered(path_, rotation_.keep));
    began_ = now;
    reopen_after_rotation();
  }

  void reopen_after_rotation() {
    UniqueFd before = std::move(file_);
    if (!open()) file_ = std::move(before);
  }

  const std::string path_;
  const Rotation rotation_;
  const std::unique_ptr<Encoder> encoder_;
  UniqueFd file_;
  bool regular_ = false;
  bool begun_ = false;           // the encoder's head is in the file, or on the way
  bool torn_ = false;            // the last line written is not whole
  std::string lines_;            // encoded and not yet written
  uint64_t written_octets_ = 0;  // the file's size
  uint64_t settled_octets_ = 0;  // the part of it that is ours for good
  WallTime began_;
};

}  // namespace

Result<std::unique_ptr<Sink>> make_file_sink(const FileSinkSettings& settings,
                                             std::unique_ptr<Encoder> encoder) {
  auto sink = std::make_unique<FileSink>(settings.path, settings.rotation, std::move(encoder));
  TRY_DONE(sink->open());
  return std::unique_ptr<Sink>(std::move(sink));
}

}  // namespace weir::flow
