// The syntaxes of lists that have a mark of their own. Each reads a whole line that begins with its
// mark; what they share is in rule_writer.h.
#pragma once

#include <string_view>

#include "names/rule_writer.h"

namespace weir::names {

/// AdGuard and Adblock Plus, as far as it is about names: `||x^`, `@@||x^`, `/regex/`.
bool is_adguard(std::string_view line);
Taken read_adguard(std::string_view line, RuleWriter& out);

/// v2fly, with words of our own: `domain:x @a`, `full:`, `keyword:`, `regexp:`, `include:`; also
/// `suffix:`, `exact:`, `regex:`, and `exclude:` in front of any of them or of a name.
bool is_tagged(std::string_view line);
Taken read_tagged(std::string_view line, RuleWriter& out);

/// dnsmasq: the names in `server=/a/b/…`, `address=`, `local=`, `ipset=` and `nftset=`.
bool is_dnsmasq(std::string_view line);
Taken read_dnsmasq(std::string_view line, RuleWriter& out);

/// RouterOS: an exported static DNS entry, `add name=x match-subdomain=yes type=FWD …`.
bool is_router_os(std::string_view line);
Taken read_router_os(std::string_view line, RuleWriter& out);

/// A line that begins with an address: of a hosts file when names follow, else a network.
bool is_address_line(std::string_view line);
Taken read_address_line(std::string_view line, RuleWriter& out);

}  // namespace weir::names
