// Key by key, and record by record.
#include "flow/sources/json/flat_record.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/units.h"
#include "flow/wire/dnstap_policy.h"
#include "proto/dns/builder.h"
#include "proto/dns/rdata.h"
#include "proto/dnstap/types.h"

namespace weir::flow::json_source {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

/// The keys that are read, sorted.
constexpr std::array<std::string_view, 61> kKeys = {
    "dns.arcount",
    "dns.flags.aa",
    "dns.flags.ad",
    "dns.flags.cd",
    "dns.flags.qr",
    "dns.flags.ra",
    "dns.flags.rd",
    "dns.flags.tc",
    "dns.id",
    "dns.malformed-packet",
    "dns.opcode",
    "dns.qclass",
    "dns.qname",
    "dns.qtype",
    "dns.rcode",
    "dns.resource-records.an.classes",
    "dns.resource-records.an.names",
    "dns.resource-records.an.rdatas",
    "dns.resource-records.an.rdatatypes",
    "dns.resource-records.an.ttls",
    "dns.resource-records.ar.classes",
    "dns.resource-records.ar.names",
    "dns.resource-records.ar.rdatas",
    "dns.resource-records.ar.rdatatypes",
    "dns.resource-records.ar.ttls",
    "dns.resource-records.ns.classes",
    "dns.resource-records.ns.names",
    "dns.resource-records.ns.rdatas",
    "dns.resource-records.ns.rdatatypes",
    "dns.resource-records.ns.ttls",
    "dnstap.extra",
    "dnstap.http-protocol",
    "dnstap.identity",
    "dnstap.latency",
    "dnstap.operation",
    "dnstap.policy-action",
    "dnstap.policy-match",
    "dnstap.policy-rule",
    "dnstap.policy-type",
    "dnstap.policy-value",
    "dnstap.query-zone",
    "dnstap.timestamp-rfc3339ns",
    "dnstap.version",
    "edns.dnssec-ok",
    "edns.options.codes",
    "edns.options.datas",
    "edns.optionscount",
    "edns.rcode",
    "edns.udp-size",
    "edns.version",
    "network.ip-defragmented",
    "network.protocol",
    "network.query-ip",
    "network.query-port",
    "network.response-ip",
    "network.response-port",
    "network.tcp-reassembled",
    "weir.answer-source",
    "weir.malformed",
    "weir.malformed-offset",
    "weir.upstream",
};
static_assert(std::ranges::is_sorted(kKeys));

constexpr size_t place_of(std::string_view key) {
  return static_cast<size_t>(std::ranges::lower_bound(kKeys, key) - kKeys.begin());
}

/// The values of an object by key. A value of another type than is asked for is as none, and
/// remembered.
class Fields {
 public:
  explicit Fields(const object& from) {
    for (const auto& [key, value] : from) {
      const size_t place = place_of(key);
      if (place < kKeys.size() && kKeys[place] == key) values_[place] = value;
    }
  }

  /// Empty for `-` too.
  std::string_view text(std::string_view key) {
    const std::string_view text = get<std::string_view>(key);
    return text == "-" ? std::string_view() : text;
  }
  uint64_t number(std::string_view key) { return get<uint64_t>(key); }
  double seconds(std::string_view key) { return get<double>(key); }
  bool truth(std::string_view key) { return get<bool>(key); }
  bool wrong() const { return wrong_; }

 private:
  template <typename T>
  T get(std::string_view key) {
    T value{};
    const auto& found = values_[place_of(key)];
    if (found && found->get(value) != simdjson::SUCCESS) wrong_ = true;
    return value;
  }

  std::array<std::optional<element>, kKeys.size()> values_;
  bool wrong_ = false;
};

/// Takes the next item off a list joined by `|`.
std::string_view take_item(std::string_view& list) {
  const size_t bar = list.find('|');
  const std::string_view item = list.substr(0, bar);
  list.remove_prefix(bar == list.npos ? list.size() : bar + 1);
  return item;
}

template <typename Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

struct SectionKeys {
  dns::Section section;
  std::string_view names, types, classes, ttls, rdatas;
};
constexpr std::array kSections = {
    SectionKeys{dns::Section::kAnswer, "dns.resource-records.an.names",
                "dns.resource-records.an.rdatatypes", "dns.resource-records.an.classes",
                "dns.resource-records.an.ttls", "dns.resource-records.an.rdatas"},
    SectionKeys{dns::Section::kAuthority, "dns.resource-records.ns.names",
                "dns.resource-records.ns.rdatatypes", "dns.resource-records.ns.classes",
                "dns.resource-records.ns.ttls", "dns.resource-records.ns.rdatas"},
    SectionKeys{dns::Section::kAdditional, "dns.resource-records.ar.names",
                "dns.resource-records.ar.rdatatypes", "dns.resource-records.ar.classes",
                "dns.resource-records.ar.ttls", "dns.resource-records.ar.rdatas"},
};

/// The message of a flat record, written into a buffer.
class Rebuilt {
 public:
  Rebuilt(Fields& fields, MutableBytes buffer, dns::Rcode rcode)
      : fields_(fields),
        builder_(buffer, static_cast<uint16_t>(fields.number("dns.id")),
                 flags(fields, static_cast<unsigned>(rcode))) {}

  LineFault question() {
    const std::string_view text = fields_.text("dns.qname");
    if (text.empty()) return LineFault::kNone;
    const auto name = dns::Name::parse(text);
    if (!name) return LineFault::kName;
    const auto type = dns::type_from_text(fields_.text("dns.qtype"));
    const auto klass = dns::class_from_text(fields_.text("dns.qclass"));
    if (!type || !klass) return LineFault::kType;
    builder_.question(*name, *type, *klass);
    return LineFault::kNone;
  }

  void records() {
    for (const SectionKeys& keys : kSections) section(keys);
    edns();
  }

  bool fits() const { return builder_.ok(); }
  Bytes message() const { return builder_.message(); }
  size_t left_out() const { return left_out_; }

 private:
  static uint16_t flags(Fields& fields, unsigned rcode) {
    constexpr std::array<std::pair<std::string_view, uint16_t>, 7> kFlags = {
        {{"dns.flags.qr", dns::flag::kQr},
         {"dns.flags.aa", dns::flag::kAa},
         {"dns.flags.tc", dns::flag::kTc},
         {"dns.flags.rd", dns::flag::kRd},
         {"dns.flags.ra", dns::flag::kRa},
         {"dns.flags.ad", dns::flag::kAd},
         {"dns.flags.cd", dns::flag::kCd}}};
    auto word = static_cast<uint16_t>((fields.number("dns.opcode") & 15) << 11 | (rcode & 15));
    for (const auto& [key, bit] : kFlags)
      if (fields.truth(key)) word |= bit;
    return word;
  }

  void section(const SectionKeys& keys) {
    std::string_view names = fields_.text(keys.names), types = fields_.text(keys.types),
                     classes = fields_.text(keys.classes), ttls = fields_.text(keys.ttls),
                     rdatas = fields_.text(keys.rdatas);
    size_t count = 0;
    while (!ttls.empty()) {
      ++count;
      const auto owner = dns::Name::parse(take_item(names));
      const auto type = dns::type_from_text(take_item(types));
      const auto klass = dns::class_from_text(take_item(classes));
      const auto ttl = parse_whole<uint32_t>(take_item(ttls));
      const std::string_view text = take_item(rdatas);
      if (!owner || !type || !klass || !ttl ||
          !record(keys.section, *owner, *type, *klass, *ttl, text))
        ++left_out_;
    }
    if (keys.section == dns::Section::kAdditional) additional_ = count;
  }

  bool record(dns::Section section, const dns::Name& owner, dns::Type type, dns::Class klass,
              uint32_t ttl, std::string_view text) {
    const auto rdata = dns::rdata_from_text(type, text);
    if (!rdata) return false;
    scratch_.assign(owner.wire().begin(), owner.wire().end());
    scratch_.insert(scratch_.end(), rdata->begin(), rdata->end());
    dns::Record made;
    made.owner = dns::NameView(scratch_, 0);
    made.type = type;
    made.klass = klass;
    made.rdata_offset = static_cast<uint16_t>(owner.size_octets());
    made.rdata = Bytes(scratch_).subspan(owner.size_octets());
    made.message = scratch_;
    builder_.copy(section, made, ttl);
    return true;
  }

  void edns() {
    const auto size = static_cast<uint16_t>(fields_.number("edns.udp-size"));
    const auto rcode = static_cast<uint8_t>(fields_.number("edns.rcode"));
    const auto version = static_cast<uint8_t>(fields_.number("edns.version"));
    const bool dnssec_ok = fields_.truth("edns.dnssec-ok");
    const uint64_t options = fields_.number("edns.optionscount");
    // One of nothing but zeros is seen in the count of records only.
    const bool counted = fields_.number("dns.arcount") == additional_ + 1;
    if (size == 0 && rcode == 0 && version == 0 && !dnssec_ok && options == 0 && !counted) return;
    builder_.begin_edns(size, rcode, version, dnssec_ok);
    std::string_view codes = fields_.text("edns.options.codes"),
                     datas = fields_.text("edns.options.datas");
    while (!codes.empty()) {
      const auto code = parse_whole<uint16_t>(take_item(codes));
      const std::string_view text = take_item(datas);
      const auto data = text == "-" ? Octets() : from_hex(text);
      if (code && data)
        builder_.option(static_cast<dns::Option>(*code), *data);
      else
        ++left_out_;
    }
    builder_.end_edns();
  }

  Fields& fields_;
  dns::Builder builder_;
  Octets scratch_;
  size_t additional_ = 0;  // records of that section that the line has
  size_t left_out_ = 0;
};

/// False when it is said, and is none.
bool read_endpoint(Fields& fields, std::string_view ip, std::string_view port,
                   std::optional<Endpoint>& into) {
  const std::string_view address_text = fields.text(ip), port_text = fields.text(port);
  if (address_text.empty()) return true;
  const auto address = IpAddress::parse(address_text);
  const auto number = parse_whole<uint16_t>(port_text.empty() ? "0" : port_text);
  if (address && number) into = Endpoint{*address, *number};
  return into.has_value();
}

/// The time of the line is that of its message; the other leg is known by the latency.
bool read_times(Fields& fields, model::Observation& observation) {
  const auto time = parse_rfc3339(fields.text("dnstap.timestamp-rfc3339ns"));
  if (!time) return false;
  if (!model::is_response(observation.type)) {
    observation.query_time = *time;
    return true;
  }
  observation.response_time = *time;
  constexpr double kMostSeconds = 1e6;
  const double latency = fields.seconds("dnstap.latency");
  if (latency > 0 && latency < kMostSeconds)
    observation.query_time = *time - Duration(std::llround(latency * 1e9));
  return true;
}

/// The enumerator from 1 on whose word it is.
template <typename Enum>
std::optional<Enum> from_word(std::string_view word, int last) {
  for (int i = 1; i <= last; ++i)
    if (to_text(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  return std::nullopt;
}

void read_extras(Fields& fields, Record& into) {
  model::DnstapExtras& extras = into.extras;
  extras.identity = as_bytes(fields.text("dnstap.identity"));
  extras.version = as_bytes(fields.text("dnstap.version"));
  extras.extra = as_bytes(fields.text("dnstap.extra"));
  if (const auto zone = dns::Name::parse(fields.text("dnstap.query-zone"));
      zone && !fields.text("dnstap.query-zone").empty()) {
    into.query_zone.assign(zone->wire().begin(), zone->wire().end());
    extras.query_zone = into.query_zone;
  }
  const std::string_view http = fields.text("dnstap.http-protocol");
  if (const auto protocol =
          from_word<dnstap::HttpProtocol>(http, static_cast<int>(dnstap::HttpProtocol::kHttp3)))
    extras.http_protocol = static_cast<uint8_t>(*protocol);
  const PolicyWords policy{fields.text("dnstap.policy-type"), fields.text("dnstap.policy-rule"),
                           fields.text("dnstap.policy-action"), fields.text("dnstap.policy-match"),
                           std::string(fields.text("dnstap.policy-value"))};
  append_policy(policy, into.policy);
  extras.policy = into.policy;
}

void read_marks(Fields& fields, model::Observation& observation) {
  observation.defragmented = fields.truth("network.ip-defragmented");
  observation.reassembled = fields.truth("network.tcp-reassembled");
  observation.upstream = fields.text("weir.upstream");
  observation.answer_source =
      from_word<model::AnswerSource>(fields.text("weir.answer-source"),
                                     static_cast<int>(model::AnswerSource::kStale))
          .value_or(model::AnswerSource::kNone);
  if (!fields.truth("dns.malformed-packet")) return;
  const auto code = from_word<dns::MalformedCode>(
      fields.text("weir.malformed"), static_cast<int>(dns::MalformedCode::kTooManyRecords));
  observation.malformed = {code.value_or(dns::MalformedCode::kTrailingOctets),
                           static_cast<uint16_t>(fields.number("weir.malformed-offset"))};
}

LineFault read_message(Fields& fields, Record& into) {
  const auto rcode = dns::rcode_from_text(fields.text("dns.rcode"));
  if (!rcode) return LineFault::kType;
  Rebuilt rebuilt(fields, into.message, *rcode);
  if (const LineFault fault = rebuilt.question(); fault != LineFault::kNone) return fault;
  rebuilt.records();
  if (!rebuilt.fits()) return LineFault::kTooLarge;
  into.left_out = rebuilt.left_out();
  model::Observation& observation = into.observation;
  (model::is_response(observation.type) ? observation.response_message
                                        : observation.query_message) = rebuilt.message();
  return LineFault::kNone;
}

}  // namespace

void Record::clear() {
  observation = {};
  extras = {};
  query_zone.clear();
  policy.clear();
  left_out = 0;
}

LineFault read_flat(const object& object, Record& into) {
  Fields fields(object);
  const auto type = model::message_type_from_text(fields.text("dnstap.operation"));
  if (!type) return LineFault::kOperation;
  model::Observation& observation = into.observation;
  observation.type = *type;
  observation.protocol = model::protocol_from_text(fields.text("network.protocol"))
                             .value_or(model::Protocol::kUnknown);
  if (!read_times(fields, observation)) return LineFault::kTime;
  if (!read_endpoint(fields, "network.query-ip", "network.query-port",
                     observation.query_endpoint) ||
      !read_endpoint(fields, "network.response-ip", "network.response-port",
                     observation.response_endpoint))
    return LineFault::kAddress;
  if (const LineFault fault = read_message(fields, into); fault != LineFault::kNone) return fault;
  read_extras(fields, into);
  read_marks(fields, observation);
  return fields.wrong() ? LineFault::kShape : LineFault::kNone;
}

}  // namespace weir::flow::json_source
