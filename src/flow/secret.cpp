// Reading one line, and no more of it than a secret may have.
#include "flow/secret.h"

#include <fmt/format.h>

#include <fstream>

namespace weir::flow {

Result<std::string> read_secret(std::string_view what, const std::string& path, size_t most) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) || line.size() > most)
    return Error{Fault::kConfig, fmt::format("read the {} in {}: no line to read", what, path),
                 true};
  return line;
}

}  // namespace weir::flow
