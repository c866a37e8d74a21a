// The access list and the checks every query must pass. Nothing malformed goes further than this
// file.
#include "edge/gate.h"

#include <algorithm>

namespace weir::edge {
namespace {

constexpr size_t kMostOptions = 16;  // EDNS options in one query; more is linear work for nothing
constexpr size_t kLargestQuery = 4096;  // octets, over any transport

GateVerdict refuse(dns::Rcode rcode, std::string_view text = {},
                   dns::ExtendedError why = dns::ExtendedError::kOther) {
  return {Passage::kRefuse, {}, {rcode, why, text}, {}};
}

GateVerdict drop(DropReason reason) { return {Passage::kDrop, reason, {}, {}}; }

size_t count_options(const dns::Edns& edns) {
  size_t count = 0;
  for (Bytes options = edns.options; dns::next_option(options); ++count) {
  }
  return count;
}

/// A question's name has nothing before it that a pointer could mean.
bool keep_question(const dns::Question& asked, Bytes message, Query& query) {
  size_t at = dns::kHeaderSize;
  for (; message[at] != 0; at += message[at] + size_t{1})
    if (message[at] > dns::kMaxLabel) return false;
  const size_t size = asked.end - dns::kHeaderSize;
  std::memcpy(query.question.data(), message.data() + dns::kHeaderSize, size);
  query.question_size = static_cast<uint16_t>(size);
  query.type = asked.type;
  query.klass = asked.klass;
  return true;
}

bool is_meta_type(dns::Type type) {
  const auto number = static_cast<uint16_t>(type);
  return type == dns::Type::kOpt || number == 0 || (number >= 128 && number < 255);
}

}  // namespace

std::string_view to_text(DropReason reason) {
  constexpr std::string_view kWords[kDropReasons] = {"acl", "short_header", "is_response"};
  return kWords[static_cast<size_t>(reason)];
}

bool Gate::admits(const IpAddress& client) const {
  const IpAddress plain = client.unmapped();
  return std::ranges::any_of(settings_->allow,
                             [&](const Prefix& prefix) { return prefix.contains(plain); });
}

GateVerdict Gate::examine(const Arrival& arrival, Query& query) const {
  query.client = arrival.client;
  query.server = arrival.server;
  query.way_back = arrival.way_back;
  query.protocol = arrival.protocol;
  return read(arrival, query);
}

GateVerdict Gate::read(const Arrival& arrival, Query& query) const {
  const auto header = dns::Header::read(arrival.octets);
  if (!header) return drop(DropReason::kShortHeader);
  if (header->is_response()) return drop(DropReason::kIsResponse);
  query.id = header->id;
  query.flags = header->flags;
  if (!admits(arrival.client.address)) {
    if (!settings_->refuse_with_rcode) return drop(DropReason::kAcl);
    return refuse(dns::Rcode::kRefused, "not allowed by the access list",
                  dns::ExtendedError::kProhibited);
  }
  if (header->opcode() != dns::Opcode::kQuery) return refuse(dns::Rcode::kNotImp);
  if (header->counts[0] != 1 || header->counts[1] != 0 || header->counts[2] != 0)
    return refuse(dns::Rcode::kFormErr);
  if (arrival.octets.size() > kLargestQuery) return refuse(dns::Rcode::kFormErr);
  const auto message = dns::Message::parse(arrival.octets);
  if (!message) return {Passage::kRefuse, {}, {dns::Rcode::kFormErr, {}, {}}, message.error()};
  if (!keep_question(*message->question(), arrival.octets, query))
    return refuse(dns::Rcode::kFormErr);

  if (const auto& edns = message->edns()) {
    query.edns = true;
    query.dnssec_ok = edns->dnssec_ok;
    query.payload = std::max<uint16_t>(edns->udp_size, 512);
    if (edns->version > 0) return refuse(dns::Rcode::kBadVers);
    if (count_options(*edns) > kMostOptions) return refuse(dns::Rcode::kFormErr);
    query.keepalive = !query.is_datagram() && dns::find_option(*edns, dns::Option::kTcpKeepalive);
  }
  if (query.klass != dns::Class::kIn) return refuse(dns::Rcode::kRefused);
  if (query.type == dns::Type::kAny) return {Passage::kMinimalAny, {}, {}, {}};
  if (is_meta_type(query.type)) return refuse(dns::Rcode::kNotImp);
  if (!header->has(dns::flag::kRd))
    return refuse(dns::Rcode::kRefused, "recursion must be desired",
                  dns::ExtendedError::kProhibited);
  return {};
}

}  // namespace weir::edge
