// Builds a DNS message into a buffer of the caller: sections in order, names compressed against
// what was written before (RFC 1035 §4.1.4), truncation left to the caller by `ok()`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/wire.h"
#include "proto/dns/message.h"
#include "proto/dns/name.h"

namespace weir::dns {

class Builder {
 public:
  /// Writes a header with zero counts at the front of `buffer`.
  Builder(MutableBytes buffer, uint16_t id, uint16_t flags);

  void question(const Name& name, Type type, Class klass = Class::kIn);
  /// Rdata without names to compress (as they stand in `rdata`).
  void record(Section section, const Name& owner, Type type, Class klass, uint32_t ttl,
              Bytes rdata);
  /// A record of another message. Its owner and the names in its data are written anew, the latter
  /// compressed only in the types of RFC 1035 (RFC 3597 §4). Data that does not fit its type is
  /// copied octet for octet.
  void copy(Section section, const Record& record, uint32_t ttl);
  /// Starts an OPT record; options follow, `end_edns` closes it.
  void begin_edns(uint16_t udp_size, uint8_t extended_rcode, uint8_t version, bool dnssec_ok);
  void option(Option code, Bytes data);
  void extended_error(ExtendedError code, std::string_view text);
  /// Padding (RFC 7830) so that the whole message becomes a multiple of `block` octets.
  void pad_to(size_t block);
  void end_edns();

  /// False when something did not fit; the message is then unusable.
  bool ok() const { return writer_.ok(); }
  size_t size_octets() const { return writer_.position(); }
  /// The finished message.
  MutableBytes message() const { return writer_.written(); }

 private:
  void name(const Name& name, bool compress);
  std::optional<uint16_t> find_target(Bytes suffix, size_t known) const;
  void head(const Name& owner, Type type, uint16_t klass, uint32_t ttl);
  bool copy_fields(const Record& record);
  void count(size_t index);

  WireWriter writer_;
  MutableBytes buffer_;
  std::array<uint16_t, 32> targets_{};  // offsets of labels that pointers may use
  size_t target_count_ = 0;
  size_t edns_length_at_ = 0;  // of the open OPT record's data length
};

}  // namespace weir::dns
