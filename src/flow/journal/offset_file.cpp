// Twenty digits and a new line, written over themselves in one call.
#include "flow/journal/offset_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

namespace weir::flow::journal {
namespace {

constexpr size_t kDigits = 20;

/// Letters, digits, `-` and `_` as they are, the rest as %XX: any name makes a file's name.
std::string file_name(std::string_view lane) {
  std::string name;
  for (const char c : lane) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    name += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<uint8_t>(c));
  }
  return name + ".offset";
}

}  // namespace

Result<OffsetFile> OffsetFile::open(const std::string& folder, const std::string& lane) {
  std::string path = folder + "/" + file_name(lane);
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!file) return system_error("open " + path, errno);
  OffsetFile offset(std::move(file), std::move(path));
  std::array<char, kDigits> digits;
  if (::pread(offset.file_.get(), digits.data(), digits.size(), 0) ==
      static_cast<ssize_t>(digits.size())) {
    uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    if (const auto read = std::from_chars(digits.data(), end, value);
        read.ec == std::errc() && read.ptr == end)
      offset.value_ = value;
  }
  return offset;
}

Status OffsetFile::write(uint64_t position) {
  const std::string text = fmt::format("{:020}\n", position);
  if (::pwrite(file_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    return system_error("write " + path_, errno);
  value_ = position;
  return Done{};
}

}  // namespace weir::flow::journal
