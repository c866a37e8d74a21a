// Domain names: at most 255 octets, kept inline, as they came; case is folded where names
// are compared.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::dns {

inline constexpr size_t kMaxName = 255;  // RFC 1035 §2.3.4, in octets, the root label included
inline constexpr size_t kMaxLabel = 63;

/// Upper-case ASCII letters made lower-case; lengths (≤ 63) are no letters, so whole wire names can
/// be folded at once. `out` has room for `in.size()` octets rounded up to eight.
void fold_case(Bytes in, uint8_t* out);

/// Equal but for the case of ASCII letters.
bool equal_folded(Bytes a, Bytes b);

class Name {
 public:
  /// The root.
  Name() { octets_[0] = 0; }
  /// Presentation form (RFC 1035 §5.1: `\.` and `\DDD`), with or without the final dot.
  static Result<Name> parse(std::string_view text);
  /// Uncompressed wire octets that are known to be a whole valid name.
  static Name from_wire(Bytes wire);

  /// Uncompressed wire form, as received.
  Bytes wire() const { return {octets_.data(), size_}; }
  size_t size_octets() const { return size_; }
  bool is_root() const { return size_ == 1; }
  size_t label_count() const;  // the root label does not count
  /// The same name in lower case.
  Name folded() const;
  /// The name without its first label; the root's parent is the root.
  Name parent() const;
  /// True when this name is `ancestor` or below it; case does not matter.
  bool is_within(const Name& ancestor) const;
  /// Presentation form with the final dot; `.` for the root. Octets outside printable ASCII
  /// as \DDD.
  std::string to_text() const;
  /// Of the folded name.
  uint64_t hash(uint64_t seed = 0) const;

  /// Equal when they differ in case only (RFC 4343).
  friend bool operator==(const Name& a, const Name& b);
  /// Canonical order (RFC 4034 §6.1).
  friend std::weak_ordering operator<=>(const Name& a, const Name& b);

 private:
  friend class NameView;
  uint8_t size_ = 1;
  std::array<uint8_t, 255> octets_;
};

/// Wire octets (uncompressed) of a name in presentation form, the final dot as `Name::to_text`.
std::string wire_name_to_text(Bytes wire);

}  // namespace weir::dns
