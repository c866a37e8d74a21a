// One GET over plain HTTP/1.1 to a server of our own, and waiting for the answer: for commands that
// ask a running program.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/endpoint.h"
#include "base/result.h"

namespace weir::io {

struct HttpReply {
  int status = 0;
  std::string head;  // status line and fields, as they came
  std::string body;

  /// The value of a field, its name as the server writes it; empty when it is not there.
  std::string field(std::string_view name) const;
};

/// `target` is path and query, already encoded. The reply has at most 16 MiB. Runs a loop of its
/// own meanwhile.
Result<HttpReply> http_get(const Endpoint& server, const std::string& target, Duration timeout);

/// A value for a query: what is not a letter, a digit or one of `-._~:` as %XX.
std::string encode_query(std::string_view text);

}  // namespace weir::io
