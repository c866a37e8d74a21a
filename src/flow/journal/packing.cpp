// Reading, compressing, writing.
#include "flow/journal/packing.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "flow/journal/segment_writer.h"

namespace weir::flow::journal {
namespace {

constexpr size_t kPieceOctets = 1 << 20;
constexpr int kLevel = 1;
constexpr mode_t kMode = 0640;

}  // namespace

Result<Packing> Packing::begin(const Segment& segment) {
  UniqueFd from(::open(segment.path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!from) return system_error("open " + segment.path, errno);
  Packing packing(segment.first, segment.path, std::move(from), UniqueFd());
  packing.to_ = UniqueFd(
      ::open(packing.part_path().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode));
  if (!packing.to_) return system_error("open " + packing.part_path(), errno);
  return packing;
}

Packing::Packing(uint64_t first, std::string plain_path, UniqueFd from, UniqueFd to)
    : first_(first),
      plain_path_(std::move(plain_path)),
      from_(std::move(from)),
      to_(std::move(to)),
      encoder_(kLevel) {}

Result<bool> Packing::step() {
  piece_.resize(kPieceOctets);
  const ssize_t count = ::read(from_.get(), piece_.data(), piece_.size());
  if (count < 0) return system_error("read " + plain_path_, errno);
  packed_.clear();
  if (count == 0)
    encoder_.finish(packed_);
  else
    encoder_.add(Bytes(piece_).first(static_cast<size_t>(count)), packed_);
  TRY_DONE(write_out());
  if (count > 0) return false;
  TRY_DONE(finish());
  return true;
}

Status Packing::write_out() {
  size_t done = 0;
  while (done < packed_.size()) {
    const ssize_t count = ::write(to_.get(), &packed_[done], packed_.size() - done);
    if (count < 0) return system_error("write " + part_path(), errno);
    done += static_cast<size_t>(count);
  }
  octets_ += done;
  return Done{};
}

/// It is as old as what it holds.
Status Packing::finish() {
  struct stat plain{};
  if (::fstat(from_.get(), &plain) == 0) {
    const timespec times[2] = {plain.st_atim, plain.st_mtim};
    ::futimens(to_.get(), times);
  }
  if (::fdatasync(to_.get()) != 0 || std::rename(part_path().c_str(), path().c_str()) != 0)
    return system_error("finish " + path(), errno);
  return Done{};
}

void Packing::abandon() { ::unlink(part_path().c_str()); }

}  // namespace weir::flow::journal
