// The kinds of destination an outlet can have, as plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/endpoint.h"
#include "base/result.h"

namespace weir::emit {

/// A file of Frame Streams: START, data, STOP. What stands there already is renamed, never cut or
/// appended to (two STARTs are no stream).
struct FileTarget {
  std::string path;            // missing folders are made
  uint64_t rotate_octets = 0;  // 0: never by size
  Duration rotate_age{0};      // 0: never by age
  size_t keep = 7;             // renamed files that stay: PATH.1 is the youngest
  enum class Sync : uint8_t {
    kNone,      // the system decides when it reaches the disk
    kInterval,  // fdatasync every `sync_interval` while there is something new
    kAlways,    // fdatasync at the end of each write
  };
  Sync sync = Sync::kNone;
  Duration sync_interval = 1s;
};

/// What streams to receivers have in common.
struct StreamTarget {
  bool frames = true;             // false: octets as they are given, and no conversation about them
  bool bidirectional = true;      // READY, ACCEPT, and FINISH at the end
  Duration connect_timeout = 5s;  // TLS included
  Duration handshake_timeout = 5s;  // for each answer of the handshake
};

struct UnixTarget : StreamTarget {
  std::string path;
};

struct TcpTarget : StreamTarget {
  std::string host;  // a name, or an address
  uint16_t port = 0;
};

struct TlsTarget : TcpTarget {
  std::string subject_name;       // of the certificate; empty: `host`
  std::string ca_file;            // empty: the system's trust
  std::vector<std::string> pins;  // SHA-256 of the public key
  bool pins_only = false;
  std::string certificate_file;  // PEM: who we are, if that is asked; empty: nobody
  std::string key_file;
};

using Target = std::variant<FileTarget, UnixTarget, TcpTarget, TlsTarget>;

/// Reads `file:PATH` (or a path that begins with a slash), `unix:PATH`, `tcp:HOST:PORT` and
/// `tls:HOST:PORT`; the rest of the target is as it is by default. The error says what is missing
/// or wrong: `lacks a port, as in tcp:HOST:6000`.
Result<Target, std::string> parse_target(std::string_view text);

/// `file /var/log/x.fstrm`, `unix:/run/x.sock`, `tcp:192.0.2.1:6000`, `tls:collector.example:6001`.
std::string to_text(const Target& target);

}  // namespace weir::emit
