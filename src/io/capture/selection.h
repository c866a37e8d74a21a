// Whether a frame or a message is wanted, decided in user space by the same text as in the kernel
// (bpf/select.h): for packet sockets, and for messages that had to be put together first.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "io/capture/probe.h"

struct weir_filter;

namespace weir::io {

/// Somebody begins to talk to a port of encrypted DNS.
struct Contact {
  Endpoint client;
  Endpoint server;
  bool udp = false;  // QUIC; else TCP
};
/// Nothing when the frame opens no connection to port 853 or 443, or cannot be told to.
std::optional<Contact> contact_of(Bytes frame, bool ethernet);

class Selection {
 public:
  explicit Selection(const CaptureOptions& options);
  ~Selection();

  /// What the kernel's program decides about `frame`.
  Fate of_frame(Bytes frame, bool ethernet) const;
  /// The same about a whole message, whose port is known to be right.
  Fate of_message(const Endpoint& from, const Endpoint& to, bool udp, Bytes message) const;

 private:
  bool in_networks(const uint64_t (&mapped)[2]) const;

  std::unique_ptr<weir_filter> filter_;
  std::vector<Prefix> networks_;
};

}  // namespace weir::io
