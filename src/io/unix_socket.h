// Stream sockets in the file system: listening on one, with its file's mode and owner as asked from
// the first moment it has its name, and connecting to one.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "io/stream.h"

namespace weir::io {

/// The file of a socket that listens.
struct SocketFile {
  std::string path;
  unsigned mode = 0660;
  std::string owner;  // a name or a number; empty: whoever we are
  std::string group;
};

/// Accepts connections, which have no endpoints; accept_stream takes them. The file of a socket
/// that nobody listens on any more is replaced; one that is in use, and what is no socket, is
/// refused. The file is removed with the listener, if it is still ours.
Result<std::unique_ptr<Listener>> listen_unix(Loop& loop, const SocketFile& file,
                                              Listener::OnConnection on_connection);

/// As connect_stream.
std::unique_ptr<Stream> connect_unix(Loop& loop, const std::string& path,
                                     const StreamOptions& options, StreamEvents& events);

/// Who is at the other end: `process 4711 of user 115`.
std::string peer_process(int fd);

}  // namespace weir::io
