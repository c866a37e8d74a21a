// Unix sockets and their files. The socket is bound under a name of its own beside the one wanted,
// gets its mode and owner there, where nobody can connect yet, and is then renamed, which replaces
// a stale file in one step.
#include "io/unix_socket.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "io/address.h"
#include "io/channel.h"
#include "io/connection.h"
#include "io/listener.h"

namespace weir::io {
namespace {

constexpr const char* kUnborn = ".new";
constexpr unsigned kModeBits = 07777;

Error wrong(std::string what) { return {Fault::kConfig, std::move(what)}; }

std::optional<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}
const sockaddr& any(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr&>(address);
}

Result<UniqueFd> open_unix() {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return system_error("cannot open a socket", errno);
  return fd;
}

/// Fails if there is something at `path` that must not be replaced.
Status check_replaceable(const std::string& path, const sockaddr_un& address) {
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return Done{};
    return system_error("cannot look at " + path, errno);
  }
  if (!S_ISSOCK(found.st_mode)) return wrong(path + " exists and is no socket: it stays");
  TRY(const UniqueFd probe, open_unix());
  const bool refused =
      ::connect(probe.get(), &any(address), sizeof address) != 0 && errno == ECONNREFUSED;
  if (!refused) return wrong("another process listens on " + path);
  return Done{};
}

std::optional<unsigned> number_of(const std::string& text) {
  unsigned number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<uid_t> user_of(const std::string& name) {
  if (name.empty()) return static_cast<uid_t>(-1);
  if (const auto number = number_of(name)) return static_cast<uid_t>(*number);
  const passwd* found = ::getpwnam(name.c_str());
  if (found == nullptr) return wrong("there is no user " + name);
  return found->pw_uid;
}

Result<gid_t> group_of(const std::string& name) {
  if (name.empty()) return static_cast<gid_t>(-1);
  if (const auto number = number_of(name)) return static_cast<gid_t>(*number);
  const group* found = ::getgrnam(name.c_str());
  if (found == nullptr) return wrong("there is no group " + name);
  return found->gr_gid;
}

Status set_rights(const std::string& path, const SocketFile& file) {
  TRY(const uid_t user, user_of(file.owner));
  TRY(const gid_t group, group_of(file.group));
  const bool stays = file.owner.empty() && file.group.empty();
  if (!stays && ::chown(path.c_str(), user, group) != 0)
    return system_error("cannot give " + file.path + " to " + file.owner + ":" + file.group, errno);
  if (::chmod(path.c_str(), file.mode & kModeBits) != 0)
    return system_error("cannot set the mode of " + file.path, errno);
  return Done{};
}

/// The file while the listener lives. Another process may have taken the name over by then.
class OwnFile {
 public:
  explicit OwnFile(std::string path) : path_(std::move(path)) { ::lstat(path_.c_str(), &born_); }
  ~OwnFile() {
    struct stat found{};
    if (::lstat(path_.c_str(), &found) == 0 && found.st_ino == born_.st_ino &&
        found.st_dev == born_.st_dev)
      ::unlink(path_.c_str());
  }
  OwnFile(const OwnFile&) = delete;
  OwnFile& operator=(const OwnFile&) = delete;

 private:
  const std::string path_;
  struct stat born_{};
};

class UnixListener final : public Listener {
 public:
  UnixListener(std::unique_ptr<Listener> accepting, const std::string& path)
      : file_(path), accepting_(std::move(accepting)) {}
  Endpoint local() const override { return {}; }
  uint64_t pauses() const override { return accepting_->pauses(); }

 private:
  const OwnFile file_;
  const std::unique_ptr<Listener> accepting_;
};

/// Binds under `unborn`, sets the rights and listens.
Result<std::unique_ptr<Listener>> listen_unborn(Loop& loop, const SocketFile& file,
                                                const std::string& unborn,
                                                Listener::OnConnection on_connection) {
  TRY(UniqueFd fd, open_unix());
  ::unlink(unborn.c_str());  // of a start that was cut short
  const auto address = address_of(unborn);
  if (!address) return wrong(file.path + " is too long for the name of a socket");
  if (::bind(fd.get(), &any(*address), sizeof *address) != 0)
    return system_error("cannot make the socket " + file.path, errno);
  TRY_DONE(set_rights(unborn, file));
  return listen_on(loop, std::move(fd), file.path, std::move(on_connection));
}

}  // namespace

Result<std::unique_ptr<Listener>> listen_unix(Loop& loop, const SocketFile& file,
                                              Listener::OnConnection on_connection) {
  const auto address = address_of(file.path);
  if (!address) return wrong(file.path + " is too long for the name of a socket");
  TRY_DONE(check_replaceable(file.path, *address));
  const std::string unborn = file.path + kUnborn;
  auto listener = listen_unborn(loop, file, unborn, std::move(on_connection));
  if (listener && ::rename(unborn.c_str(), file.path.c_str()) != 0)
    listener = system_error("cannot make the socket " + file.path, errno);
  if (!listener) {
    ::unlink(unborn.c_str());
    return std::move(listener).error();
  }
  return std::unique_ptr<Listener>(std::make_unique<UnixListener>(*std::move(listener), file.path));
}

std::unique_ptr<Stream> connect_unix(Loop& loop, const std::string& path,
                                     const StreamOptions& options, StreamEvents& events) {
  const auto address = address_of(path);
  auto fd = open_unix();
  if (!address || !fd)
    return failed_stream(loop, {}, fd ? path + " is too long" : fd.error().what, options, events);
  auto channel = make_plain_channel(fd->get());
  auto connection = std::make_shared<Connection>(loop, *std::move(fd), Endpoint(), options, events,
                                                 std::move(channel));
  connection->connect(any(*address), sizeof *address);
  return own_stream(std::move(connection));
}

std::string peer_process(int fd) {
  ucred peer{};
  socklen_t length = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return "a local process";
  return "process " + std::to_string(peer.pid) + " of user " + std::to_string(peer.uid);
}

}  // namespace weir::io
