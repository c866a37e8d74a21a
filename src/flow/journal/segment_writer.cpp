// Writing, and taking back what a full disk cut short.
#include "flow/journal/segment_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "flow/journal/segments.h"
#include "proto/dnstap/frames.h"

namespace weir::flow::journal {
namespace {

constexpr mode_t kMode = 0640;

Error trouble(const std::string& what, int error_number) {
  Error error = system_error(what, error_number);
  error.retry = true;
  return error;
}

}  // namespace

Result<SegmentWriter> SegmentWriter::create(const std::string& folder, uint64_t first) {
  std::string path = segment_path(folder, first);
  UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode));
  if (!file) return trouble("open " + path, errno);
  SegmentWriter writer(std::move(file), std::move(path));
  Status begun = writer.append(dnstap::control_frame(dnstap::ControlType::kStart));
  if (begun) begun = synchronise_folder(folder);
  if (!begun) return std::move(begun).error();
  return writer;
}

Status SegmentWriter::append(Bytes frames) {
  size_t done = 0;
  while (done < frames.size()) {
    const ssize_t count = ::write(file_.get(), &frames[done], frames.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      Error error = trouble("write " + path_, errno);
      const auto whole = static_cast<off_t>(octets_);
      if (::ftruncate(file_.get(), whole) != 0 || ::lseek(file_.get(), whole, SEEK_SET) != whole)
        error.retry = false;
      return error;
    }
    done += static_cast<size_t>(count);
  }
  octets_ += done;
  return Done{};
}

Status SegmentWriter::synchronise() {
  if (::fdatasync(file_.get()) == 0) return Done{};
  return trouble("synchronise " + path_, errno);
}

Status SegmentWriter::seal() {
  TRY_DONE(append(dnstap::control_frame(dnstap::ControlType::kStop)));
  return synchronise();
}

Status synchronise_folder(const std::string& folder) {
  const UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) return trouble("synchronise " + folder, errno);
  return Done{};
}

}  // namespace weir::flow::journal
