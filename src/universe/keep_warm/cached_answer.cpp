// The question as the cache has it, and the least TTL.
#include "universe/keep_warm/cached_answer.h"

#include <algorithm>

#include "proto/dns/message.h"

namespace weir::universe {

std::optional<CachedAnswer> read_cached_answer(const model::Observation& response) {
  const auto message = dns::Message::parse(response.response_message);
  if (!message || !message->question() || message->rcode() != dns::Rcode::kNoError ||
      message->header().has(dns::flag::kTc))
    return std::nullopt;
  const auto& question = *message->question();
  CachedAnswer answer{.target = {.name = question.name.expand().folded(),
                                 .type = question.type,
                                 .klass = question.klass,
                                 .dnssec_ok = message->edns() && message->edns()->dnssec_ok,
                                 .checking_disabled = message->header().has(dns::flag::kCd)},
                      .ttl = INT32_MAX,
                      .records = message->header().counts[1]};
  bool is_positive = false;
  for (const dns::Section section :
       {dns::Section::kAnswer, dns::Section::kAuthority, dns::Section::kAdditional})
    for (const dns::Record& record : message->section(section)) {
      if (record.type == dns::Type::kOpt) continue;
      if (section == dns::Section::kAnswer && record.type == question.type) is_positive = true;
      answer.ttl = std::min(answer.ttl, record.ttl > INT32_MAX ? 0 : record.ttl);
    }
  return is_positive ? std::optional(answer) : std::nullopt;
}

}  // namespace weir::universe
