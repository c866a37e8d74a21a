// setns(2) there and back.
#include "io/capture/net_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/check.h"

namespace weir::io {

NetNamespace::NetNamespace(const std::string& name) {
  if (!name.empty()) path_ = name.find('/') == std::string::npos ? "/run/netns/" + name : name;
}

uint64_t NetNamespace::identity() const {
  struct stat status{};
  return ::stat(path_.c_str(), &status) == 0 ? status.st_ino : 0;
}

Result<NetNamespace::Visit> NetNamespace::visit() const {
  Visit visit;
  if (is_own()) return visit;
  const UniqueFd there(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!there) return system_error("network namespace " + path_, errno);
  UniqueFd home(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!home || ::setns(there.get(), CLONE_NEWNET) != 0)
    return system_error("cannot enter network namespace " + path_, errno);
  visit.home_ = std::move(home);
  return visit;
}

NetNamespace::Visit::~Visit() {
  // We came from there with the right to; to stay would open all later sockets in the wrong place.
  if (home_) CHECK(::setns(home_.get(), CLONE_NEWNET) == 0);
}

}  // namespace weir::io
