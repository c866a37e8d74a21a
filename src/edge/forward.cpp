// Builds the forwarded question.
#include "edge/forward.h"

#include "proto/dns/builder.h"

namespace weir::edge {
namespace {

constexpr size_t kPaddingBlock = 128;

}  // namespace

size_t write_question(const CacheKey& key, bool encrypted, uint16_t udp_payload,
                      MutableBytes buffer) {
  uint16_t flags = dns::flag::kRd | dns::flag::kAd;
  if (key.checking_disabled) flags |= dns::flag::kCd;
  dns::Builder builder(buffer, 0, flags);
  builder.question(dns::Name::from_wire(key.name_octets()), key.type);
  builder.begin_edns(udp_payload, 0, 0, key.dnssec_ok);
  if (encrypted) builder.pad_to(kPaddingBlock);
  builder.end_edns();
  return builder.ok() ? builder.size_octets() : 0;
}

}  // namespace weir::edge
