// One nested JSON object a line: the same nouns as the flat form, with objects and lists.
#include <algorithm>
#include <memory>
#include <string>

#include "flow/encoder.h"
#include "flow/text.h"
#include "flow/wire/dnstap_policy.h"
#include "proto/dns/rdata.h"

namespace weir::flow {
namespace {

class Json final : public Encoder {
 public:
  Json(std::string_view identity, std::string_view version)
      : identity_(identity), version_(version) {}

  void encode(const model::Observation& observation, std::string& out) override {
    out_ = &out;
    begin_ = out.size();
    left_out_ = 0;
    const auto message = dns::Message::parse_prefix(observation.message());
    out += "{\"dnstap\":{";
    dnstap(observation);
    out += "},\"network\":{";
    network(observation);
    out += "},\"dns\":{";
    header(observation);
    out += ",\"resource-records\":{\"an\":[";
    if (message) records(*message, dns::Section::kAnswer);
    out += "],\"ns\":[";
    if (message) records(*message, dns::Section::kAuthority);
    out += "],\"ar\":[";
    if (message) records(*message, dns::Section::kAdditional);
    out += "]}}";
    if (message && message->edns()) edns(*message->edns());
    out += ",\"weir\":{";
    own(observation);
    out += "}}\n";
  }

 private:
  bool is_first() const { return out_->back() == '{' || out_->back() == '['; }
  void separate() {
    if (!is_first()) out_->push_back(',');
  }
  std::string& key(std::string_view name) {
    std::string& out = *out_;
    const bool first = is_first();
    const size_t at = out.size();
    out.resize(at + name.size() + (first ? 3 : 4));
    char* to = out.data() + at;
    if (!first) *to++ = ',';
    *to++ = '"';
    to = std::copy(name.begin(), name.end(), to);
    *to++ = '"';
    *to = ':';
    return out;
  }
  template <std::integral Number>
  void number(std::string_view name, Number value) {
    append_number(key(name), value);
  }
  void truth(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
  void text(std::string_view name, std::string_view value) {
    std::string& out = key(name);
    out.push_back('"');
    append_json_escaped(out, value);
    out.push_back('"');
  }

  void dnstap(const model::Observation& observation) {
    const model::DnstapExtras none;
    const model::DnstapExtras& extras = observation.dnstap ? *observation.dnstap : none;
    text("operation", model::to_text(observation.type));
    text("identity", extras.identity.empty() ? identity_ : as_text(extras.identity));
    text("version", extras.version.empty() ? version_ : as_text(extras.version));
    if (!extras.extra.empty()) text("extra", as_text(extras.extra));
    if (!extras.query_zone.empty()) name("query-zone", extras.query_zone);
    if (!extras.policy.empty()) policy(policy_words(&extras));
    if (extras.http_protocol != 0) text("http-protocol", http_protocol_word(&extras));
    scratch_.clear();
    append_time(scratch_, observation.time());
    text("timestamp-rfc3339ns", scratch_);
    if (const auto latency = observation.latency()) append_seconds(key("latency"), *latency);
  }

  void policy(const PolicyWords& words) {
    key("policy") += "{";
    text("type", words.type);
    text("rule", words.rule);
    text("action", words.action);
    text("match", words.match);
    text("value", words.value);
    out_->push_back('}');
  }

  void name(std::string_view key, Bytes wire) {
    scratch_.clear();
    append_name(scratch_, wire);
    text(key, scratch_);
  }

  void network(const model::Observation& observation) {
    const auto& known =
        observation.query_endpoint ? observation.query_endpoint : observation.response_endpoint;
    if (known) text("family", known->address.is_v6() ? "IPv6" : "IPv4");
    text("protocol", model::to_text(observation.protocol));
    endpoint("query-ip", "query-port", observation.query_endpoint);
    endpoint("response-ip", "response-port", observation.response_endpoint);
    truth("ip-defragmented", observation.defragmented);
    truth("tcp-reassembled", observation.reassembled);
  }

  void endpoint(std::string_view ip, std::string_view port,
                const std::optional<Endpoint>& endpoint) {
    if (!endpoint) return;
    scratch_.clear();
    append_address(scratch_, endpoint->address);
    text(ip, scratch_);
    scratch_.clear();
    append_number(scratch_, endpoint->port);
    text(port, scratch_);
  }

  void header(const model::Observation& observation) {
    const dns::Header& header = observation.header;
    number("id", header.id);
    number("opcode", static_cast<unsigned>(header.opcode()));
    number("length", observation.message().size());
    if (!observation.qname.empty()) {
      name("qname", observation.qname);
      text("qtype", dns::to_text(observation.qtype));
      text("qclass", dns::to_text(observation.qclass));
    }
    text("rcode", dns::to_text(observation.rcode));
    number("qdcount", header.counts[0]);
    number("ancount", header.counts[1]);
    number("nscount", header.counts[2]);
    number("arcount", header.counts[3]);
    key("flags") += "{";
    truth("qr", header.is_response());
    truth("tc", header.has(dns::flag::kTc));
    truth("aa", header.has(dns::flag::kAa));
    truth("ra", header.has(dns::flag::kRa));
    truth("ad", header.has(dns::flag::kAd));
    truth("rd", header.has(dns::flag::kRd));
    truth("cd", header.has(dns::flag::kCd));
    out_->push_back('}');
    truth("malformed-packet", observation.malformed.code != dns::MalformedCode::kNone);
  }

  void records(const dns::Message& message, dns::Section section) {
    for (const dns::Record& record : message.section(section)) {
      if (record.type == dns::Type::kOpt) continue;
      if (out_->size() - begin_ > kMostRecordText) {
        ++left_out_;
        continue;
      }
      separate();
      out_->push_back('{');
      name("name", record.owner.expand().wire());
      text("rdatatype", dns::to_text(record.type));
      text("class", dns::to_text(record.klass));
      number("ttl", record.ttl);
      text("rdata", dns::rdata_to_text(record));
      out_->push_back('}');
    }
  }

  void edns(const dns::Edns& edns) {
    key("edns") += "{";
    number("udp-size", edns.udp_size);
    number("rcode", edns.extended_rcode);
    number("version", edns.version);
    truth("dnssec-ok", edns.dnssec_ok);
    key("options") += "[";
    Bytes options = edns.options;
    for (auto option = dns::next_option(options); option; option = dns::next_option(options)) {
      separate();
      out_->push_back('{');
      number("code", static_cast<unsigned>(option->code));
      text("name", dns::to_text(option->code));
      text("data", to_hex(option->data));
      out_->push_back('}');
    }
    *out_ += "]}";
  }

  void own(const model::Observation& observation) {
    text("source", model::to_text(observation.source));
    number("sequence", observation.sequence);
    if (observation.answer_source != model::AnswerSource::kNone)
      text("answer-source", model::to_text(observation.answer_source));
    if (!observation.upstream.empty()) text("upstream", observation.upstream);
    if (left_out_ > 0) number("records-left-out", left_out_);
    if (observation.malformed.code == dns::MalformedCode::kNone) return;
    text("malformed", dns::to_text(observation.malformed.code));
    number("malformed-offset", observation.malformed.offset);
  }

  const std::string identity_;
  const std::string version_;
  std::string scratch_;
  std::string* out_ = nullptr;
  size_t begin_ = 0;     // of this line in *out_
  size_t left_out_ = 0;  // records of this line
};

}  // namespace

std::unique_ptr<Encoder> make_json_encoder(std::string_view identity, std::string_view version) {
  return std::make_unique<Json>(identity, version);
}

}  // namespace weir::flow
