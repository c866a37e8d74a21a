// Names as lists write them, made into the canonical wire form.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "proto/dns/name.h"

namespace weir::names {

using NameBuffer = std::array<uint8_t, dns::kMaxName>;

/// The folded wire name of `text`: letters, digits, `-` and `_` in labels, any last label, with or
/// without the final dot; beyond ASCII by IDNA 2008 (UTS 46, non-transitional). Nothing for the
/// root and for what is no name. The octets stand in `buffer`.
std::optional<Bytes> to_wire(std::string_view text, NameBuffer& buffer);

/// `www.example.com` of a wire name: what patterns look at. Written into `buffer`.
std::string_view to_plain_text(Bytes wire, std::array<char, dns::kMaxName>& buffer);

}  // namespace weir::names
