// Reads the words of `weir query` and builds the message.
#include "app/commands/question.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/log.h"
#include "base/units.h"

namespace weir::app {
namespace {

constexpr uint16_t kUdpPayload = 1232;

Error wrong(std::string what) { return {.fault = Fault::kConfig, .what = std::move(what)}; }

struct Flag {
  std::string_view word;
  void (*apply)(Question&);
};
constexpr Flag kFlags[] = {
    {"+dnssec", [](Question& q) { q.dnssec = true; }},
    {"+cd", [](Question& q) { q.checking_disabled = true; }},
    {"+ad", [](Question& q) { q.authentic_data = true; }},
    {"+norec", [](Question& q) { q.recursion = false; }},
    {"+nsid", [](Question& q) { q.nsid = true; }},
    {"+noedns", [](Question& q) { q.edns = false; }},
    {"+tcp", [](Question& q) { q.protocol = QueryProtocol::kTcp; }},
    {"+tls", [](Question& q) { q.protocol = QueryProtocol::kTls; }},
};

Status read_flag(std::string_view word, Question& question) {
  std::vector<std::string_view> known;
  for (const Flag& flag : kFlags) {
    if (flag.word == word) {
      flag.apply(question);
      return Done{};
    }
    known.push_back(flag.word);
  }
  std::string what = fmt::format("'{}' is no flag", log::escape_text(word));
  if (const std::string_view near = nearest(word, known); !near.empty())
    what += fmt::format("; did you mean {}?", near);
  return wrong(std::move(what));
}

/// An address, with or without a port (which `@1.2.3.4:53` and `@[::1]:53` have).
Result<Endpoint> read_server(std::string_view word, uint16_t default_port) {
  if (const auto address = IpAddress::parse(word)) return Endpoint{*address, default_port};
  if (const auto endpoint = Endpoint::parse(word, default_port)) return *endpoint;
  return wrong(
      fmt::format("'@{}' is no server; expected an address, as in @192.0.2.1 or @[2001:db8::1]:53",
                  log::escape_text(word)));
}

Status read_server_of(const QueryCommand& command, std::optional<std::string_view> word,
                      Question& question) {
  if (!word) {
    const uint8_t loopback[] = {127, 0, 0, 1};
    question.server = {IpAddress::v4(loopback), command.port.value_or(kDefaultPort)};
    return Done{};
  }
  const uint16_t usual = question.protocol == QueryProtocol::kTls ? 853 : 53;
  TRY(question.server, read_server(*word, command.port.value_or(usual)));
  if (command.port) question.server.port = *command.port;
  return Done{};
}

/// NAME, TYPE and CLASS come in any order after the first word, which is the name.
Status read_plain_word(std::string_view word, bool& have_name, Question& question) {
  if (have_name) {
    if (const auto type = dns::type_from_text(word)) {
      question.type = *type;
      return Done{};
    }
    if (const auto klass = dns::class_from_text(word)) {
      question.klass = *klass;
      return Done{};
    }
    return wrong(fmt::format("'{}' is no record type; expected A, AAAA, MX … or TYPE65280",
                             log::escape_text(word)));
  }
  auto name = dns::Name::parse(word);
  if (!name)
    return wrong(fmt::format("'{}' is no name: {}", log::escape_text(word), name.error().what));
  question.name = *name;
  have_name = true;
  return Done{};
}

}  // namespace

Result<Question> read_question(const QueryCommand& command) {
  Question question;
  bool have_name = false;
  std::optional<std::string_view> server;
  for (const std::string& word : command.words) {
    if (word.starts_with('@')) {
      server = std::string_view(word).substr(1);
    } else if (word.starts_with('+')) {
      TRY_DONE(read_flag(word, question));
    } else {
      TRY_DONE(read_plain_word(word, have_name, question));
    }
  }
  if (!have_name) return wrong("expected a name to ask for");
  if (command.protocol) question.protocol = *command.protocol;
  TRY_DONE(read_server_of(command, server, question));
  return question;
}

Octets build_query(const Question& question, uint16_t id) {
  std::array<uint8_t, 512> buffer;
  uint16_t flags = 0;
  if (question.recursion) flags |= dns::flag::kRd;
  if (question.checking_disabled) flags |= dns::flag::kCd;
  if (question.authentic_data) flags |= dns::flag::kAd;
  dns::Builder builder(buffer, id, flags);
  builder.question(question.name, question.type, question.klass);
  if (question.edns) {
    builder.begin_edns(kUdpPayload, 0, 0, question.dnssec);
    if (question.nsid) builder.option(dns::Option::kNsid, {});
    if (question.protocol == QueryProtocol::kTls) builder.pad_to(128);  // RFC 8467 §4.1
    builder.end_edns();
  }
  const Bytes message = builder.message();
  return {message.begin(), message.end()};
}

}  // namespace weir::app
