// One GET over plain HTTP/1.1 to a server of our own, and waiting for the answer: for commands that
// ask a running program.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/endpoint.h"
#include "base/result.h"

namespace weir::io {

struct HttpReply {
  int status = 0;
  std::string body;
};

/// `target` is path and query, already encoded. The reply has at most 16 MiB. Runs a loop of its
/// own meanwhile.
Result<HttpReply> http_get(const Endpoint& server, const std::string& target, Duration timeout);

/// A value for a query: what is not a letter, a digit or one of `-._~:` as %XX.
std::string encode_query(std::string_view text);

}  // namespace weir::io
