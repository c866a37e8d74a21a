// One nested JSON object a line: the same nouns as the flat form, with objects and lists.
#include <memory>
#include <string>

#include "flow/encoder.h"
#include "flow/encoders/json_writer.h"
#include "flow/encoders/record_text.h"
#include "flow/wire/dnstap_policy.h"

namespace weir::flow {
namespace {

/// For the keys and the bounded values between two texts of strangers.
constexpr size_t kRun = 512;

class Json final : public Encoder {
 public:
  Json(std::string_view identity, std::string_view version)
      : identity_(identity), version_(version) {}

  void encode(const model::Observation& observation, std::string& out) override {
    line_.clear();
    left_out_ = 0;
    const auto message = dns::Message::parse_prefix(observation.message());
    dnstap(observation);
    network(observation);
    header(observation);
    line_.room(kRun);
    line_.put(",\"resource-records\":{\"an\":[");
    if (message) records(*message, dns::Section::kAnswer);
    line_.put("],\"ns\":[");
    if (message) records(*message, dns::Section::kAuthority);
    line_.put("],\"ar\":[");
    if (message) records(*message, dns::Section::kAdditional);
    line_.put("]}}");
    if (message && message->edns()) edns(*message->edns());
    own(observation);
    out += line_.text();
  }

 private:
  void dnstap(const model::Observation& observation) {
    const model::DnstapExtras none;
    const model::DnstapExtras& extras = observation.dnstap ? *observation.dnstap : none;
    line_.room(kRun);
    line_.put("{\"dnstap\":{\"operation\":\"");
    line_.put(model::to_text(observation.type));
    line_.put("\",\"identity\":\"");
    line_.escaped(extras.identity.empty() ? identity_ : as_text(extras.identity));
    line_.put("\",\"version\":\"");
    line_.escaped(extras.version.empty() ? version_ : as_text(extras.version));
    line_.put('"');
    if (!extras.extra.empty()) text(",\"extra\":\"", as_text(extras.extra));
    if (!extras.query_zone.empty()) {
      line_.put(",\"query-zone\":\"");
      line_.name(extras.query_zone);
      line_.put('"');
    }
    if (!extras.policy.empty()) policy(policy_words(&extras));
    line_.room(kRun);
    if (extras.http_protocol != 0) text(",\"http-protocol\":\"", http_protocol_word(&extras));
    line_.put(",\"timestamp-rfc3339ns\":\"");
    line_.time(observation.time());
    line_.put('"');
    if (const auto latency = observation.latency()) {
      line_.put(",\"latency\":");
      line_.seconds(*latency);
    }
  }

  void policy(const PolicyWords& words) {
    text(",\"policy\":{\"type\":\"", words.type);
    text(",\"rule\":\"", words.rule);
    text(",\"action\":\"", words.action);
    text(",\"match\":\"", words.match);
    text(",\"value\":\"", words.value);
    line_.put('}');
  }

  template <size_t Size>
  void text(const char (&key)[Size], std::string_view value) {
    line_.room(kRun);
    line_.put(key);
    line_.escaped(value);
    line_.put('"');
    line_.room(kRun);
  }

  void network(const model::Observation& observation) {
    const auto& known =
        observation.query_endpoint ? observation.query_endpoint : observation.response_endpoint;
    line_.room(2 * kRun);
    line_.put("},\"network\":{");
    if (known && known->address.is_v6()) line_.put("\"family\":\"IPv6\",");
    if (known && known->address.is_v4()) line_.put("\"family\":\"IPv4\",");
    line_.put("\"protocol\":\"");
    line_.put(model::to_text(observation.protocol));
    line_.put('"');
    if (const auto& client = observation.query_endpoint) {
      line_.put(",\"query-ip\":\"");
      line_.address(client->address);
      line_.put("\",\"query-port\":\"");
      line_.number(client->port);
      line_.put('"');
    }
    if (const auto& server = observation.response_endpoint) {
      line_.put(",\"response-ip\":\"");
      line_.address(server->address);
      line_.put("\",\"response-port\":\"");
      line_.number(server->port);
      line_.put('"');
    }
    truth(",\"ip-defragmented\":", observation.defragmented);
    truth(",\"tcp-reassembled\":", observation.reassembled);
    line_.put("},\"dns\":{");
  }

  template <size_t Size>
  void truth(const char (&key)[Size], bool value) {
    line_.put(key);
    line_.truth(value);
  }
  template <size_t Size, std::integral Number>
  void number(const char (&key)[Size], Number value) {
    line_.put(key);
    line_.number(value);
  }

  void header(const model::Observation& observation) {
    const dns::Header& header = observation.header;
    number("\"id\":", header.id);
    number(",\"opcode\":", static_cast<unsigned>(header.opcode()));
    number(",\"length\":", observation.message().size());
    owner_.forget();
    if (!observation.qname.empty()) question(observation);
    line_.room(kRun);
    line_.put(",\"rcode\":\"");
    line_.put(rcode_(observation.rcode));
    number("\",\"qdcount\":", header.counts[0]);
    number(",\"ancount\":", header.counts[1]);
    number(",\"nscount\":", header.counts[2]);
    number(",\"arcount\":", header.counts[3]);
    truth(",\"flags\":{\"qr\":", header.is_response());
    truth(",\"tc\":", header.has(dns::flag::kTc));
    truth(",\"aa\":", header.has(dns::flag::kAa));
    truth(",\"ra\":", header.has(dns::flag::kRa));
    truth(",\"ad\":", header.has(dns::flag::kAd));
    truth(",\"rd\":", header.has(dns::flag::kRd));
    truth(",\"cd\":", header.has(dns::flag::kCd));
    truth("},\"malformed-packet\":", observation.malformed.code != dns::MalformedCode::kNone);
  }

  void question(const model::Observation& observation) {
    line_.put(",\"qname\":\"");
    const size_t before = line_.size();
    line_.name(observation.qname);
    // Most owners point to the question.
    const Bytes message = observation.message();
    if (message.size() > dns::kHeaderSize + observation.qname.size() &&
        std::equal(observation.qname.begin(), observation.qname.end(),
                   message.begin() + dns::kHeaderSize))
      owner_.remember(dns::kHeaderSize, before, line_.size() - before);
    line_.room(kRun);
    line_.put("\",\"qtype\":\"");
    line_.put(type_(observation.qtype));
    line_.put("\",\"qclass\":\"");
    line_.put(class_(observation.qclass));
    line_.put('"');
  }

  void records(const dns::Message& message, dns::Section section) {
    bool first = true;
    for (const dns::Record& record : message.section(section)) {
      if (record.type == dns::Type::kOpt) continue;
      if (line_.size() > kMostRecordText) {
        ++left_out_;
        continue;
      }
      line_.room(kRun);
      if (!std::exchange(first, false)) line_.put(',');
      line_.put("{\"name\":\"");
      owner_.put(record, line_);
      line_.room(kRun);
      line_.put("\",\"rdatatype\":\"");
      line_.put(type_(record.type));
      line_.put("\",\"class\":\"");
      line_.put(class_(record.klass));
      number("\",\"ttl\":", record.ttl);
      line_.put(",\"rdata\":\"");
      put_rdata(record, line_);
      line_.put("\"}");
    }
    line_.room(kRun);
  }

  void edns(const dns::Edns& edns) {
    number(",\"edns\":{\"udp-size\":", edns.udp_size);
    number(",\"rcode\":", edns.extended_rcode);
    number(",\"version\":", edns.version);
    truth(",\"dnssec-ok\":", edns.dnssec_ok);
    line_.put(",\"options\":[");
    bool first = true;
    Bytes options = edns.options;
    for (auto option = dns::next_option(options); option; option = dns::next_option(options)) {
      if (!std::exchange(first, false)) line_.put(',');
      number("{\"code\":", static_cast<unsigned>(option->code));
      text(",\"name\":\"", dns::to_text(option->code));
      text(",\"data\":\"", to_hex(option->data));
      line_.put('}');
    }
    line_.put("]}");
  }

  void own(const model::Observation& observation) {
    line_.put(",\"weir\":{\"source\":\"");
    line_.put(model::to_text(observation.source));
    number("\",\"sequence\":", observation.sequence);
    if (observation.answer_source != model::AnswerSource::kNone)
      text(",\"answer-source\":\"", model::to_text(observation.answer_source));
    if (!observation.upstream.empty()) text(",\"upstream\":\"", observation.upstream);
    if (observation.sample_weight > 1) number(",\"sample-weight\":", observation.sample_weight);
    if (left_out_ > 0) number(",\"records-left-out\":", left_out_);
    if (observation.malformed.code != dns::MalformedCode::kNone) {
      text(",\"malformed\":\"", dns::to_text(observation.malformed.code));
      number(",\"malformed-offset\":", observation.malformed.offset);
    }
    line_.put("}}\n");
  }

  const std::string identity_;
  const std::string version_;
  JsonWriter line_;
  OwnerText owner_;
  LastWord<dns::Type> type_;
  LastWord<dns::Class> class_;
  LastWord<dns::Rcode> rcode_;
  size_t left_out_ = 0;  // records of this line
};

}  // namespace

std::unique_ptr<Encoder> make_json_encoder(std::string_view identity, std::string_view version) {
  return std::make_unique<Json>(identity, version);
}

}  // namespace weir::flow
