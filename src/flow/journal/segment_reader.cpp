// File to octets, octets to frames.
#include "flow/journal/segment_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "flow/journal/record.h"

namespace weir::flow::journal {
namespace {

constexpr size_t kPieceOctets = 256 << 10;

ssize_t read_some(int fd, MutableBytes into) {
  for (;;) {
    const ssize_t count = ::read(fd, into.data(), into.size());
    if (count >= 0 || errno != EINTR) return count;
  }
}

}  // namespace

Result<SegmentReader> SegmentReader::open(const Segment& segment) {
  UniqueFd file(::open(segment.path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return system_error("open " + segment.path, errno);
  return SegmentReader(std::move(file), segment);
}

SegmentReader::SegmentReader(UniqueFd file, const Segment& segment)
    : file_(std::move(file)),
      first_(segment.first),
      position_(segment.first),
      frames_(kMostRecord) {
  if (segment.path.ends_with(kCompressedEnding)) decoder_.emplace();
}

std::optional<Bytes> SegmentReader::next() {
  while (!ended_) {
    const dnstap::Frame frame = frames_.next();
    switch (frame.kind) {
      case dnstap::Frame::Kind::kData: ++position_; return frame.payload;
      case dnstap::Frame::Kind::kControl:
        ended_ = frame.control.type == dnstap::ControlType::kStop;
        break;
      case dnstap::Frame::Kind::kNone:
        if (!read_more()) return std::nullopt;
        break;
      case dnstap::Frame::Kind::kOversize:
      case dnstap::Frame::Kind::kFault: return std::nullopt;
    }
  }
  return std::nullopt;
}

bool SegmentReader::read_more() {
  piece_.resize(kPieceOctets);
  const ssize_t count =
      decoder_ ? static_cast<ssize_t>(decompress()) : read_some(file_.get(), piece_);
  if (count <= 0) return false;
  frames_.feed(Bytes(piece_).first(static_cast<size_t>(count)));
  return true;
}

/// Fills the piece from the compressed file; 0 at its end, and where it is broken.
size_t SegmentReader::decompress() {
  for (;;) {
    const zstd::Decoder::Step step = decoder_->step(Bytes(raw_).subspan(raw_at_), piece_);
    raw_at_ += step.consumed;
    if (!step.trouble.empty()) return 0;
    if (step.produced > 0) return step.produced;
    if (raw_at_ < raw_.size()) continue;
    raw_.resize(kPieceOctets);
    const ssize_t count = read_some(file_.get(), raw_);
    raw_.resize(count > 0 ? static_cast<size_t>(count) : 0);
    raw_at_ = 0;
    if (raw_.empty()) return 0;
  }
}

}  // namespace weir::flow::journal
