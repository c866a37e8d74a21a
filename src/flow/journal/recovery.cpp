// Looking through the folder; only the newest segment has to be read.
#include "flow/journal/recovery.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <map>

#include "base/unique_fd.h"
#include "flow/journal/segment_reader.h"
#include "flow/journal/segment_writer.h"
#include "flow/wire/annotation.h"
#include "proto/dnstap/frames.h"

namespace weir::flow::journal {
namespace {

constexpr size_t kDigits = 20;
constexpr std::string_view kEnding = ".fstrm";
constexpr std::string_view kPartial = ".part";

/// The position in a segment's name; nothing for the name of something else.
std::optional<uint64_t> position_in(std::string_view name) {
  if (name.ends_with(kCompressedEnding))
    name.remove_suffix(std::string_view(kCompressedEnding).size());
  if (name.size() != kDigits + kEnding.size() || !name.ends_with(kEnding)) return std::nullopt;
  uint64_t first = 0;
  const auto [end, failed] = std::from_chars(name.data(), name.data() + kDigits, first);
  if (failed != std::errc() || end != name.data() + kDigits) return std::nullopt;
  return first;
}

Error trouble(const std::string& what, int error_number) {
  Error error = system_error(what, error_number);
  error.retry = true;
  return error;
}

/// Where the last record that is as it was written ends, and how many there are until then.
struct Extent {
  uint64_t octets = 0;
  uint64_t records = 0;
  bool ended = false;
};

Result<Extent> measure(const Segment& segment) {
  TRY(SegmentReader reader, SegmentReader::open(segment));
  Extent extent;
  while (const auto payload = reader.next()) {
    if (read_annotation(*payload))
      extent = {reader.offset(), reader.position() - segment.first, false};
  }
  if (reader.ended()) extent = {reader.offset(), reader.position() - segment.first, true};
  return extent;
}

/// Cuts the newest segment behind its last good record, and ends its stream.
Status mend(Segment& segment, const Extent& extent, uint64_t& torn) {
  if (extent.ended || segment.path.ends_with(kCompressedEnding)) return Done{};
  const Bytes start = dnstap::control_frame(dnstap::ControlType::kStart);
  const Bytes stop = dnstap::control_frame(dnstap::ControlType::kStop);
  const UniqueFd file(::open(segment.path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) return trouble("open " + segment.path, errno);
  const uint64_t good = extent.records > 0 ? extent.octets : 0;
  torn = segment.octets - std::min(segment.octets, good > 0 ? good : start.size());
  Octets rest;
  if (good == 0) rest.assign(start.begin(), start.end());
  rest.insert(rest.end(), stop.begin(), stop.end());
  if (::ftruncate(file.get(), static_cast<off_t>(good)) != 0 ||
      ::pwrite(file.get(), rest.data(), rest.size(), static_cast<off_t>(good)) !=
          static_cast<ssize_t>(rest.size()) ||
      ::fdatasync(file.get()) != 0)
    return trouble("mend " + segment.path, errno);
  segment.octets = good + rest.size();
  return Done{};
}

/// Segments by position. Where both forms are there, the compressed one is whole: it got its name
/// when it was.
Result<std::map<uint64_t, Segment>> look_through(const std::string& folder) {
  std::map<uint64_t, Segment> found;
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const std::string path = entry->path().string();
    const std::string name = entry->path().filename().string();
    if (name.ends_with(kPartial)) ::unlink(path.c_str());
    const auto first = position_in(name);
    struct stat status{};
    if (!first || ::stat(path.c_str(), &status) != 0) continue;
    Segment segment{.first = *first,
                    .end = *first,
                    .octets = static_cast<uint64_t>(status.st_size),
                    .begun = wall_time(status.st_mtim.tv_sec * 1'000'000'000LL),
                    .sealed = true,
                    .path = path};
    const auto [there, is_new] = found.emplace(*first, segment);
    if (is_new) continue;
    const bool packed = path.ends_with(kCompressedEnding);
    ::unlink((packed ? there->second.path : path).c_str());
    if (packed) there->second = segment;
  }
  if (failed) return trouble("read " + folder, failed.value());
  return found;
}

}  // namespace

Result<Recovery> recover(const std::string& folder) {
  TRY(const auto found, look_through(folder));
  Recovery recovery;
  for (const auto& [first, segment] : found) {
    if (!recovery.segments.empty()) recovery.segments.back().end = first;
    recovery.segments.push_back(segment);
  }
  if (recovery.segments.empty()) return recovery;
  Segment& newest = recovery.segments.back();
  TRY(const Extent extent, measure(newest));
  recovery.end = newest.end = newest.first + extent.records;
  // Where it cannot be mended (a full disk) it is read all the same, up to where it is good.
  static_cast<void>(mend(newest, extent, recovery.torn_octets));
  return recovery;
}

}  // namespace weir::flow::journal
