// The fields of record data that no letter of a format describes: SvcParams (svc_params.cpp), and
// locations, address prefixes and host identities (rdata_odd.cpp). Each is checked, printed and
// parsed.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::dns {

/// SvcParams (RFC 9460 §2.2): keys ascending, every value well formed, mandatory keys present.
bool are_svc_params(Bytes octets);
/// `key=value` for each, spaces between.
void print_svc_params(std::string& text, Bytes octets);
/// A key and its value, the latter unescaped (RFC 9460 §2.1), as `{u16 key, u16 length, value}`.
Result<Octets> parse_svc_param(std::string_view token);

/// LOC (RFC 1876 §2): sixteen octets of version 0, angles and sizes in range.
bool is_location(Bytes octets);
void print_location(std::string& text, Bytes octets);
Result<Octets> parse_location(std::string_view text);

/// The octets of the first APL item (RFC 3123 §4); 0 when it is wrong.
size_t apl_item_size(Bytes octets);
void print_apl_item(std::string& text, Bytes item);
Result<Octets> parse_apl_item(std::string_view token);

/// The octets of a HIP record before its rendezvous servers; 0 when they are wrong.
size_t hip_head_size(Bytes octets);
void print_hip_head(std::string& text, Bytes head);

}  // namespace weir::dns
