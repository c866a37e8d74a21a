// Settings of TLS: each that is wrong is refused with words that name it.
#include "io/tls.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "kit/certificates.h"

namespace weir::io {
namespace {

std::string refusal(const TlsClientSettings& settings) {
  const auto client = TlsClient::create(settings);
  EXPECT_FALSE(client);
  if (client) return {};
  EXPECT_EQ(Fault::kConfig, client.error().fault);
  return client.error().what;
}

TlsClientSettings valid() {
  static const kit::TemporaryFile file(kit::Authority().certificate());
  TlsClientSettings settings;
  settings.server_name = "dns.example";
  settings.ca_file = file.path();
  return settings;
}

TEST(TlsSettings, takes_pins_in_both_forms_and_refuses_others) {
  TlsClientSettings settings = valid();
  settings.pins = {std::string(64, 'A'), std::string(43, 'A') + "="};
  EXPECT_TRUE(TlsClient::create(settings));
  for (const std::string bad : {"", "abc", "zz", "AAAA=", "sha256"}) {
    settings.pins = {bad};
    EXPECT_NE(std::string::npos, refusal(settings).find("\"" + bad + "\" is not a SHA-256"));
  }
  for (const size_t length : {62, 63, 65, 66, 128}) {
    settings.pins = {std::string(length, 'a')};
    EXPECT_NE("", refusal(settings));
  }
  settings.pins = {std::string(42, 'A') + "=="};
  EXPECT_NE("", refusal(settings));
  settings.pins = {std::string(40, 'A') + "*AA="};
  EXPECT_NE("", refusal(settings));
}

TEST(TlsSettings, refuses_to_trust_only_pins_without_any) {
  TlsClientSettings settings = valid();
  settings.pins_only = true;
  EXPECT_NE("", refusal(settings));
}

TEST(TlsSettings, names_a_ca_file_that_is_missing_or_empty) {
  TlsClientSettings settings = valid();
  settings.ca_file = "/nonexistent/ca.pem";
  EXPECT_NE(std::string::npos, refusal(settings).find("/nonexistent/ca.pem"));
  const kit::TemporaryFile empty("no certificate here\n");
  settings.ca_file = empty.path();
  EXPECT_NE(std::string::npos, refusal(settings).find(empty.path()));
}

TEST(TlsSettings, says_so_when_the_system_trusts_nothing) {
  TlsClientSettings settings = valid();
  settings.ca_file.clear();
  ::setenv("SSL_CERT_FILE", "/nonexistent/bundle.pem", 1);
  ::setenv("SSL_CERT_DIR", "/nonexistent/certs:/proc/self", 1);
  const std::string words = refusal(settings);
  EXPECT_NE(std::string::npos, words.find("/nonexistent/bundle.pem")) << words;
  EXPECT_NE(std::string::npos, words.find("/nonexistent/certs")) << words;
  settings.pins_only = true;
  settings.pins = {std::string(64, '0')};
  EXPECT_TRUE(TlsClient::create(settings));  // pins need no trust
  const std::string bundle = valid().ca_file;
  ::setenv("SSL_CERT_FILE", bundle.c_str(), 1);
  settings.pins_only = false;
  EXPECT_TRUE(TlsClient::create(settings));
  ::unsetenv("SSL_CERT_FILE");
  ::unsetenv("SSL_CERT_DIR");
}

TEST(TlsSettings, refuses_names_and_protocols_that_cannot_be) {
  TlsClientSettings settings = valid();
  for (const std::string& bad :
       {std::string(254, 'a'), std::string("a b"), std::string("a\0b", 3)}) {
    settings.server_name = bad;
    EXPECT_NE("", refusal(settings));
  }
  settings = valid();
  settings.alpn = {""};
  EXPECT_NE("", refusal(settings));
  settings.alpn = {std::string(256, 'a')};
  EXPECT_NE("", refusal(settings));
}

}  // namespace
}  // namespace weir::io
