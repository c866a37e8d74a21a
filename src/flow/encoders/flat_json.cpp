// One JSON object a line with dotted keys, lists joined by `|` and `-` for what is empty: the shape
// that DNS-collector's users have in their indices. weir's own fields stand under `weir.` only.
//
// Names and rdata are in presentation form, so control octets and non-ASCII are \DDD and no name
// can break a line; a `|` inside a list is written \124, which presentation form reads back as `|`.
#include <memory>
#include <string>

#include "flow/encoder.h"
#include "flow/encoders/json_writer.h"
#include "flow/encoders/record_text.h"
#include "flow/wire/dnstap_policy.h"

namespace weir::flow {
namespace {

/// Appends `"key":` and a value, each with its comma; keys are literals, or views of some.
class Line {
 public:
  void begin() {
    out_.clear();
    out_.room(kEach);
    out_.put('{');
    first_ = true;
  }
  std::string_view end() {
    out_.put("}\n");
    return out_.text();
  }

  template <size_t Size, std::integral Number>
  void number(const char (&name)[Size], Number value) {
    key(name);
    out_.number(value);
  }
  template <size_t Size>
  void truth(const char (&name)[Size], bool value) {
    key(name);
    out_.truth(value);
  }
  template <size_t Size>
  void seconds(const char (&name)[Size], Duration value) {
    key(name);
    out_.seconds(value);
  }
  /// What is in JSON's form already, or a word of ours: nothing in it needs escaping.
  template <typename Key>
  void word(const Key& name, std::string_view value) {
    key(name);
    out_.room(value.size() + kEach);
    out_.put('"');
    out_.put(value.empty() ? "-" : value);
    out_.put('"');
  }
  /// A text of strangers.
  template <size_t Size>
  void text(const char (&name)[Size], std::string_view value) {
    if (value.empty()) return word(name, value);
    key(name);
    out_.put('"');
    out_.escaped(value);
    out_.put('"');
  }
  template <size_t Size>
  void name(const char (&key_name)[Size], Bytes wire) {
    if (wire.empty()) return word(key_name, {});
    key(key_name);
    out_.put('"');
    out_.name(wire);
    out_.put('"');
  }
  template <size_t Size>
  void time(const char (&name)[Size], WallTime value) {
    key(name);
    out_.put('"');
    out_.time(value);
    out_.put('"');
  }
  template <size_t AddressSize, size_t PortSize>
  void endpoint(const char (&ip)[AddressSize], const char (&port)[PortSize],
                const std::optional<Endpoint>& endpoint) {
    if (!endpoint) {
      word(ip, {});
      return word(port, {});
    }
    key(ip);
    out_.put('"');
    out_.address(endpoint->address);
    out_.put('"');
    key(port);
    out_.put('"');
    out_.number(endpoint->port);
    out_.put('"');
  }

 private:
  // A key and a bounded value.
  static constexpr size_t kEach = 256;

  template <typename Key>
  void key(const Key& name) {
    out_.room(kEach);
    if (!std::exchange(first_, false)) out_.put(',');
    out_.put('"');
    out_.put(name);
    out_.put("\":");
  }

  JsonWriter out_;
  bool first_ = true;
};

/// Five lists of a section in JSON's form, kept between records so that their memory is.
class Lists {
 public:
  JsonWriter names, types, classes, ttls, rdatas;

  size_t size() const {
    return names.size() + types.size() + classes.size() + ttls.size() + rdatas.size();
  }
  void clear() {
    for (JsonWriter* list : {&names, &types, &classes, &ttls, &rdatas}) list->clear();
    owner_.forget();
  }
  void add(const dns::Record& record) {
    size_t before = separate(names);
    owner_.put(record, names);
    if (names.replace(before, '|', kBar)) owner_.forget();
    add(types, type_(record.type));
    add(classes, class_(record.klass));
    add(ttls, record.ttl);
    before = separate(rdatas);
    put_rdata(record, rdatas);
    rdatas.replace(before, '|', kBar);
  }
  static void add(JsonWriter& list, std::string_view item) {
    separate(list);
    list.escaped(item);
  }
  static void add(JsonWriter& list, uint32_t item) {
    separate(list);
    list.number(item);
  }

 private:
  static constexpr std::string_view kBar = "\\\\124";  // \124 in a JSON string

  /// Where the next item begins.
  static size_t separate(JsonWriter& list) {
    list.room(JsonWriter::kStep);
    if (list.size() > 0) list.put('|');
    return list.size();
  }

  OwnerText owner_;
  LastWord<dns::Type> type_;
  LastWord<dns::Class> class_;
};

class FlatJson final : public Encoder {
 public:
  FlatJson(std::string_view identity, std::string_view version)
      : identity_(identity), version_(version) {}

  void encode(const model::Observation& observation, std::string& out) override {
    Line& line = line_;
    line.begin();
    const Bytes octets = observation.message();
    const auto message = dns::Message::parse_prefix(octets);
    dnstap(line, observation);
    network(line, observation);
    header(line, observation, octets.size());
    sections(line, message);
    edns(line, message);
    own(line, observation);
    out += line.end();
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
    line.name("dnstap.query-zone", extras != nullptr ? extras->query_zone : Bytes());
    const PolicyWords policy = policy_words(extras);
    line.text("dnstap.policy-type", policy.type);
    line.text("dnstap.policy-rule", policy.rule);
    line.text("dnstap.policy-action", policy.action);
    line.text("dnstap.policy-match", policy.match);
    line.text("dnstap.policy-value", policy.value);
    line.text("dnstap.http-protocol", http_protocol_word(extras));
    line.time("dnstap.timestamp-rfc3339ns", observation.time());
    latency(line, observation);
  }

  void latency(Line& line, const model::Observation& observation) {
    const Duration latency = observation.latency().value_or(Duration::zero());
    line.seconds("dnstap.latency", latency);
    line.number("dnstap.latency_ms", latency.count() / 1'000'000);
  }

  void network(Line& line, const model::Observation& observation) {
    const auto& known =
        observation.query_endpoint ? observation.query_endpoint : observation.response_endpoint;
    line.word("network.family", !known ? "-" : known->address.is_v6() ? "IPv6" : "IPv4");
    line.word("network.protocol", model::to_text(observation.protocol));
    line.endpoint("network.query-ip", "network.query-port", observation.query_endpoint);
    line.endpoint("network.response-ip", "network.response-port", observation.response_endpoint);
    line.truth("network.ip-defragmented", observation.defragmented);
    line.truth("network.tcp-reassembled", observation.reassembled);
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
    line.name("dns.qname", observation.qname);
    const bool asked = !observation.qname.empty();
    line.word("dns.qtype", asked ? type_(observation.qtype) : "-");
    line.word("dns.qclass", asked ? class_(observation.qclass) : "-");
    line.word("dns.rcode", rcode_(observation.rcode));
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
    fill_lists(message, which);
    line.word(keys.names, lists_.names.text());
    line.word(keys.types, lists_.types.text());
    line.word(keys.classes, lists_.classes.text());
    line.word(keys.ttls, lists_.ttls.text());
    line.word(keys.rdatas, lists_.rdatas.text());
  }

  void fill_lists(const Parsed& message, dns::Section section) {
    lists_.clear();
    if (!message) return;
    for (const dns::Record& record : message->section(section)) {
      if (record.type == dns::Type::kOpt) continue;
      if (written_ + lists_.size() < kMostRecordText)
        lists_.add(record);
      else
        ++left_out_;
    }
    written_ += lists_.size();
  }

  void edns(Line& line, const Parsed& message) {
    const dns::Edns none;
    const dns::Edns& edns = message && message->edns() ? *message->edns() : none;
    lists_.clear();
    size_t count = 0;
    Bytes options = edns.options;
    for (auto option = dns::next_option(options); option; option = dns::next_option(options)) {
      ++count;
      Lists::add(lists_.ttls, static_cast<uint32_t>(option->code));
      Lists::add(lists_.names, dns::to_text(option->code));
      Lists::add(lists_.rdatas, option->data.empty() ? "-" : to_hex(option->data));
    }
    line.number("edns.udp-size", edns.udp_size);
    line.number("edns.rcode", edns.extended_rcode);
    line.number("edns.version", edns.version);
    line.truth("edns.dnssec-ok", edns.dnssec_ok);
    line.number("edns.optionscount", count);
    line.word("edns.options.codes", lists_.ttls.text());
    line.word("edns.options.names", lists_.names.text());
    line.word("edns.options.datas", lists_.rdatas.text());
  }

  void own(Line& line, const model::Observation& observation) {
    line.word("weir.source", model::to_text(observation.source));
    line.number("weir.sequence", observation.sequence);
    line.word("weir.answer-source", observation.answer_source == model::AnswerSource::kNone
                                        ? "-"
                                        : model::to_text(observation.answer_source));
    line.text("weir.upstream", observation.upstream);
    if (observation.sample_weight > 1) line.number("weir.sample-weight", observation.sample_weight);
    if (left_out_ > 0) line.number("weir.records-left-out", left_out_);
    if (observation.malformed.code == dns::MalformedCode::kNone) return;
    line.text("weir.malformed", dns::to_text(observation.malformed.code));
    line.number("weir.malformed-offset", observation.malformed.offset);
  }

  const std::string identity_;
  const std::string version_;
  Line line_;
  Lists lists_;
  LastWord<dns::Type> type_;
  LastWord<dns::Class> class_;
  LastWord<dns::Rcode> rcode_;
  size_t written_ = 0;   // octets of text of this line's records
  size_t left_out_ = 0;  // records of this line
};

}  // namespace

std::unique_ptr<Encoder> make_flat_json_encoder(std::string_view identity,
                                                std::string_view version) {
  return std::make_unique<FlatJson>(identity, version);
}

}  // namespace weir::flow
