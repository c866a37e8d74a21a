// The keys that say how TLS towards others is spoken, wherever weir connects out.
#pragma once

#include <string>

#include "config/table.h"
#include "flow/settings.h"

namespace weir::app {

config::Table<flow::TlsAskingSettings> tls_asking_table(std::string doc);

}  // namespace weir::app
