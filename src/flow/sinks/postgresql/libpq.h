// libpq, loaded when a sink first wants it: a weir that writes into no database neither needs it
// nor has the eighteen libraries that come with it (GSSAPI, LDAP, GnuTLS) in its process.
#pragma once

#include "base/result.h"

namespace weir::flow::postgresql {

/// Before the first call of any PQ… function; does nothing when it is loaded already. The error
/// says what is to be installed.
Status load_libpq();

}  // namespace weir::flow::postgresql
