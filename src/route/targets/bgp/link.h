// One TCP connection of a neighbour's session: its octets on the way in, and word of its events.
#pragma once

#include <memory>
#include <string_view>

#include "io/stream.h"
#include "proto/bgp/session/connection.h"
#include "route/targets/bgp/peer.h"

namespace weir::route {

class Peer::Link final : public io::StreamEvents {
 public:
  Link(Peer& peer, bgp::ConnectionId number) : id(number), peer_(peer) {}

  void on_open() override { peer_.on_opened(id); }
  void on_data(Bytes octets) override { peer_.on_data(id, octets); }
  void on_sent() override { peer_.on_sent(id); }
  void on_close(io::CloseCause cause, std::string_view detail) override {
    static_cast<void>(cause);
    peer_.on_closed(id, detail);
  }

  const bgp::ConnectionId id;
  std::unique_ptr<io::Stream> stream;  // none while a name is looked up
  uint64_t sent = 0;                   // octets given to the stream
  Octets unread;
  bool again = false;  // there may be something to read in `unread`

 private:
  Peer& peer_;
};

}  // namespace weir::route
