// Rows in the binary form of COPY (PostgreSQL 15, "COPY", Binary Format), written value by value.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/endpoint.h"

namespace weir::flow::postgresql {

class CopyRows {
 public:
  /// What stands in front of all rows, and behind them.
  void begin();
  void end();
  void row(uint16_t columns) { put_u16(columns); }

  void null() { put_u32(UINT32_MAX); }
  void boolean(bool value);
  void int2(int16_t value);
  void int4(int32_t value);
  void int8(int64_t value);
  /// Without zero octets; what is no UTF-8 is made some.
  void text(std::string_view value);
  void bytea(Bytes value);
  void inet(const IpAddress& address);
  void inet_array(std::span<const IpAddress> addresses);
  /// In microseconds, which is what it has; from 4713 BC on, so any of ours.
  void timestamptz(WallTime time);
  void interval(Duration duration);

  Bytes octets() const { return octets_; }
  size_t size() const { return octets_.size(); }
  void clear() { octets_.clear(); }

 private:
  void put_u16(uint16_t value);
  void put_u32(uint32_t value);
  void put_u64(uint64_t value);
  void put_inet(const IpAddress& address);
  uint8_t* grow(size_t octets);

  Octets octets_;
};

}  // namespace weir::flow::postgresql
