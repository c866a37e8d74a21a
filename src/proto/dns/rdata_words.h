// Words that stand for numbers in record data, shared by printing and parsing.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::dns {

/// Types of certificates (RFC 4398 §2.1).
struct CertificateType {
  uint16_t number;
  std::string_view text;
};
inline constexpr CertificateType kCertificateTypes[] = {
    {1, "PKIX"}, {2, "SPKI"},   {3, "PGP"},     {4, "IPKIX"}, {5, "ISPKI"},
    {6, "IPGP"}, {7, "ACPKIX"}, {8, "IACPKIX"}, {253, "URI"}, {254, "OID"},
};

}  // namespace weir::dns
