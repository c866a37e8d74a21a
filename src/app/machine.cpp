// The host name from the kernel.
#include "app/machine.h"

#include <unistd.h>

#include <array>

namespace weir::app {

std::string machine_name() {
  std::array<char, 256> name{};
  const bool known = ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0';
  return known ? name.data() : "weir";
}

}  // namespace weir::app
