// A YAML document an observation, with the keys that users of dnstap know from `dnstap -y`, and the
// messages as dig would show them.
#include <memory>
#include <string>

#include "flow/encoder.h"
#include "flow/text.h"
#include "flow/wire/dnstap_policy.h"
#include "proto/dns/print.h"

namespace weir::flow {
namespace {

constexpr std::string_view kInMessage = "  ";

class Yaml final : public Encoder {
 public:
  Yaml(std::string_view identity, std::string_view version)
      : identity_(identity), version_(version) {}

  void encode(const model::Observation& observation, std::string& out) override {
    out_ = &out;
    const model::DnstapExtras none;
    const model::DnstapExtras& extras = observation.dnstap ? *observation.dnstap : none;
    out += "type: MESSAGE\n";
    quoted("", "identity", extras.identity.empty() ? identity_ : as_text(extras.identity));
    quoted("", "version", extras.version.empty() ? version_ : as_text(extras.version));
    if (!extras.extra.empty()) quoted("", "extra", as_text(extras.extra));
    out += "message:\n";
    word("type", model::to_text(observation.type));
    time("query_time", observation.query_time);
    time("response_time", observation.response_time);
    sockets(observation);
    if (!extras.query_zone.empty()) zone(extras.query_zone);
    if (!extras.policy.empty()) policy(policy_words(&extras));
    if (extras.http_protocol != 0) word("http_protocol", http_protocol_word(&extras));
    message("query_message", observation.query_message);
    message("response_message", observation.response_message);
    out += "---\n";
  }

 private:
  std::string& key(std::string_view indent, std::string_view name) {
    *out_ += indent;
    *out_ += name;
    *out_ += ": ";
    return *out_;
  }
  void word(std::string_view name, std::string_view value) {
    key(kInMessage, name) += value;
    out_->push_back('\n');
  }
  void quoted(std::string_view indent, std::string_view name, std::string_view value) {
    key(indent, name).push_back('"');
    append_json_escaped(*out_, value);
    *out_ += "\"\n";
  }

  /// `!!timestamp 2020-09-13 12:26:40.123456789`
  void time(std::string_view name, const std::optional<WallTime>& time) {
    if (!time) return;
    std::string& out = key(kInMessage, name) += "!!timestamp ";
    const size_t begin = out.size();
    append_time(out, *time);
    out[begin + 10] = ' ';
    out.back() = '\n';  // in place of the Z
  }

  void sockets(const model::Observation& observation) {
    const auto& one =
        observation.query_endpoint ? observation.query_endpoint : observation.response_endpoint;
    if (one) word("socket_family", one->address.is_v6() ? "INET6" : "INET");
    word("socket_protocol", model::to_text(observation.protocol));
    address("query_address", observation.query_endpoint);
    address("response_address", observation.response_endpoint);
    port("query_port", observation.query_endpoint);
    port("response_port", observation.response_endpoint);
  }
  void address(std::string_view name, const std::optional<Endpoint>& endpoint) {
    if (!endpoint) return;
    append_address(key(kInMessage, name), endpoint->address);
    out_->push_back('\n');
  }
  void port(std::string_view name, const std::optional<Endpoint>& endpoint) {
    if (!endpoint) return;
    append_number(key(kInMessage, name), endpoint->port);
    out_->push_back('\n');
  }

  void zone(Bytes wire) {
    scratch_.clear();
    append_name(scratch_, wire);
    if (scratch_ != ".") scratch_.push_back('.');
    quoted(kInMessage, "query_zone", scratch_);
  }

  void policy(const PolicyWords& words) {
    *out_ += "  policy:\n";
    quoted("    ", "type", words.type);
    quoted("    ", "rule", words.rule);
    quoted("    ", "action", words.action);
    quoted("    ", "match", words.match);
    quoted("    ", "value", words.value);
  }

  /// A literal block: the lines of the text, further in.
  void message(std::string_view name, Bytes octets) {
    if (octets.empty()) return;
    key(kInMessage, name) += "|\n";
    const std::string text = dns::message_to_text(octets);
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      *out_ += "    ";
      out_->append(text, at, end - at);
      out_->push_back('\n');
      at = end + 1;
    }
  }

  const std::string identity_;
  const std::string version_;
  std::string scratch_;
  std::string* out_ = nullptr;
};

}  // namespace

std::unique_ptr<Encoder> make_yaml_encoder(std::string_view identity, std::string_view version) {
  return std::make_unique<Yaml>(identity, version);
}

}  // namespace weir::flow
