// Parsing, overriding and binding in one go.
#include "config/load.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

#include "config/bind.h"

namespace weir::config {

Result<std::string, Diagnostic> read_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kMostFileOctets + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file && !file.eof())
    return Diagnostic{{path}, std::string("cannot be read: ") + std::strerror(errno)};
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMostFileOctets) return Diagnostic{{path}, "is too long", "at most 4MiB"};
  return text;
}

Diagnostics load_into(const Schema& schema, std::string_view text, const std::string& file_name,
                      std::span<const Override> overrides, void* settings) {
  auto root = parse_document(text, file_name);
  if (!root) return {std::move(root).error()};
  Diagnostics diagnostics;
  for (const Override& value : overrides) apply(schema, value, *root, diagnostics);
  fill(schema, *root, settings, diagnostics);
  // Mistakes at one place stay in the order in which they were found.
  std::multimap<Position, Diagnostic> by_place;
  for (Diagnostic& diagnostic : diagnostics) {
    Position at = diagnostic.at;
    by_place.emplace(std::move(at), std::move(diagnostic));
  }
  diagnostics.clear();
  for (auto& [at, diagnostic] : by_place) diagnostics.push_back(std::move(diagnostic));
  return diagnostics;
}

}  // namespace weir::config
