// What comes out of captured packets: a DNS message and how it travelled.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/endpoint.h"

namespace weir::packet {

struct Message {
  Endpoint from;
  Endpoint to;
  uint8_t protocol = 0;       // kProtocolUdp or kProtocolTcp (decode.h)
  bool defragmented = false;  // put together from IP fragments
  bool reassembled = false;   // put together from several TCP segments
  WallTime time;              // of the packet that completed it
  Bytes octets;
};

}  // namespace weir::packet
