// The wire format of protobuf, as far as dnstap needs it: a cursor over fields that does not copy,
// throw or allocate, and functions that append fields. For the files of this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

#include "base/bytes.h"
#include "proto/dnstap/decode_fault.h"

namespace weir::dnstap::protobuf {

enum class Wire : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

/// What stands before a value: the field's number and how the value is written.
constexpr uint32_t tag(uint32_t field, Wire wire) {
  return field << 3 | static_cast<uint32_t>(wire);
}

/// Octets of a number of variable size, at most.
inline constexpr ptrdiff_t kMostVarint = 10;
/// Reads a number and gives the place behind it; nullptr if it has no end.
const uint8_t* read_varint(Bytes octets, uint64_t& value);

/// Reads tag, value, tag, value. After the first fault there are no more fields and every value is
/// zero or empty.
class FieldReader {
 public:
  explicit FieldReader(Bytes octets) : at_(octets.data()), end_(octets.data() + octets.size()) {}

  /// Goes to the next field; false at the end and after a fault.
  bool next() {
    if (at_ == end_) return false;
    begin_ = at_;
    tag_ = read_tag();
    return fault_ == DecodeFault::kNone;
  }
  uint32_t tag() const { return tag_; }
  uint32_t field() const { return tag_ >> 3; }

  uint64_t varint() {
    if (at_ != end_ && *at_ < 0x80) [[likely]]
      return *at_++;
    uint64_t value = 0;
    const uint8_t* const behind = read_varint({at_, end_}, value);
    if (behind == nullptr) {
      fail(end_ - at_ < kMostVarint ? DecodeFault::kTruncated : DecodeFault::kVarint);
      return 0;
    }
    at_ = behind;
    return value;
  }
  /// As int32 has it: of a number that is larger the lower 32 bits count.
  template <typename Enum>
  Enum enumerator() {
    return static_cast<Enum>(static_cast<int32_t>(varint()));
  }
  uint32_t fixed32() {
    const uint8_t* from = take(4);
    // Numbers of fixed size are little-endian.
    return from == nullptr ? 0 : __builtin_bswap32(load_u32(from));
  }
  Bytes bytes() {
    const uint64_t size = varint();
    const uint8_t* from = take(size);
    return from == nullptr ? Bytes{} : Bytes{from, static_cast<size_t>(size)};
  }
  /// Passes over a field that the caller does not know. If it knows fields of this number, it is
  /// the way of writing that is wrong.
  void skip(bool number_is_known) {
    if (number_is_known) return fail(DecodeFault::kWireType);
    switch (static_cast<Wire>(tag_ & 7)) {
      case Wire::kVarint: varint(); return;
      case Wire::kFixed64: take(8); return;
      case Wire::kBytes: bytes(); return;
      case Wire::kFixed32: take(4); return;
    }
    fail(DecodeFault::kWireType);
  }
  /// The whole of the field just read, with its tag.
  Bytes octets() const { return {begin_, at_}; }

  void fail(DecodeFault fault) {
    if (fault_ == DecodeFault::kNone) fault_ = fault;
    at_ = end_;
  }
  DecodeFault fault() const { return fault_; }

 private:
  const uint8_t* take(uint64_t size) {
    if (size > static_cast<uint64_t>(end_ - at_)) {
      fail(DecodeFault::kTruncated);
      return nullptr;
    }
    return (at_ += size) - size;
  }
  uint32_t read_tag() {
    const uint64_t tag = varint();
    if (tag < 8 || tag > UINT32_MAX) fail(DecodeFault::kTag);
    return static_cast<uint32_t>(tag);
  }

  const uint8_t* at_;
  const uint8_t* end_;
  const uint8_t* begin_ = nullptr;  // of the field
  uint32_t tag_ = 0;
  DecodeFault fault_ = DecodeFault::kNone;
};

/// Widens `stretch` by the field just read: see Message::unknown_fields.
inline void widen(Bytes& stretch, Bytes field) {
  stretch = stretch.empty() ? field : Bytes{stretch.data(), field.data() + field.size()};
}

/// Octets that a field takes beside its value, at most.
inline constexpr size_t kMostFieldOverhead = 5 + kMostVarint;

/// Writes fields one behind the other; what is absent is left out. There is room for them: the
/// caller has added up kMostFieldOverhead and the values.
class FieldWriter {
 public:
  explicit FieldWriter(uint8_t* at) : at_(at) {}

  void bytes(uint32_t field, const std::optional<Bytes>& value) {
    if (!value) return;
    varint(tag(field, Wire::kBytes));
    varint(value->size());
    append(*value);
  }
  /// Numbers and enumerators; negative ones have 64 bits, as int32 demands.
  template <typename Number>
  void number(uint32_t field, const std::optional<Number>& value) {
    if (!value) return;
    varint(tag(field, Wire::kVarint));
    if constexpr (std::is_enum_v<Number>)
      varint(static_cast<uint64_t>(static_cast<int64_t>(*value)));
    else
      varint(*value);
  }
  void fixed32(uint32_t field, const std::optional<uint32_t>& value) {
    if (!value) return;
    varint(tag(field, Wire::kFixed32));
    store_u32(at_, __builtin_bswap32(*value));
    at_ += 4;
  }
  /// The fields of a stretch whose numbers are not known.
  template <typename IsKnown>
  void unknown(Bytes stretch, IsKnown is_known) {
    FieldReader fields(stretch);
    while (fields.next()) {
      const bool known = is_known(fields.field());
      fields.skip(false);
      if (!known && fields.fault() == DecodeFault::kNone) append(fields.octets());
    }
  }

  /// A message inside this one: its fields are written between the two.
  uint8_t* begin_message(uint32_t field);
  void end_message(uint8_t* begin);

  /// Behind what is written.
  uint8_t* end() const { return at_; }

 private:
  void append(Bytes octets) {
    if (!octets.empty()) std::memcpy(at_, octets.data(), octets.size());
    at_ += octets.size();
  }
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) *at_++ = static_cast<uint8_t>(value | 0x80);
    *at_++ = static_cast<uint8_t>(value);
  }

  uint8_t* at_;
};

}  // namespace weir::dnstap::protobuf
