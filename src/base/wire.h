// Cursors over octets with a sticky error: read or write a whole structure, then ask once.
#pragma once

#include "base/bytes.h"

namespace weir {

/// Reads from the front. Past the end every read gives zeros and `ok()` stays false.
class WireReader {
 public:
  explicit WireReader(Bytes bytes) : bytes_(bytes) {}

  uint8_t u8() { return take(1) ? bytes_[at_ - 1] : uint8_t{0}; }
  uint16_t u16() { return take(2) ? load_u16(&bytes_[at_ - 2]) : uint16_t{0}; }
  uint32_t u32() { return take(4) ? load_u32(&bytes_[at_ - 4]) : 0; }
  uint64_t u64() { return take(8) ? load_u64(&bytes_[at_ - 8]) : 0; }
  Bytes bytes(size_t count) { return take(count) ? bytes_.subspan(at_ - count, count) : Bytes{}; }
  Bytes rest() { return bytes(remaining()); }
  void skip(size_t count) { take(count); }
  void fail() { ok_ = false; }

  bool ok() const { return ok_; }
  bool at_end() const { return at_ == bytes_.size(); }
  size_t position() const { return at_; }
  size_t remaining() const { return bytes_.size() - at_; }

 private:
  bool take(size_t count) {
    if (!ok_ || count > remaining()) return ok_ = false;
    at_ += count;
    return true;
  }

  Bytes bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

/// Writes into a fixed buffer. What does not fit is not written and `ok()` stays false.
class WireWriter {
 public:
  explicit WireWriter(MutableBytes buffer) : buffer_(buffer) {}

  void u8(uint8_t value) {
    if (take(1)) buffer_[at_ - 1] = value;
  }
  void u16(uint16_t value) {
    if (take(2)) store_u16(&buffer_[at_ - 2], value);
  }
  void u32(uint32_t value) {
    if (take(4)) store_u32(&buffer_[at_ - 4], value);
  }
  void u64(uint64_t value) {
    if (take(8)) store_u64(&buffer_[at_ - 8], value);
  }
  void bytes(Bytes octets) {
    if (take(octets.size()) && !octets.empty())
      std::memcpy(&buffer_[at_ - octets.size()], octets.data(), octets.size());
  }
  /// Overwrites two octets already written, for lengths known afterwards.
  void patch_u16(size_t at, uint16_t value) {
    if (ok_ && at + 2 <= at_) store_u16(&buffer_[at], value);
  }
  void rewind(size_t position) {
    at_ = position;
    ok_ = true;
  }

  bool ok() const { return ok_; }
  size_t position() const { return at_; }
  size_t remaining() const { return buffer_.size() - at_; }
  MutableBytes written() const { return buffer_.first(at_); }

 private:
  bool take(size_t count) {
    if (!ok_ || count > remaining()) return ok_ = false;
    at_ += count;
    return true;
  }

  MutableBytes buffer_;
  size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace weir
