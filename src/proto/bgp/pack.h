// UPDATEs, written: as many prefixes a message as fit (RFC 4271 §4.3, RFC 4760, RFC 8950).
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "proto/bgp/attribute_set.h"
#include "proto/bgp/message.h"
#include "proto/bgp/prefixes.h"

namespace weir::bgp {

/// One message.
struct Packed {
  size_t octets = 0;    // written to the front of the buffer; 0: not even one prefix fits
  size_t prefixes = 0;  // taken from the front of the prefixes
};

/// Announces prefixes of `family` with `attributes`, in a message no larger than `out`, which is as
/// large as was agreed on. IPv4 goes through the IPv4 next hop where there is one, else as RFC 8950
/// has it through the IPv6 one. The set has a next hop that fits.
Packed pack_announcement(Family family, const AttributeSet& attributes,
                         std::span<const Prefix> prefixes, MutableBytes out);

/// Withdraws prefixes of `family`.
Packed pack_withdrawal(Family family, std::span<const Prefix> prefixes, MutableBytes out);

/// The mark that says that all routes of `family` have been sent (RFC 4724 §2).
Octets end_of_rib(Family family);

}  // namespace weir::bgp
