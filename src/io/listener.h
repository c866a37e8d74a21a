// Accepting from any socket that is bound: what listeners over TCP and on Unix sockets share.
#pragma once

#include <memory>
#include <string>

#include "io/stream.h"

namespace weir::io {

/// Listens on `fd`. `name` is its address, for errors and the log.
Result<std::unique_ptr<Listener>> listen_on(Loop& loop, UniqueFd fd, std::string name,
                                            Listener::OnConnection on_connection);

}  // namespace weir::io
