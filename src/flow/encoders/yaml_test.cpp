// Tests of the YAML form: its keys, and that no name can forge a document.
#include <gtest/gtest.h>

#include "flow/catalogue.h"
#include "kit/observations.h"

namespace weir::flow {
namespace {

std::string document(const model::Observation& observation) {
  std::string out;
  make_encoder(Format::kYaml, "edge-01", "weir 1")->encode(observation, out);
  return out;
}

TEST(Yaml, a_document_has_the_keys_of_dnstap_and_the_message_as_a_block) {
  kit::Seen seen("www.example.org", 1'700'000'000'000'000'000);
  EXPECT_EQ(document(seen.observation),
            "type: MESSAGE\n"
            "identity: \"edge-01\"\n"
            "version: \"weir 1\"\n"
            "message:\n"
            "  type: CLIENT_QUERY\n"
            "  query_time: !!timestamp 2023-11-14 22:13:20.000000000\n"
            "  socket_family: INET\n"
            "  socket_protocol: UDP\n"
            "  query_address: 192.0.2.7\n"
            "  response_address: 192.0.2.53\n"
            "  query_port: 5353\n"
            "  response_port: 53\n"
            "  query_message: |\n"
            "    ;; ->>HEADER<<- opcode: QUERY; status: NOERROR; id: 4660\n"
            "    ;; Flags: rd; QUESTION: 1; ANSWER: 0; AUTHORITY: 0; ADDITIONAL: 0\n"
            "    \n"
            "    ;; QUESTION SECTION:\n"
            "    ;; www.example.org.    \t\tIN\tA\n"
            "---\n");
}

TEST(Yaml, what_dnstap_knows_is_there_and_quoted) {
  kit::Seen seen("example.org");
  seen.answer();
  model::DnstapExtras extras;
  extras.identity = as_bytes("a\"b\n---\n");
  extras.query_zone = as_bytes(std::string_view("\7example\3org\0", 13));
  seen.observation.dnstap = &extras;
  const std::string text = document(seen.observation);
  EXPECT_NE(text.find("identity: \"a\\\"b\\u000a---\\u000a\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  query_zone: \"example.org.\"\n"), std::string::npos);
  EXPECT_NE(text.find("  response_message: |\n"), std::string::npos);
}

TEST(Yaml, no_name_can_forge_a_line) {
  kit::Seen plain("example.org");
  plain.set_question(Octets{3, 'a', 'x', 'b', 0});
  plain.describe();
  const std::string shape = document(plain.observation);
  const auto lines = std::count(shape.begin(), shape.end(), '\n');
  for (int octet = 0; octet < 256; ++octet) {
    kit::Seen seen("example.org");
    seen.set_question(Octets{3, 'a', static_cast<uint8_t>(octet), 'b', 0});
    seen.describe();
    const std::string text = document(seen.observation);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), lines);
    for (const char c : text) EXPECT_TRUE((c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t');
  }
}

}  // namespace
}  // namespace weir::flow
