// SQLite's own locks let writers take turns. They are no help, and locking the database itself
// would hurt: SQLite's locks end when any descriptor of it is closed.
#include "sqlite/write_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace weir::sqlite {

Result<UniqueFd> lock_for_writing(const std::string& path) {
  const std::string name = path + ".lock";
  UniqueFd file(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!file) return system_error("open " + name, errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno != EWOULDBLOCK) return system_error("lock " + name, errno);
  return Error{Fault::kConfig, "open " + path + ": another weir writes this store", false};
}

}  // namespace weir::sqlite
