// Where the operator's HTTP of a running weir is, and its pages: what commands that ask it share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.h"
#include "base/result.h"
#include "io/http/http_client.h"

namespace weir::app {

/// `given` by hand, or the first of `control.listen`; nothing when neither is an address.
std::optional<Endpoint> operator_http(const std::string& given,
                                      const std::vector<Endpoint>& listeners);
/// Waits for it; an error when it is not there, or answers anything but 200.
Result<io::HttpReply> fetch_page(const Endpoint& server, const std::string& target);

}  // namespace weir::app
