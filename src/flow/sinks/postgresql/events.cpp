// Field by field, in the order of the columns.
#include "flow/sinks/postgresql/events.h"

#include "flow/sinks/postgresql/connection.h"
#include "flow/text.h"

namespace weir::flow::postgresql {
namespace {

// Addresses of one answer that are kept; more do not fit an ordinary message.
constexpr size_t kMostAddresses = 256;

void add_endpoint(const std::optional<Endpoint>& endpoint, CopyRows& rows) {
  if (!endpoint) {
    rows.null();
    rows.null();
    return;
  }
  rows.inet(endpoint->address);
  rows.int4(endpoint->port);
}

void add_unless_empty(std::string_view text, CopyRows& rows) {
  text.empty() ? rows.null() : rows.text(text);
}

void add_octets(Bytes octets, CopyRows& rows) { octets.empty() ? rows.null() : rows.bytea(octets); }

}  // namespace

std::string event_columns() {
  std::string list;
  for (const Column& column : kEventColumns)
    list += (list.empty() ? "" : ", ") + quote(column.name);
  return list;
}

void EventRows::add(const model::Observation& observation, CopyRows& rows) {
  rows.row(kEventColumns.size());
  rows.timestamptz(observation.time());
  rows.text(model::to_text(observation.type));
  rows.text(model::to_text(observation.source));
  rows.int8(static_cast<int64_t>(observation.sequence));
  const bool has_identity = observation.dnstap != nullptr && !observation.dnstap->identity.empty();
  add_unless_empty(has_identity ? as_text(observation.dnstap->identity) : identity_, rows);
  if (observation.protocol == model::Protocol::kUnknown)
    rows.null();
  else
    rows.text(model::to_text(observation.protocol));
  add_endpoint(observation.query_endpoint, rows);
  add_endpoint(observation.response_endpoint, rows);
  add_question(observation, rows);
  add_outcome(observation, rows);
  add_octets(raw_messages_ ? observation.query_message : Bytes(), rows);
  add_octets(raw_messages_ ? observation.response_message : Bytes(), rows);
  add_answers(observation, rows);
}

void EventRows::add_question(const model::Observation& observation, CopyRows& rows) {
  if (observation.qname.empty()) {
    for (int i = 0; i < 3; ++i) rows.null();
    return;
  }
  name_.clear();
  append_folded_name(name_, observation.qname);
  rows.text(name_);
  rows.text(dns::to_text(observation.qtype));
  rows.text(dns::to_text(observation.qclass));
}

void EventRows::add_outcome(const model::Observation& observation, CopyRows& rows) {
  const dns::Header& header = observation.header;
  rows.text(dns::to_text(header.opcode()));
  const bool is_response = model::is_response(observation.type);
  if (is_response)
    rows.text(dns::to_text(observation.rcode));
  else
    rows.null();
  for (const uint16_t bit : {dns::flag::kAa, dns::flag::kTc, dns::flag::kRd, dns::flag::kRa,
                             dns::flag::kAd, dns::flag::kCd})
    rows.boolean(header.has(bit));
  const auto latency = observation.latency();
  latency ? rows.interval(*latency) : rows.null();
  const bool answered = is_response && observation.answer_source != model::AnswerSource::kNone;
  answered ? rows.text(model::to_text(observation.answer_source)) : rows.null();
  add_unless_empty(observation.upstream, rows);
  rows.int4(static_cast<int32_t>(observation.message().size()));
  if (observation.malformed.code == dns::MalformedCode::kNone)
    rows.null();
  else
    rows.text(dns::to_text(observation.malformed.code));
}

/// How many records the answer has, and the addresses among them.
void EventRows::add_answers(const model::Observation& observation, CopyRows& rows) {
  addresses_.clear();
  const bool is_good = model::is_response(observation.type) &&
                       observation.malformed.code == dns::MalformedCode::kNone;
  const auto message = is_good && observation.header.counts[1] > 0
                           ? dns::Message::parse(observation.message())
                           : Result<dns::Message, dns::Malformed>(
                                 dns::Malformed{dns::MalformedCode::kShortHeader, 0});
  if (message)
    for (const dns::Record& record : message->answers()) {
      if (record.type != dns::Type::kA && record.type != dns::Type::kAaaa) continue;
      if (addresses_.size() == kMostAddresses) break;
      if (const auto address = IpAddress::from_octets(record.rdata)) addresses_.push_back(*address);
    }
  is_good ? rows.int4(observation.header.counts[1]) : rows.null();
  addresses_.empty() ? rows.null() : rows.inet_array(addresses_);
}

}  // namespace weir::flow::postgresql
