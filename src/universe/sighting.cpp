// Reading answers record by record. Views point into one buffer, which is made large enough before
// anything is written into it.
#include "universe/sighting.h"

#include <algorithm>

#include "proto/dns/rdata.h"

namespace weir::universe {
namespace {

/// A TTL with its top bit set means zero (RFC 2181 §8).
uint32_t ttl_of(const dns::Record& record) { return record.ttl >> 31 != 0 ? 0 : record.ttl; }

/// Its type is a guess: packets do not say whose answers they are.
bool is_captured(const model::Observation& observation) {
  return observation.source == model::SourceKind::kCapture ||
         (observation.source == model::SourceKind::kFile && observation.dnstap == nullptr);
}

/// Types that say something about the message, not about their owner (RFC 6895 §3.1).
bool is_data(dns::Type type) {
  const auto number = static_cast<uint16_t>(type);
  return type != dns::Type::kOpt && number != 0 && (number < 128 || number > 255);
}

}  // namespace

std::string_view to_text(Unseen why) {
  switch (why) {
    case Unseen::kType: return "type";
    case Unseen::kMalformed: return "malformed";
    case Unseen::kFailed: return "failed";
    case Unseen::kTtl: return "ttl";
    case Unseen::kTooMany: return "too_many";
  }
  return "unknown";
}

SightingReader::SightingReader(SightingSettings settings, uint64_t seed)
    : settings_(std::move(settings)), answerers_(seed) {}

const std::vector<Sighting>& SightingReader::read(const model::Observation& observation) {
  sightings_.clear();
  octets_.clear();
  if (is_captured(observation)) answerers_.see(observation);
  if (const auto why = take(observation)) count(*why);
  return sightings_;
}

Told SightingReader::told(const model::Observation& observation) const {
  switch (observation.type) {
    case model::MessageType::kResolverResponse:
    case model::MessageType::kForwarderResponse: return Told::kResolver;
    default: break;
  }
  return is_captured(observation) && answerers_.went_to_resolver(observation) ? Told::kResolver
                                                                              : Told::kClient;
}

std::optional<Unseen> SightingReader::take(const model::Observation& observation) {
  if (std::ranges::find(settings_.types, observation.type) == settings_.types.end())
    return Unseen::kType;
  const auto message = dns::Message::parse(observation.response_message);
  if (!message || !message->header().is_response()) return Unseen::kMalformed;
  if (message->rcode() != dns::Rcode::kNoError || message->header().opcode() != dns::Opcode::kQuery)
    return Unseen::kFailed;
  const Told whom = told(observation);
  size_t looked_at = 0;
  for (const dns::Record& record : message->answers()) {
    if (looked_at++ == kMostRecords) {
      count(Unseen::kTooMany);
      break;
    }
    if (const auto why = take(record, observation.time(), whom)) count(*why);
  }
  // The buffer does not move any more: what was noted as sizes becomes views.
  const uint8_t* next = octets_.data();
  for (Sighting& sighting : sightings_) {
    sighting.name = {next, sighting.name.size()};
    next += sighting.name.size();
    sighting.rdata = {next, sighting.rdata.size()};
    next += sighting.rdata.size();
  }
  return std::nullopt;
}

std::optional<Unseen> SightingReader::take(const dns::Record& record, WallTime at, Told told) {
  if (!is_data(record.type)) return std::nullopt;
  const uint32_t ttl = ttl_of(record);
  if (settings_.ttl_above && ttl <= *settings_.ttl_above) return Unseen::kTtl;
  if (settings_.ttl_below && ttl >= *settings_.ttl_below) return Unseen::kTtl;
  const dns::Name owner = record.owner.expand().folded();
  octets_.insert(octets_.end(), owner.wire().begin(), owner.wire().end());
  const size_t begin = octets_.size();
  dns::append_canonical_rdata(record, octets_);
  // The views have their sizes only; see above.
  sightings_.push_back({.name = {octets_.data(), owner.size_octets()},
                        .type = record.type,
                        .klass = record.klass,
                        .ttl = ttl,
                        .rdata = {octets_.data(), octets_.size() - begin},
                        .at = at,
                        .told = told});
  return std::nullopt;
}

}  // namespace weir::universe
