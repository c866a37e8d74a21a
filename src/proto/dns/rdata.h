// Record data between wire and presentation, for every type a resolver sees; others by
// RFC 3597 (\#).
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "proto/dns/message.h"

namespace weir::dns {

/// Presentation form of a record's data, as dig prints it. Malformed data gives the RFC 3597 form
/// and sets `*malformed` (may be null). Names are expanded, in their own case, with the final dot.
std::string rdata_to_text(const Record& record, bool* malformed = nullptr);

/// Wire form (uncompressed) of presentation text; the error says which field, and what was
/// expected.
Result<Octets> rdata_from_text(Type type, std::string_view text);

/// True when the rdata is well formed for its type, names in it included.
bool rdata_is_valid(const Record& record);

/// Appends a record's data with the names in it whole and in lower case, so that equal data has
/// equal octets (RFC 4034 §6.2, for every type that is known to hold names). False, and the data is
/// appended as it stands, when it does not fit its type.
bool append_canonical_rdata(const Record& record, Octets& out);

}  // namespace weir::dns
