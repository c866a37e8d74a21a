// How TLS towards others is written in TOML.
#include "app/settings/tls.h"

#include <fmt/format.h>

#include <utility>

#include "edge/upstream_address.h"

namespace weir::app {

using config::Report;
using config::Table;
using flow::TlsAskingSettings;

Table<TlsAskingSettings> tls_asking_table(std::string doc) {
  Table<TlsAskingSettings> table(std::move(doc));
  table.text("subject_name", &TlsAskingSettings::subject_name,
             {.fallback = "",
              .most = "253",
              .doc = "The name their certificate must carry; empty means the name or address that "
                     "is dialled."});
  table.text("ca_file", &TlsAskingSettings::ca_file,
             {.fallback = "",
              .most = "4095",
              .doc = "A PEM file of certificates to trust instead of the system's."});
  table.text("pins", &TlsAskingSettings::pins,
             {.fallback = "[]",
              .most = "128",
              .doc = "SHA-256 digests of public keys, in hexadecimal or base64, one of which the "
                     "certificate must have (RFC 7858)."});
  table.boolean("pins_only", &TlsAskingSettings::pins_only,
                {.fallback = "false",
                 .doc = "With pins: trust the key alone, without a chain of certificates."});
  table.text("certificate", &TlsAskingSettings::certificate,
             {.fallback = "",
              .most = "4095",
              .doc = "A PEM file with the certificate that weir shows where one is asked for."});
  table.text("key", &TlsAskingSettings::key,
             {.fallback = "", .most = "4095", .doc = "A PEM file with its private key."});
  table.check([](const TlsAskingSettings& tls, Report& report) {
    if (tls.pins_only && tls.pins.empty())
      report.wrong("pins_only", "is true without pins", "at least one pin");
    for (size_t i = 0; i < tls.pins.size(); ++i)
      if (const auto pin = edge::parse_pin(tls.pins[i]); !pin)
        report.wrong("pins", fmt::format("has a bad entry {}: {}", i + 1, pin.error().what));
    if (tls.certificate.empty() != tls.key.empty())
      report.wrong("certificate", "and key go together", "both, or neither");
  });
  return table;
}

}  // namespace weir::app
