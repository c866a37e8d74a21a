// Every value has its length in front; numbers are in network order.
#include "flow/sinks/postgresql/copy_rows.h"

#include <algorithm>

#include "flow/text.h"

namespace weir::flow::postgresql {
namespace {

constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
// 2000-01-01T00:00:00Z, where PostgreSQL counts from.
constexpr int64_t kEpoch = 946'684'800'000'000;
constexpr uint32_t kInetOid = 869;
constexpr uint8_t kInetV4 = 2;  // PGSQL_AF_INET
constexpr uint8_t kInetV6 = 3;

int64_t microseconds(int64_t nanoseconds) {
  return nanoseconds / 1000 - (nanoseconds % 1000 < 0 ? 1 : 0);
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c - 1) < 0x7f; });
}

}  // namespace

void CopyRows::begin() {
  octets_.insert(octets_.end(), kSignature.begin(), kSignature.end());
  put_u32(0);  // flags
  put_u32(0);  // no header extension
}

void CopyRows::end() { put_u16(UINT16_MAX); }

void CopyRows::boolean(bool value) {
  uint8_t* const at = grow(5);
  store_u32(at, 1);
  at[4] = value ? 1 : 0;
}

void CopyRows::int2(int16_t value) {
  put_u32(2);
  put_u16(static_cast<uint16_t>(value));
}

void CopyRows::int4(int32_t value) {
  uint8_t* const at = grow(8);
  store_u32(at, 4);
  store_u32(at + 4, static_cast<uint32_t>(value));
}

void CopyRows::int8(int64_t value) {
  uint8_t* const at = grow(12);
  store_u32(at, 8);
  store_u64(at + 4, static_cast<uint64_t>(value));
}

void CopyRows::text(std::string_view value) {
  if (is_ascii(value)) return bytea(as_bytes(value));
  std::string safe;
  append_json_escaped(safe, value);
  bytea(as_bytes(safe));
}

void CopyRows::bytea(Bytes value) {
  uint8_t* const at = grow(4 + value.size());
  store_u32(at, static_cast<uint32_t>(value.size()));
  if (!value.empty()) std::memcpy(at + 4, value.data(), value.size());
}

void CopyRows::inet(const IpAddress& address) { put_inet(address); }

void CopyRows::put_inet(const IpAddress& address) {
  const Bytes octets = address.octets();
  const auto size = static_cast<uint8_t>(octets.size());
  uint8_t* const at = grow(8 + octets.size());
  store_u32(at, 4U + size);
  at[4] = address.is_v6() ? kInetV6 : kInetV4;
  at[5] = static_cast<uint8_t>(8 * size);  // all bits: a host
  at[6] = 0;                               // inet, no cidr
  at[7] = size;
  std::memcpy(at + 8, octets.data(), octets.size());
}

void CopyRows::inet_array(std::span<const IpAddress> addresses) {
  const size_t length = octets_.size();
  put_u32(0);  // set below
  put_u32(1);  // dimensions
  put_u32(0);  // no NULL in it
  put_u32(kInetOid);
  put_u32(static_cast<uint32_t>(addresses.size()));
  put_u32(1);  // the first index
  for (const IpAddress& address : addresses) put_inet(address);
  store_u32(&octets_[length], static_cast<uint32_t>(octets_.size() - length - 4));
}

void CopyRows::timestamptz(WallTime time) { int8(microseconds(to_nanoseconds(time)) - kEpoch); }

void CopyRows::interval(Duration duration) {
  uint8_t* const at = grow(20);
  store_u32(at, 16);
  store_u64(at + 4, static_cast<uint64_t>(microseconds(duration.count())));
  store_u32(at + 12, 0);  // days
  store_u32(at + 16, 0);  // months
}

void CopyRows::put_u16(uint16_t value) { store_u16(grow(2), value); }
void CopyRows::put_u32(uint32_t value) { store_u32(grow(4), value); }
void CopyRows::put_u64(uint64_t value) { store_u64(grow(8), value); }

uint8_t* CopyRows::grow(size_t octets) {
  const size_t before = octets_.size();
  octets_.resize(before + octets);
  return &octets_[before];
}

}  // namespace weir::flow::postgresql
