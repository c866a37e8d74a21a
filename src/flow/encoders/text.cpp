// One line of words for people and their tools:
// timestamp identity operation rcode query-ip query-port family protocol length qname qtype latency
#include "flow/text.h"

#include <memory>
#include <string>

#include "flow/encoder.h"
#include "proto/dns/types.h"

namespace weir::flow {
namespace {

/// A text that must stay one word of one line: spaces, control octets and non-ASCII as \DDD.
void append_word(std::string& out, std::string_view text) {
  if (text.empty()) out.push_back('-');
  for (const char c : text) {
    const auto octet = static_cast<uint8_t>(c);
    if (octet > 0x20 && octet < 0x7f) {
      out.push_back(c);
    } else {
      out += {'\\', static_cast<char>('0' + octet / 100), static_cast<char>('0' + octet / 10 % 10),
              static_cast<char>('0' + octet % 10)};
    }
  }
}

class Text final : public Encoder {
 public:
  explicit Text(std::string_view identity) : identity_(identity) {}

  void encode(const model::Observation& observation, std::string& out) override {
    append_time(out, observation.time());
    out.push_back(' ');
    const bool named = observation.dnstap != nullptr && !observation.dnstap->identity.empty();
    append_word(out, named ? as_text(observation.dnstap->identity) : identity_);
    out.push_back(' ');
    out += model::to_text(observation.type);
    out.push_back(' ');
    out += dns::to_text(observation.rcode);
    client(observation, out);
    out.push_back(' ');
    out += model::to_text(observation.protocol);
    out.push_back(' ');
    append_number(out, observation.message().size());
    out += "b ";
    question(observation, out);
    out.push_back(' ');
    if (const auto latency = observation.latency()) {
      append_seconds(out, *latency);
    } else {
      out.push_back('-');
    }
    if (observation.malformed.code != dns::MalformedCode::kNone) malformed(observation, out);
    out.push_back('\n');
  }

 private:
  static void client(const model::Observation& observation, std::string& out) {
    if (!observation.query_endpoint) {
      out += " - - -";
      return;
    }
    out.push_back(' ');
    append_address(out, observation.query_endpoint->address);
    out.push_back(' ');
    append_number(out, observation.query_endpoint->port);
    out += observation.query_endpoint->address.is_v6() ? " IPv6" : " IPv4";
  }

  void question(const model::Observation& observation, std::string& out) {
    if (observation.qname.empty()) {
      out += "- -";
      return;
    }
    name_.clear();
    append_name(name_, observation.qname);
    append_word(out, name_);
    out.push_back(' ');
    out += dns::to_text(observation.qtype);
  }

  static void malformed(const model::Observation& observation, std::string& out) {
    out += " malformed: ";
    out += dns::to_text(observation.malformed.code);
    out += " at octet ";
    append_number(out, observation.malformed.offset);
  }

  const std::string identity_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Encoder> make_text_encoder(std::string_view identity) {
  return std::make_unique<Text>(identity);
}

}  // namespace weir::flow
