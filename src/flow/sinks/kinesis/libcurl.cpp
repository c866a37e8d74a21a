// The library itself, and where its functions are.
#include "flow/sinks/kinesis/libcurl.h"

#include "flow/sinks/late_library.h"

namespace weir::flow::kinesis {
namespace {

// All that is asked for is old.
const LateLibrary& library() {
  static const LateLibrary library("libcurl.so.4", "Kinesis", "libcurl4");
  return library;
}

}  // namespace

Status load_libcurl() { return library().load(); }

void* find_in_libcurl(const char* name) { return library().find(name); }

}  // namespace weir::flow::kinesis
