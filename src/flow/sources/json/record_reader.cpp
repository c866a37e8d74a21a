// Which shape a line has, and the two that are short.
#include "flow/sources/json/record_reader.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/units.h"
#include "flow/sources/json/flat_record.h"
#include "proto/dns/builder.h"

namespace weir::flow::json_source {
namespace {

using simdjson::dom::object;

constexpr std::array<std::string_view, kLineFaults> kWords = {
    "none", "syntax", "shape",     "time",      "address",  "name",
    "type", "action", "operation", "too_large", "too_long", "torn"};

/// What DNSWatch says of a look-up.
struct Lookup {
  std::string_view timestamp, client_ip, query, type, action, response;
};

/// `timestamp=… client_ip=… query=… type=… action=…[ response=…]`: pairs in this order, parted by
/// one blank each; only the first value and the last have blanks in them.
std::optional<Lookup> parse_pairs(std::string_view line) {
  Lookup lookup;
  constexpr size_t kDateAndTime = 19;
  const auto take = [&](std::string_view key, std::string_view& value, size_t size) {
    if (!line.starts_with(key)) return false;
    line.remove_prefix(key.size());
    value = line.substr(0, size != 0 ? size : line.find(' '));
    line.remove_prefix(value.size());
    return !value.empty();
  };
  if (!take("timestamp=", lookup.timestamp, kDateAndTime) ||
      !take(" client_ip=", lookup.client_ip, 0) || !take(" query=", lookup.query, 0) ||
      !take(" type=", lookup.type, 0) || !take(" action=", lookup.action, 0))
    return std::nullopt;
  if (line.empty()) return lookup;
  if (!take(" response=", lookup.response, line.size())) return std::nullopt;
  return lookup;
}

/// Without a zone it is UTC.
std::optional<WallTime> parse_timestamp(std::string_view text) {
  if (auto time = parse_rfc3339(text)) return time;
  const size_t blank = text.find(' ');
  if (blank == text.npos) return std::nullopt;
  return parse_rfc3339(fmt::format("{}T{}Z", text.substr(0, blank), text.substr(blank + 1)));
}

/// A number or a mnemonic; nothing is known of `UNKNOWN`.
std::optional<dns::Type> parse_type(std::string_view text) {
  if (text == "UNKNOWN") return dns::Type{};
  uint16_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed == std::errc() && end == text.data() + text.size())
    return static_cast<dns::Type>(number);
  return dns::type_from_text(text);
}

/// DNSWatch has had `Allowed` and `Blocked` too.
std::optional<bool> parse_blocked(std::string_view action) {
  if (action == "allow" || action == "Allowed") return false;
  if (action == "block" || action == "Blocked") return true;
  return std::nullopt;
}

LineFault read_lookup(const Lookup& lookup, Record& into) {
  const auto time = parse_timestamp(lookup.timestamp);
  if (!time) return LineFault::kTime;
  const auto client = IpAddress::parse(lookup.client_ip);
  if (!client) return LineFault::kAddress;
  const auto name = dns::Name::parse(lookup.query);
  if (!name) return LineFault::kName;
  const auto type = parse_type(lookup.type);
  if (!type) return LineFault::kType;
  const auto blocked = parse_blocked(lookup.action);
  if (!blocked) return LineFault::kAction;

  dns::Builder builder(into.message, 0, dns::flag::kRd);
  builder.question(*name, *type);
  model::Observation& observation = into.observation;
  observation.type = model::MessageType::kClientQuery;
  observation.query_endpoint = Endpoint{*client, 0};
  observation.query_time = *time;
  observation.query_message = builder.message();
  if (*blocked) observation.answer_source = model::AnswerSource::kPolicy;
  into.extras.extra = as_bytes(lookup.response);
  return LineFault::kNone;
}

std::optional<std::string_view> text_of(const object& from, std::string_view key) {
  std::string_view text;
  if (from.at_key(key).get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

LineFault read_lookup(const object& from, Record& into) {
  const auto timestamp = text_of(from, "timestamp"), client = text_of(from, "client_ip"),
             query = text_of(from, "query"), type = text_of(from, "type"),
             action = text_of(from, "action");
  if (!timestamp || !client || !query || !type || !action) return LineFault::kShape;
  return read_lookup(
      Lookup{*timestamp, *client, *query, *type, *action, text_of(from, "response").value_or("")},
      into);
}

LineFault read_pairs(std::string_view line, Record& into) {
  const auto lookup = parse_pairs(line);
  return lookup ? read_lookup(*lookup, into) : LineFault::kSyntax;
}

}  // namespace

std::string_view to_text(LineFault fault) { return kWords[static_cast<size_t>(fault)]; }

struct RecordReader::State {
  std::string tag;
  simdjson::dom::parser parser;
  Record record;

  LineFault read(std::string_view line) {
    if (!line.starts_with('{')) return read_pairs(line, record);
    object top;
    if (parser.parse(line.data(), line.size()).get(top) != simdjson::SUCCESS)
      return LineFault::kSyntax;
    if (text_of(top, "dnstap.operation")) return read_flat(top, record);
    // What a shipper could not parse itself it leaves in `log`.
    if (const auto log = text_of(top, "log")) return read_pairs(*log, record);
    return read_lookup(top, record);
  }

  void finish() {
    model::Observation& observation = record.observation;
    observation.source = model::SourceKind::kJson;
    if (record.extras.identity.empty()) record.extras.identity = as_bytes(tag);
    observation.dnstap = &record.extras;
    const dns::Malformed said = observation.malformed;
    model::describe(observation, record.qname);
    if (observation.malformed.code == dns::MalformedCode::kNone) observation.malformed = said;
  }
};

RecordReader::RecordReader(std::string tag) : state_(std::make_unique<State>()) {
  state_->tag = std::move(tag);
}
RecordReader::~RecordReader() = default;

LineFault RecordReader::read(std::string_view line) {
  state_->record.clear();
  const LineFault fault = state_->read(line);
  if (fault == LineFault::kNone) state_->finish();
  return fault;
}

void RecordReader::keep_unread(std::string_view line, WallTime now) {
  state_->record.clear();
  state_->record.observation.query_time = now;
  state_->record.extras.extra = as_bytes(line);
  state_->finish();
}

const model::Observation& RecordReader::observation() const { return state_->record.observation; }
size_t RecordReader::left_out() const { return state_->record.left_out; }

}  // namespace weir::flow::json_source
