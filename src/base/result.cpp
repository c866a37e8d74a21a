// Errors that carry the text of errno.
#include "base/result.h"

#include <cerrno>
#include <system_error>

namespace weir {

Error system_error(const std::string& what, int error_number) {
  const bool retry = error_number == EAGAIN || error_number == EINTR || error_number == ENOBUFS ||
                     error_number == ECONNREFUSED || error_number == ETIMEDOUT;
  return {Fault::kResource, what + ": " + std::generic_category().message(error_number), retry};
}

}  // namespace weir
