// Reading answers: three passes over few records, each bounded.
#include "route/answer.h"

#include <algorithm>

#include "base/wire.h"

namespace weir::route {
namespace {

constexpr uint16_t kIpv4Hint = 4;  // SvcParamKeys, RFC 9460 §14.3.2
constexpr uint16_t kIpv6Hint = 6;

bool is_address(dns::Type type) { return type == dns::Type::kA || type == dns::Type::kAaaa; }
bool is_service(dns::Type type) { return type == dns::Type::kHttps || type == dns::Type::kSvcb; }

/// A TTL with its top bit set means zero (RFC 2181 §8).
uint32_t ttl_of(const dns::Record& record) { return record.ttl >> 31 != 0 ? 0 : record.ttl; }

/// Calls `look(record)` for the answer records of class IN among the first kMostRecords; false
/// when there are more.
template <typename Look>
bool each_record(const dns::Message& message, Look look) {
  size_t seen = 0;
  for (const dns::Record& record : message.answers()) {
    if (seen++ == kMostRecords) return false;
    if (record.klass == dns::Class::kIn) look(record);
  }
  return true;
}

}  // namespace

std::string_view to_text(Unusable why) {
  switch (why) {
    case Unusable::kType: return "type";
    case Unusable::kMalformed: return "malformed";
    case Unusable::kFailed: return "failed";
    case Unusable::kClass: return "class";
    case Unusable::kEmpty: return "empty";
  }
  return "unknown";
}

AnswerReader::AnswerReader(AnswerSettings settings) : settings_(std::move(settings)) {}

const Answer* AnswerReader::read(const model::Observation& observation) {
  cut_ = false;
  const auto why = take(observation);
  if (cut_) cut_short_.add();
  if (!why) return &answer_;
  unusable_[static_cast<size_t>(*why)].add();
  return nullptr;
}

std::optional<Unusable> AnswerReader::take(const model::Observation& observation) {
  if (std::ranges::find(settings_.types, observation.type) == settings_.types.end())
    return Unusable::kType;
  const auto message = dns::Message::parse(observation.response_message);
  if (!message || !message->header().is_response() || !message->question())
    return Unusable::kMalformed;
  if (message->rcode() != dns::Rcode::kNoError || message->header().opcode() != dns::Opcode::kQuery)
    return Unusable::kFailed;
  if (message->question()->klass != dns::Class::kIn) return Unusable::kClass;
  follow_aliases(*message);
  collect_addresses(*message);
  if (answer_.addresses.empty()) return Unusable::kEmpty;
  return std::nullopt;
}

void AnswerReader::follow_aliases(const dns::Message& message) {
  aliases_.clear();
  each_record(message, [&](const dns::Record& record) {
    if (record.type != dns::Type::kCname) return;
    if (aliases_.size() == kMostChain) {
      cut_ = true;
      return;
    }
    const dns::NameView target(record.message, record.rdata_offset);
    if (dns::check_name(record.message, record.rdata_offset))
      aliases_.push_back({record.owner.expand(), target.expand().folded()});
  });
  answer_.chain.assign(1, message.question()->name.expand().folded());
  // One alias a name (RFC 1034 §3.6.2): the first counts. A loop ends with the bound.
  for (;;) {
    const auto next = std::ranges::find(aliases_, answer_.chain.back(), &Alias::owner);
    if (next == aliases_.end()) return;
    if (answer_.chain.size() == kMostChain) break;
    answer_.chain.push_back(next->target);
  }
  cut_ = true;
}

void AnswerReader::collect_addresses(const dns::Message& message) {
  answer_.addresses.clear();
  const bool whole = each_record(message, [&](const dns::Record& record) {
    const bool wanted = is_address(record.type) || (settings_.hints && is_service(record.type));
    if (wanted && record.owner.expand() == answer_.chain.back()) take_record(record);
  });
  if (!whole) cut_ = true;
}

void AnswerReader::take_record(const dns::Record& record) {
  if (is_service(record.type)) return take_hints(record);
  const size_t size = record.type == dns::Type::kA ? 4 : 16;
  if (record.rdata.size() == size) add(record.rdata, ttl_of(record));
}

/// SvcPriority, TargetName (never compressed), SvcParams (RFC 9460 §2.2). Data that is cut off
/// gives what stands before the cut.
void AnswerReader::take_hints(const dns::Record& record) {
  WireReader reader(record.rdata);
  if (reader.u16() == 0) return;  // AliasMode has no parameters
  for (uint8_t label = reader.u8(); label != 0; label = reader.u8()) reader.skip(label);
  while (reader.ok() && !reader.at_end()) {
    const uint16_t key = reader.u16();
    Bytes value = reader.bytes(reader.u16());
    const size_t size = key == kIpv4Hint ? 4 : key == kIpv6Hint ? 16 : 0;
    for (; size != 0 && value.size() >= size; value = value.subspan(size))
      add(value.first(size), ttl_of(record));
  }
}

void AnswerReader::add(Bytes octets, uint32_t ttl) {
  const IpAddress address = *IpAddress::from_octets(octets);
  if (std::ranges::any_of(settings_.nat64,
                          [&](const Prefix& made_up) { return made_up.contains(address); }))
    return;
  const auto known = std::ranges::find(answer_.addresses, address, &AnswerAddress::address);
  if (known != answer_.addresses.end()) {
    known->ttl = std::max(known->ttl, ttl);
  } else if (answer_.addresses.size() == kMostAddresses) {
    cut_ = true;
  } else {
    answer_.addresses.push_back({address, ttl});
  }
}

}  // namespace weir::route
