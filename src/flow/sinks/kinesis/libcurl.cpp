// The library itself, and where its functions are.
#include "flow/sinks/kinesis/libcurl.h"

#include <dlfcn.h>

#include <string>

#include "base/check.h"

namespace weir::flow::kinesis {
namespace {

constexpr const char* kLibrary = "libcurl.so.4";

void* library() {
  static void* const handle = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  return handle;
}

}  // namespace

Status load_libcurl() {
  if (library() != nullptr) return Done{};
  return Error{Fault::kConfig, std::string(kLibrary) +
                                   " cannot be loaded, and Kinesis is spoken by it: install it "
                                   "(Debian: libcurl4)"};
}

void* find_in_libcurl(const char* name) {
  void* const found = library() != nullptr ? ::dlsym(library(), name) : nullptr;
  CHECK(found != nullptr);  // `load_libcurl` succeeded, and all that is asked for is old
  return found;
}

}  // namespace weir::flow::kinesis
