// What is said about files that were read.
#include "flow/file_source.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::flow {

bool ReadSummary::whole() const {
  return std::all_of(files.begin(), files.end(),
                     [](const FileReport& file) { return file.whole(); });
}

std::vector<std::string> ReadSummary::lines() const {
  std::vector<std::string> lines;
  std::string totals;
  if (packets > 0 || frames == 0) totals = fmt::format("{} packets, {} octets, ", packets, octets);
  if (frames > 0) totals += fmt::format("{} frames, ", frames);
  lines.push_back(fmt::format("{}{} messages, {} malformed, {} paired", totals, observations,
                              malformed, paired));
  for (const auto& [reason, count] : reasons) lines.push_back(fmt::format("{}: {}", reason, count));
  for (const FileReport& file : files) {
    if (file.truncated_at)
      lines.push_back(fmt::format("{}: truncated: it ends within the record at octet {}", file.path,
                                  *file.truncated_at));
    if (!file.trouble.empty()) lines.push_back(fmt::format("{}: {}", file.path, file.trouble));
  }
  return lines;
}

}  // namespace weir::flow
