// Framing of DNS messages on a stream. The pool may let go of a connection during each of its
// events, so every event holds on to it.
#include "edge/upstreams/connection.h"

namespace weir::edge::upstreams {
namespace {

constexpr size_t kLengthOctets = 2;
constexpr size_t kLargestKept = 16384;  // octets of buffer that a connection keeps between messages

}  // namespace

void Connection::connect(io::Loop& loop, io::TlsClient* tls, const io::StreamOptions& options) {
  stream_ = io::connect_stream(loop, peer, tls, options, *this);
}

void Connection::close() {
  ended_ = true;
  stream_.reset();
}

void Connection::on_open() {
  const auto self = shared_from_this();
  open_ = true;
  owner_.on_open(*this);
}

// Whole messages are handed on where they lie; only the rest is copied.
void Connection::on_data(Bytes octets) {
  const auto self = shared_from_this();
  const Instant now = clock_.now();
  heard_at = now;
  if (partial_.empty()) {
    const size_t used = cut(octets, now);
    partial_.assign(octets.begin() + static_cast<ptrdiff_t>(used), octets.end());
    return;
  }
  partial_.insert(partial_.end(), octets.begin(), octets.end());
  const size_t used = cut(partial_, now);
  partial_.erase(partial_.begin(), partial_.begin() + static_cast<ptrdiff_t>(used));
  if (partial_.empty() && partial_.capacity() > kLargestKept) Octets().swap(partial_);
}

// Gives how many octets made whole messages. The pool may end the connection in between.
size_t Connection::cut(Bytes octets, Instant now) {
  size_t used = 0;
  while (!ended_ && octets.size() - used >= kLengthOctets) {
    const size_t length = load_u16(&octets[used]);
    if (octets.size() - used - kLengthOctets < length) break;
    owner_.on_message(*this, octets.subspan(used + kLengthOctets, length), now);
    used += kLengthOctets + length;
  }
  return used;
}

void Connection::on_close(io::CloseCause cause, std::string_view detail) {
  const auto self = shared_from_this();
  ended_ = true;
  owner_.on_end(*this, cause, detail);
}

}  // namespace weir::edge::upstreams
