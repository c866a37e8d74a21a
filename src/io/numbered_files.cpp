// Renaming from the oldest to the youngest, so that none is ever in another's way.
#include "io/numbered_files.h"

#include <filesystem>
#include <system_error>

namespace weir::io {

Status shift_numbered(const std::string& path, size_t keep) {
  const auto numbered = [&](size_t number) { return path + '.' + std::to_string(number); };
  std::error_code failed;
  if (keep == 0) {
    std::filesystem::remove(path, failed);
    if (failed) return system_error("remove " + path, failed.value());
    return Done{};
  }
  // A number that is missing is no failure; one that stays is replaced by the next.
  for (size_t number = keep; number > 1; --number)
    std::filesystem::rename(numbered(number - 1), numbered(number), failed);
  std::filesystem::rename(path, numbered(1), failed);
  if (failed) return system_error("rename " + path, failed.value());
  return Done{};
}

}  // namespace weir::io
