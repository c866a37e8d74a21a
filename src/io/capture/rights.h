// Linux capabilities of the calling thread: which are missing, and lowering them once what needs
// them is done.
#pragma once

#include <initializer_list>
#include <string>

namespace weir::io {

enum class Right : unsigned char {  // by their numbers in the kernel
  kNetAdmin = 12,
  kNetRaw = 13,
  kSysAdmin = 21,
  kPerfmon = 38,
  kBpf = 39,
};

/// What of `wanted` the thread does not have, and the command that grants it, in one line; empty
/// when it has all: `needs CAP_BPF and CAP_NET_ADMIN: setcap cap_bpf,cap_net_admin=ep
/// /usr/bin/weir`.
std::string missing_rights(std::initializer_list<Right> wanted);

/// Takes from the calling thread all capabilities for good, but `kept`, which it may raise for a
/// while and does not have otherwise.
void lower_rights(std::initializer_list<Right> kept);

/// Raises what the thread may have, while it lives.
class RaisedRights {
 public:
  RaisedRights();
  ~RaisedRights();
  RaisedRights(const RaisedRights&) = delete;
  RaisedRights& operator=(const RaisedRights&) = delete;
};

}  // namespace weir::io
