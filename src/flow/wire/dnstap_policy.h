// What a resolver's policy did to a message, in words: of the Policy that came in a dnstap frame,
// and back into one.
#pragma once

#include <string>
#include <string_view>

#include "model/observation.h"

namespace weir::flow {

/// Views of the observation's frame, but for `value`. All empty without a policy, or if it is
/// malformed.
struct PolicyWords {
  std::string_view type;    // `RPZ`
  std::string_view rule;    // as the resolver names it
  std::string_view action;  // `NXDOMAIN`
  std::string_view match;   // `QNAME`
  std::string value;        // the name or address that matched
};
PolicyWords policy_words(const model::DnstapExtras* extras);
/// The inverse; nothing of no words. A word that is none is left out.
void append_policy(const PolicyWords& words, Octets& out);

/// `HTTP2`; empty for DNS that did not come over HTTP.
std::string_view http_protocol_word(const model::DnstapExtras* extras);

}  // namespace weir::flow
