// The words of observations, and reading a message into one.
#include "model/observation.h"

#include <array>

namespace weir::model {
namespace {

constexpr std::array<std::string_view, 15> kMessageTypes = {
    "UNKNOWN",         "AUTH_QUERY",        "AUTH_RESPONSE",
    "RESOLVER_QUERY",  "RESOLVER_RESPONSE", "CLIENT_QUERY",
    "CLIENT_RESPONSE", "FORWARDER_QUERY",   "FORWARDER_RESPONSE",
    "STUB_QUERY",      "STUB_RESPONSE",     "TOOL_QUERY",
    "TOOL_RESPONSE",   "UPDATE_QUERY",      "UPDATE_RESPONSE"};
constexpr std::array<std::string_view, 8> kProtocols = {
    "UNKNOWN", "UDP", "TCP", "DOT", "DOH", "DNSCryptUDP", "DNSCryptTCP", "DOQ"};
constexpr std::array<std::string_view, 5> kSourceKinds = {"edge", "capture", "dnstap", "file",
                                                          "json"};
constexpr std::array<std::string_view, 6> kAnswerSources = {"none",  "cache",  "upstream",
                                                            "local", "policy", "stale"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool same_word(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

template <typename Enum, size_t kCount>
std::string_view word_of(Enum value, const std::array<std::string_view, kCount>& words) {
  const auto index = static_cast<size_t>(value);
  return words[index < kCount ? index : 0];
}

/// The first word stands for "unknown" and is not understood.
template <typename Enum, size_t kCount>
std::optional<Enum> from_word(std::string_view text,
                              const std::array<std::string_view, kCount>& words) {
  for (size_t i = 1; i < kCount; ++i)
    if (same_word(text, words[i])) return static_cast<Enum>(i);
  return std::nullopt;
}

void keep_question(Observation& observation, const dns::Question& question,
                   std::array<uint8_t, dns::kMaxName>& qname_buffer) {
  const dns::Name name = question.name.expand();
  const Bytes wire = name.wire();
  std::memcpy(qname_buffer.data(), wire.data(), wire.size());
  observation.qname = Bytes(qname_buffer).first(wire.size());
  observation.qtype = question.type;
  observation.qclass = question.klass;
}

/// The question of a message that does not parse as a whole, where it stands unharmed in front.
void salvage_question(Observation& observation, Bytes octets,
                      std::array<uint8_t, dns::kMaxName>& qname_buffer) {
  if (octets.size() > dns::kMaxMessage || observation.header.counts[0] == 0) return;
  const auto end = dns::check_name(octets, dns::kHeaderSize);
  if (!end || octets.size() < *end + size_t{4}) return;
  keep_question(
      observation,
      {dns::NameView(octets, dns::kHeaderSize), static_cast<dns::Type>(load_u16(&octets[*end])),
       static_cast<dns::Class>(load_u16(&octets[*end + size_t{2}])),
       static_cast<uint16_t>(*end + 4)},
      qname_buffer);
}

}  // namespace

std::string_view to_text(MessageType type) { return word_of(type, kMessageTypes); }
std::optional<MessageType> message_type_from_text(std::string_view text) {
  return from_word<MessageType>(text, kMessageTypes);
}
std::string_view to_text(Protocol protocol) { return word_of(protocol, kProtocols); }
std::optional<Protocol> protocol_from_text(std::string_view text) {
  return from_word<Protocol>(text, kProtocols);
}
std::string_view to_text(SourceKind kind) { return word_of(kind, kSourceKinds); }
std::string_view to_text(AnswerSource source) { return word_of(source, kAnswerSources); }

void describe(Observation& observation, std::array<uint8_t, dns::kMaxName>& qname_buffer) {
  const Bytes octets = observation.message();
  observation.header = dns::Header::read(octets).value_or(dns::Header{});
  observation.qname = {};
  observation.qtype = {};
  observation.qclass = {};
  observation.rcode = static_cast<dns::Rcode>(observation.header.rcode());
  observation.malformed = {};
  const auto message = dns::Message::parse_prefix(octets);
  if (!message) {
    observation.malformed = message.error();
    salvage_question(observation, octets, qname_buffer);
    return;
  }
  observation.rcode = message->rcode();
  if (message->question()) keep_question(observation, *message->question(), qname_buffer);
}

}  // namespace weir::model
