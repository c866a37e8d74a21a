// Emits dnstap from any program: link weir::dnstap, open a Producer, call it from any thread.
//
//   auto opened = weir::tap::Producer::open({.output = "unix:/run/collector.sock"});
//   if (!opened) return complain(opened.error);
//   weir::tap::Producer tap = std::move(opened.producer);
//   tap.client_query(client, server, weir::tap::Protocol::kUdp, packet);
//
// A call encodes its message into a ring that belongs to the calling thread, and returns. It takes
// no lock, makes no system call but to wake a sleeping writer, and never waits unless Options ask
// for it. One thread of the library writes the rings out, connects, and connects again. Every
// message is counted once: produced = sent + dropped + queued, whenever one looks.
//
// Nothing here throws. After fork() the child's copies of a Producer are
// off: calls return kForked and nothing of the parent's is touched; the child opens its own.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#if defined(__GNUC__)
#define WEIR_TAP_API __attribute__((visibility("default")))
#else
#define WEIR_TAP_API
#endif

// As in <sys/socket.h>.
struct sockaddr;

namespace weir::tap {

using Bytes = std::span<const std::uint8_t>;
using Duration = std::chrono::nanoseconds;
/// Wall time; dnstap has nanoseconds.
using Time = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// dnstap.proto, Message.Type. Odd ones are queries, even ones responses.
enum class Type : std::uint8_t {
  kAuthQuery = 1,
  kAuthResponse,
  kResolverQuery,
  kResolverResponse,
  kClientQuery,
  kClientResponse,
  kForwarderQuery,
  kForwarderResponse,
  kStubQuery,
  kStubResponse,
  kToolQuery,
  kToolResponse,
  kUpdateQuery,
  kUpdateResponse,
};

/// dnstap.proto, SocketProtocol.
enum class Protocol : std::uint8_t { kUdp = 1, kTcp, kDot, kDoh, kDnscryptUdp, kDnscryptTcp, kDoq };

/// dnstap.proto, HttpProtocol: of DoH.
enum class HttpProtocol : std::uint8_t { kNone, kHttp1, kHttp2, kHttp3 };

/// An address and a port. One without an address is left out of the message.
class Endpoint {
 public:
  constexpr Endpoint() = default;
  /// From 4 or 16 octets in network order; of any other number nothing is taken.
  constexpr Endpoint(Bytes octets, std::uint16_t port) : port_(port) {
    if (octets.size() != 4 && octets.size() != 16) return;
    size_ = static_cast<std::uint8_t>(octets.size());
    for (std::size_t i = 0; i < octets.size(); ++i) octets_[i] = octets[i];
  }
  /// AF_INET and AF_INET6; any other family gives none.
  WEIR_TAP_API static Endpoint of(const ::sockaddr* address);
  /// `192.0.2.1` or `2001:db8::1`; anything else gives none.
  WEIR_TAP_API static Endpoint parse(std::string_view address, std::uint16_t port);

  /// 4 octets, 16, or none.
  constexpr Bytes octets() const { return {octets_.data(), size_}; }
  constexpr std::uint16_t port() const { return port_; }
  constexpr explicit operator bool() const { return size_ != 0; }

 private:
  std::array<std::uint8_t, 16> octets_{};
  std::uint16_t port_ = 0;
  std::uint8_t size_ = 0;
};

/// dnstap.proto, Policy: what a resolver's policy did. Empty texts are left out.
struct Policy {
  enum class Action : std::uint8_t {
    kUnsaid,
    kNxdomain,
    kNodata,
    kPass,
    kDrop,
    kTruncate,
    kLocalData,
  };
  enum class Match : std::uint8_t { kUnsaid, kQname, kClientIp, kResponseIp, kNsName, kNsIp };
  std::string_view type;  // for example `RPZ`
  Bytes rule;
  Action action = Action::kUnsaid;
  Match match = Match::kUnsaid;
  Bytes value;  // what matched: a name in wire form or an address
};

/// One message of DNS that was seen. Views need to last for the call only; empty ones are left out.
struct Message {
  Type type = Type::kClientQuery;
  Protocol protocol = Protocol::kUdp;
  HttpProtocol http_protocol = HttpProtocol::kNone;
  Endpoint query_endpoint;     // who asked
  Endpoint response_endpoint;  // who was asked
  Bytes query;                 // in wire form, as is what follows
  Bytes response;
  Bytes query_zone;
  /// Of a query the first is now if it is not given; of a response, the second is.
  std::optional<Time> query_time;
  std::optional<Time> response_time;
  const Policy* policy = nullptr;
  Bytes extra;  // the field of that name, free for the program's own use
};

/// What became of a call, and why messages are dropped.
enum class Outcome : std::uint8_t {
  kAccepted,
  kQueueFull,       // the thread's ring is full: the receiver is away or too slow
  kTooLarge,        // the frame would exceed Options::most_frame_octets
  kInvalid,         // no such type, protocol, action or match
  kTooManyThreads,  // more than Options::most_threads call
  kExhausted,       // Options::reconnect has run out of attempts
  kClosed,          // closed, closing, or never opened; or accepted and not sent when time was up
  kForked,          // made in a child of the process that opened the producer
};
inline constexpr std::size_t kOutcomes = 8;
/// `accepted`, `queue_full`, …: fit for a metric's label.
WEIR_TAP_API std::string_view to_text(Outcome outcome);

enum class State : std::uint8_t {
  kOff,         // default-constructed, moved from, or a child's after fork
  kConnecting,  // an attempt is under way
  kOpen,
  kWaiting,    // for the next attempt
  kExhausted,  // no attempt will follow
  kClosed,
};
WEIR_TAP_API std::string_view to_text(State state);

/// One reading. produced = sent + dropped_total() + queued.
struct Statistics {
  State state = State::kOff;
  std::uint64_t produced = 0;                      // calls
  std::uint64_t sent = 0;                          // taken by the kernel, whole
  std::uint64_t queued = 0;                        // in rings
  std::array<std::uint64_t, kOutcomes> dropped{};  // by Outcome; none is kAccepted
  std::uint64_t connects = 0;                      // successful ones
  std::uint64_t failures = 0;                      // attempts that failed, and streams that broke
  std::size_t threads = 0;                         // that have a ring now
  std::string last_error;  // of the outage that lasts, or of the one before; empty: there was none

  std::uint64_t dropped_total() const {
    std::uint64_t total = 0;
    for (const std::uint64_t count : dropped) total += count;
    return total;
  }
};

/// Pauses between attempts: first, twice as long, and so on up to most.
struct Reconnect {
  Duration first = std::chrono::seconds(1);
  Duration most = std::chrono::seconds(60);
  /// Attempts after one that failed; absent: without end; 0: none.
  std::optional<std::uint64_t> attempts{};
  /// Up to so much of a pause is taken off it, by chance, so that many do not come at once.
  unsigned jitter_percent = 0;
};

/// Of files. One that stands there already is renamed to PATH.1, never cut or appended to.
struct FileOptions {
  std::uint64_t rotate_octets = 0;  // 0: never by size
  Duration rotate_age{0};           // 0: never by age
  std::size_t keep = 7;             // renamed files that stay
  Duration sync_interval{0};        // 0: the system decides when data reach the disk
};

/// Of `tls:`.
struct TlsOptions {
  std::string subject_name{};       // of the certificate; empty: the host
  std::string ca_file{};            // empty: the system's trust
  std::vector<std::string> pins{};  // SHA-256 of the public key, base64
  bool pins_only = false;           // a pin that fits is enough
  std::string certificate_file{};   // our own, if the receiver asks for one
  std::string key_file{};
};

enum class Severity : std::uint8_t { kInfo, kWarning };
/// Called by the library's own thread: a warning when an outage begins, an info when it is over.
using Log = std::function<void(Severity severity, std::string_view text)>;

struct Options {
  /// `file:PATH` or a path from the root, `unix:PATH`, `tcp:HOST:PORT`, `tls:HOST:PORT`. An address
  /// of IPv6 stands in brackets.
  std::string output{};
  std::string identity{};  // fields of every message; empty: left out
  std::string version{};

  /// Octets of a calling thread's ring; it holds whole frames. A power of two is made of it.
  std::size_t queue_octets = 1 << 20;
  std::size_t most_threads = 128;  // that may have a ring at one time
  std::size_t most_frame_octets = 256 << 10;
  /// A call that finds its ring full waits so long for room. 0: not at all.
  Duration block_for{0};
  /// Messages are gathered so long before they are written, unless a ring is half full.
  Duration flush_interval = std::chrono::milliseconds(100);

  bool bidirectional = true;  // READY, ACCEPT, FINISH; false: for receivers that cannot answer
  Duration connect_timeout = std::chrono::seconds(5);
  Duration handshake_timeout = std::chrono::seconds(5);
  Reconnect reconnect{};
  FileOptions file{};
  TlsOptions tls{};
  Log log{};
};

class Producer {
 public:
  /// What opening came to: a producer, or the reason why there is none.
  struct Opened;

  /// Off: no thread, socket or file; every call returns kClosed at once.
  WEIR_TAP_API Producer() noexcept;
  /// Checks the options, and opens the output if it is a file. A receiver need not be there yet.
  WEIR_TAP_API static Opened open(const Options& options);
  /// close(1 s).
  WEIR_TAP_API ~Producer();
  WEIR_TAP_API Producer(Producer&& other) noexcept;
  WEIR_TAP_API Producer& operator=(Producer&& other) noexcept;

  /// From any thread, as often as is liked. The order of one thread's messages is kept.
  WEIR_TAP_API Outcome log(const Message& message) noexcept;
  WEIR_TAP_API Outcome client_query(const Endpoint& client, const Endpoint& server,
                                    Protocol protocol, Bytes query,
                                    std::optional<Time> query_time = {}) noexcept;
  /// `query` may be empty, but collectors like to have both.
  WEIR_TAP_API Outcome client_response(const Endpoint& client, const Endpoint& server,
                                       Protocol protocol, Bytes query, Bytes response,
                                       std::optional<Time> query_time,
                                       std::optional<Time> response_time = {}) noexcept;

  /// From any thread. Takes a lock that calls do not take, but for a thread's first.
  WEIR_TAP_API Statistics statistics() const;
  /// Waits until all that was accepted before is sent or dropped; false when time was up before.
  WEIR_TAP_API bool flush(Duration timeout);
  /// Calls are refused from now on. Sends what is queued, for `timeout` at most, in which a
  /// receiver that is away is tried again: at once, and then as Reconnect says. Ends the stream
  /// with STOP, and waits up to 1 s for FINISH. True if nothing queued was dropped. `statistics`
  /// can still be read. No other thread may be inside `log` when the producer is destroyed.
  WEIR_TAP_API bool close(Duration timeout);

 private:
  class Impl;
  explicit Producer(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

struct Producer::Opened {
  Producer producer;
  std::string error;  // empty: it is open

  explicit operator bool() const { return error.empty(); }
};

}  // namespace weir::tap
