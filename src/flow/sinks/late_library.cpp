// Loading by the dynamic linker.
#include "flow/sinks/late_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "base/check.h"

namespace weir::flow {

LateLibrary::LateLibrary(const char* file, const char* spoken, const char* package)
    : file_(file),
      spoken_(spoken),
      package_(package),
      handle_(::dlopen(file, RTLD_NOW | RTLD_LOCAL)) {}

Status LateLibrary::load() const {
  if (handle_ != nullptr) return Done{};
  return Error{Fault::kConfig,
               fmt::format("{} cannot be loaded, and {} is spoken by it: install it (Debian: {})",
                           file_, spoken_, package_)};
}

void* LateLibrary::find(const char* name) const {
  void* const found = handle_ != nullptr ? ::dlsym(handle_, name) : nullptr;
  CHECK(found != nullptr);
  return found;
}

}  // namespace weir::flow
