// What is said about a certificate that was not accepted. Its words come from a stranger: they are
// bounded and cannot forge a line.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <string>

#include "io/stream.h"
#include "io/tls/context.h"
#include "kit/certificates.h"
#include "kit/run_loop.h"
#include "kit/stream_events.h"
#include "kit/tls_server.h"

namespace weir::io {
namespace {

// The words about `leaf` when dns.example was expected.
std::string said_about(const kit::LeafOptions& leaf, const kit::Authority& issuer,
                       const kit::Authority& trusted) {
  Loop loop;
  kit::TlsServerOptions options;
  options.identity = issuer.issue(leaf);
  const kit::TlsServer server(options);
  const kit::TemporaryFile file(trusted.certificate());
  TlsClientSettings settings;
  settings.server_name = "dns.example";
  settings.ca_file = file.path();
  const auto client = TlsClient::create(settings);
  EXPECT_TRUE(client);
  kit::RecordedEvents events;
  const auto stream = connect_stream(loop, server.local(), client->get(), {}, events);
  EXPECT_TRUE(kit::run_until(loop, [&] { return events.cause.has_value(); }));
  EXPECT_TRUE(is_certificate(*events.cause));
  return events.detail;
}

TEST(TlsVerify, names_at_most_eight_of_many_names) {
  const kit::Authority authority;
  kit::LeafOptions leaf;
  for (int i = 0; i < 100; ++i) leaf.dns.push_back("name-" + std::to_string(i) + ".test");
  const std::string words = said_about(leaf, authority, authority);
  EXPECT_NE(std::string::npos, words.find("name-7.test and more")) << words;
  EXPECT_EQ(std::string::npos, words.find("name-8.test")) << words;
}

TEST(TlsVerify, shortens_long_names_and_escapes_control_characters) {
  const kit::Authority authority;
  kit::LeafOptions leaf;
  leaf.dns = {std::string(1000, 'a')};
  EXPECT_LT(said_about(leaf, authority, authority).size(), 300u);
  const kit::Authority stranger("evil\n\x1b[31m");
  const std::string words = said_about(leaf, stranger, authority);
  EXPECT_NE(std::string::npos, words.find("evil")) << words;
  EXPECT_TRUE(std::ranges::all_of(words, [](char c) { return c >= ' ' && c <= '~'; })) << words;
}

TEST(SessionCache, keeps_at_most_eight_and_gives_none_that_cannot_be_resumed) {
  SessionCache cache;
  EXPECT_EQ(nullptr, cache.take());
  for (int i = 0; i < 20; ++i) cache.keep(TlsOwned<ssl_session_st>(SSL_SESSION_new()));
  EXPECT_EQ(SessionCache::kCapacity, cache.size());
  EXPECT_EQ(nullptr, cache.take());
  EXPECT_EQ(0u, cache.size());
}

}  // namespace
}  // namespace weir::io
