// A table without chains: an address that is forgotten is learnt again from its next answer.
#include "universe/answerers.h"

#include "base/hash.h"

namespace weir::universe {
namespace {

bool is_loopback(const IpAddress& address) {
  const IpAddress plain = address.unmapped();
  return plain.is_v4() ? plain.octets()[0] == 127 : plain == *IpAddress::parse("::1");
}

}  // namespace

IpAddress& Answerers::place(const IpAddress& address) {
  return addresses_[hash64(address.octets(), seed_) % kPlaces];
}

const IpAddress& Answerers::place(const IpAddress& address) const {
  return addresses_[hash64(address.octets(), seed_) % kPlaces];
}

void Answerers::see(const model::Observation& observation) {
  if (!observation.response_endpoint || !observation.header.has(dns::flag::kRd)) return;
  const IpAddress& address = observation.response_endpoint->address;
  place(address) = address;
}

bool Answerers::went_to_resolver(const model::Observation& response) const {
  if (!response.header.has(dns::flag::kRd)) return true;
  if (!response.query_endpoint) return false;
  const IpAddress& address = response.query_endpoint->address;
  return place(address) == address && !is_loopback(address);
}

}  // namespace weir::universe
