// One JSON object a line with dotted keys, lists joined by `|` and `-` for what is empty: the shape
// that DNS-collector's users have in their indices. weir's own fields stand under `weir.` only.
//
// Names and rdata are in presentation form, so control octets and non-ASCII are \DDD and no name
// can break a line; a `|` inside a list is written \124, which presentation form reads back as `|`.
#include <memory>
#include <string>

#include "flow/encoder.h"
#include "flow/text.h"
#include "flow/wire/dnstap_policy.h"
#include "proto/dns/rdata.h"

namespace weir::flow {
namespace {

/// Appends `"key":` and a value, with the comma in front where one belongs.
class Line {
 public:
  explicit Line(std::string& out) : out_(out) { out_.push_back('{'); }

  std::string& key(std::string_view name) {
    if (!first_) out_.push_back(',');
    first_ = false;
    out_.push_back('"');
    out_ += name;
    out_ += "\":";
    return out_;
  }
  template <std::integral Number>
  void number(std::string_view name, Number value) {
    append_number(key(name), value);
  }
  void truth(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
  /// A word of ours: nothing in it needs escaping.
  void word(std::string_view name, std::string_view value) {
    std::string& out = key(name);
    out.push_back('"');
    out += value.empty() ? "-" : value;
    out.push_back('"');
  }
  /// A text of strangers.
  void text(std::string_view name, std::string_view value) {
    std::string& out = key(name);
    out.push_back('"');
    if (value.empty()) out.push_back('-');
    append_json_escaped(out, value);
    out.push_back('"');
  }
  void end() { out_ += "}\n"; }

 private:
  std::string& out_;
  bool first_ = true;
};

/// One value of a joined list.
void append_item(std::string& list, std::string_view item) {
  if (!list.empty()) list.push_back('|');
  for (const char c : item) {
    if (c == '|') {
      list += "\\124";
    } else {
      list.push_back(c);
    }
  }
}

void append_item(std::string& list, uint32_t item) {
  if (!list.empty()) list.push_back('|');
  append_number(list, item);
}

/// Five lists of a section, kept between records so that their memory is.
struct Lists {
  std::string names, types, classes, ttls, rdatas, scratch;

  size_t size() const {
    return names.size() + types.size() + classes.size() + ttls.size() + rdatas.size();
  }
  void clear() {
    for (std::string* list : {&names, &types, &classes, &ttls, &rdatas}) list->clear();
  }
  void add(const dns::Record& record) {
    scratch.clear();
    append_name(scratch, record.owner.expand().wire());
    append_item(names, scratch);
    append_item(types, dns::to_text(record.type));
    append_item(classes, dns::to_text(record.klass));
    append_item(ttls, record.ttl);
    append_item(rdatas, dns::rdata_to_text(record));
  }
};

class FlatJson final : public Encoder {
 public:
  FlatJson(std::string_view identity, std::string_view version)
      : identity_(identity), version_(version) {}

  void encode(const model::Observation& observation, std::string& out) override {
    Line line(out);
    const Bytes octets = observation.message();
    const auto message = dns::Message::parse_prefix(octets);
    dnstap(line, observation);
    network(line, observation);
    header(line, observation, octets.size());
    sections(line, message);
    edns(line, message);
    own(line, observation);
    line.end();
  }

 private:
  using Parsed = Result<dns::Message, dns::Malformed>;

  void dnstap(Line& line, const model::Observation& observation) {
    const model::DnstapExtras* extras = observation.dnstap;
    line.word("dnstap.operation", model::to_text(observation.type));
    const bool named = extras != nullptr && !extras->identity.empty();
    line.text("dnstap.identity", named ? as_text(extras->identity) : identity_);
    const bool versioned = extras != nullptr && !extras->version.empty();
    line.text("dnstap.version", versioned ? as_text(extras->version) : version_);
    line.text("dnstap.extra", extras != nullptr ? as_text(extras->extra) : "");
    scratch_.clear();
    if (extras != nullptr) append_name(scratch_, extras->query_zone);
    line.text("dnstap.query-zone", scratch_);
    const PolicyWords policy = policy_words(extras);
    line.text("dnstap.policy-type", policy.type);
    line.text("dnstap.policy-rule", policy.rule);
    line.text("dnstap.policy-action", policy.action);
    line.text("dnstap.policy-match", policy.match);
    line.text("dnstap.policy-value", policy.value);
    line.text("dnstap.http-protocol", http_protocol_word(extras));
    scratch_.clear();
    append_time(scratch_, observation.time());
    line.word("dnstap.timestamp-rfc3339ns", scratch_);
    latency(line, observation);
  }

  void latency(Line& line, const model::Observation& observation) {
    const Duration latency = observation.latency().value_or(Duration::zero());
    append_seconds(line.key("dnstap.latency"), latency);
    line.number("dnstap.latency_ms", latency.count() / 1'000'000);
  }

  void network(Line& line, const model::Observation& observation) {
    const auto& known =
        observation.query_endpoint ? observation.query_endpoint : observation.response_endpoint;
    line.word("network.family", !known ? "-" : known->address.is_v6() ? "IPv6" : "IPv4");
    line.word("network.protocol", model::to_text(observation.protocol));
    endpoint(line, "network.query-ip", "network.query-port", observation.query_endpoint);
    endpoint(line, "network.response-ip", "network.response-port", observation.response_endpoint);
    line.truth("network.ip-defragmented", observation.defragmented);
    line.truth("network.tcp-reassembled", observation.reassembled);
  }

  void endpoint(Line& line, std::string_view ip, std::string_view port,
                const std::optional<Endpoint>& endpoint) {
    scratch_.clear();
    if (endpoint) append_address(scratch_, endpoint->address);
    line.word(ip, scratch_);
    scratch_.clear();
    if (endpoint) append_number(scratch_, endpoint->port);
    line.word(port, scratch_);
  }

  void header(Line& line, const model::Observation& observation, size_t length) {
    const dns::Header& header = observation.header;
    line.number("dns.id", header.id);
    line.number("dns.opcode", static_cast<unsigned>(header.opcode()));
    line.number("dns.length", length);
    line.number("dns.qdcount", header.counts[0]);
    line.number("dns.ancount", header.counts[1]);
    line.number("dns.nscount", header.counts[2]);
    line.number("dns.arcount", header.counts[3]);
    scratch_.clear();
    append_name(scratch_, observation.qname);
    line.text("dns.qname", scratch_);
    const bool asked = !observation.qname.empty();
    line.word("dns.qtype", asked ? dns::to_text(observation.qtype) : "-");
    line.word("dns.qclass", asked ? dns::to_text(observation.qclass) : "-");
    line.word("dns.rcode", dns::to_text(observation.rcode));
    line.truth("dns.flags.qr", header.is_response());
    line.truth("dns.flags.tc", header.has(dns::flag::kTc));
    line.truth("dns.flags.aa", header.has(dns::flag::kAa));
    line.truth("dns.flags.ra", header.has(dns::flag::kRa));
    line.truth("dns.flags.ad", header.has(dns::flag::kAd));
    line.truth("dns.flags.rd", header.has(dns::flag::kRd));
    line.truth("dns.flags.cd", header.has(dns::flag::kCd));
    line.truth("dns.malformed-packet", observation.malformed.code != dns::MalformedCode::kNone);
  }

  void sections(Line& line, const Parsed& message) {
    written_ = left_out_ = 0;
    section(line, message, dns::Section::kAnswer,
            {"dns.resource-records.an.names", "dns.resource-records.an.rdatatypes",
             "dns.resource-records.an.classes", "dns.resource-records.an.ttls",
             "dns.resource-records.an.rdatas"});
    section(line, message, dns::Section::kAuthority,
            {"dns.resource-records.ns.names", "dns.resource-records.ns.rdatatypes",
             "dns.resource-records.ns.classes", "dns.resource-records.ns.ttls",
             "dns.resource-records.ns.rdatas"});
    section(line, message, dns::Section::kAdditional,
            {"dns.resource-records.ar.names", "dns.resource-records.ar.rdatatypes",
             "dns.resource-records.ar.classes", "dns.resource-records.ar.ttls",
             "dns.resource-records.ar.rdatas"});
  }

  struct SectionKeys {
    std::string_view names, types, classes, ttls, rdatas;
  };
  void section(Line& line, const Parsed& message, dns::Section which, const SectionKeys& keys) {
    lists_.clear();
    if (message)
      for (const dns::Record& record : message->section(which)) {
        if (record.type == dns::Type::kOpt) continue;
        if (written_ + lists_.size() < kMostRecordText)
          lists_.add(record);
        else
          ++left_out_;
      }
    written_ += lists_.size();
    line.text(keys.names, lists_.names);
    line.word(keys.types, lists_.types);
    line.word(keys.classes, lists_.classes);
    line.word(keys.ttls, lists_.ttls);
    line.text(keys.rdatas, lists_.rdatas);
  }

  void edns(Line& line, const Parsed& message) {
    const dns::Edns none;
    const dns::Edns& edns = message && message->edns() ? *message->edns() : none;
    lists_.clear();
    size_t count = 0;
    Bytes options = edns.options;
    for (auto option = dns::next_option(options); option; option = dns::next_option(options)) {
      ++count;
      append_item(lists_.ttls, static_cast<uint32_t>(option->code));
      append_item(lists_.names, dns::to_text(option->code));
      append_item(lists_.rdatas, option->data.empty() ? "-" : to_hex(option->data));
    }
    line.number("edns.udp-size", edns.udp_size);
    line.number("edns.rcode", edns.extended_rcode);
    line.number("edns.version", edns.version);
    line.truth("edns.dnssec-ok", edns.dnssec_ok);
    line.number("edns.optionscount", count);
    line.word("edns.options.codes", lists_.ttls);
    line.word("edns.options.names", lists_.names);
    line.word("edns.options.datas", lists_.rdatas);
  }

  void own(Line& line, const model::Observation& observation) {
    line.word("weir.source", model::to_text(observation.source));
    line.number("weir.sequence", observation.sequence);
    line.word("weir.answer-source", observation.answer_source == model::AnswerSource::kNone
                                        ? "-"
                                        : model::to_text(observation.answer_source));
    line.text("weir.upstream", observation.upstream);
    if (left_out_ > 0) line.number("weir.records-left-out", left_out_);
    if (observation.malformed.code == dns::MalformedCode::kNone) return;
    line.text("weir.malformed", dns::to_text(observation.malformed.code));
    line.number("weir.malformed-offset", observation.malformed.offset);
  }

  const std::string identity_;
  const std::string version_;
  std::string scratch_;
  Lists lists_;
  size_t written_ = 0;   // octets of text of this line's records
  size_t left_out_ = 0;  // records of this line
};

}  // namespace

std::unique_ptr<Encoder> make_flat_json_encoder(std::string_view identity,
                                                std::string_view version) {
  return std::make_unique<FlatJson>(identity, version);
}

}  // namespace weir::flow
