// TLS streams against a real server: what is accepted, each cause of refusal with no octet sent,
// and resumption.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>

#include "io/stream.h"
#include "kit/certificates.h"
#include "kit/run_loop.h"
#include "kit/stream_events.h"
#include "kit/tls_server.h"

namespace weir::io {
namespace {

using kit::Identity;
using kit::LeafOptions;
using kit::RecordedEvents;
using kit::run_until;
using kit::TlsServer;
using kit::TlsSession;

const kit::Authority& authority() {
  static const kit::Authority shared;
  return shared;
}
const kit::TemporaryFile& ca_file() {
  static const kit::TemporaryFile shared(authority().certificate());
  return shared;
}

TlsClientSettings trusting(const std::string& name) {
  TlsClientSettings settings;
  settings.server_name = name;
  settings.address = *IpAddress::parse("127.0.0.1");
  settings.ca_file = ca_file().path();
  return settings;
}

std::unique_ptr<TlsClient> client_of(const TlsClientSettings& settings) {
  auto client = TlsClient::create(settings);
  EXPECT_TRUE(client) << client.error().what;
  return *std::move(client);
}

struct Outcome {
  std::string answer;
  std::optional<CloseCause> cause;
  std::string detail;
  bool opened = false;
  bool resumed = false;
};

// Connects, sends a word at once, and waits for it to come back or for the end.
Outcome ask(Loop& loop, const Endpoint& to, TlsClient& client) {
  RecordedEvents events;
  const auto stream = connect_stream(loop, to, &client, {}, events);
  EXPECT_TRUE(stream->send(as_bytes("question")));
  EXPECT_TRUE(run_until(loop, [&] { return events.cause || events.data == "question"; }));
  return {events.data, events.cause, events.detail, events.opened, stream->resumed()};
}

kit::TlsServerOptions serving(Identity identity) {
  kit::TlsServerOptions options;
  options.identity = std::move(identity);
  return options;
}

LeafOptions named(std::vector<std::string> dns, std::vector<std::string> ip = {}) {
  LeafOptions options;
  options.dns = std::move(dns);
  options.ip = std::move(ip);
  return options;
}

// The server must see the refusal and not one octet of the application.
void expect_refused(const TlsClientSettings& settings, Identity identity, CloseCause cause,
                    std::initializer_list<const char*> words) {
  for (const bool only_tls12 : {false, true}) {
    Loop loop;
    auto options = serving(identity);
    options.only_tls12 = only_tls12;
    TlsServer server(options);
    const auto client = client_of(settings);
    const Outcome outcome = ask(loop, server.local(), *client);
    ASSERT_TRUE(outcome.cause);
    EXPECT_EQ(to_text(cause), to_text(*outcome.cause)) << outcome.detail;
    EXPECT_TRUE(is_certificate(*outcome.cause));
    EXPECT_FALSE(outcome.opened);
    for (const char* word : words) {
      EXPECT_NE(std::string::npos, outcome.detail.find(word)) << word << " in " << outcome.detail;
    }
    EXPECT_TRUE(run_until(loop, [&] { return server.failures() == 1; }));
    EXPECT_EQ(0u, server.octets());
    EXPECT_EQ(0u, server.handshakes());
  }
}

void expect_accepted(const TlsClientSettings& settings, Identity identity) {
  Loop loop;
  TlsServer server(serving(std::move(identity)));
  const auto client = client_of(settings);
  const Outcome outcome = ask(loop, server.local(), *client);
  EXPECT_FALSE(outcome.cause) << outcome.detail;
  EXPECT_EQ("question", outcome.answer);
  EXPECT_FALSE(outcome.resumed);
}

TEST(Tls, P04_accepts_the_right_name) {
  expect_accepted(trusting("dns.example"), authority().issue(named({"other", "dns.example"})));
  expect_accepted(trusting("dns.example."), authority().issue(named({"dns.example"})));
  expect_accepted(trusting("one.dns.example"), authority().issue(named({"*.dns.example"})));
}

TEST(Tls, P04_accepts_the_right_address) {
  expect_accepted(trusting(""), authority().issue(named({}, {"127.0.0.1"})));
  expect_accepted(trusting("2001:db8::1"), authority().issue(named({}, {"2001:db8::1"})));
}

TEST(Tls, accepts_a_self_signed_certificate_that_is_the_ca_file) {
  const Identity own = kit::self_signed(named({"dns.example"}));
  const kit::TemporaryFile file(own.certificate);
  TlsClientSettings settings = trusting("dns.example");
  settings.ca_file = file.path();
  expect_accepted(settings, own);
}

TEST(Tls, P04_wrong_name_sends_no_octet) {
  expect_refused(trusting("dns.example"),
                 authority().issue(named({"a.test", "b.test"}, {"192.0.2.7"})),
                 CloseCause::kCertificateName, {"dns.example", "a.test, b.test, 192.0.2.7"});
}
TEST(Tls, P04_partial_wildcards_and_common_names_do_not_count) {
  expect_refused(trusting("dns.example"), authority().issue(named({"d*.example"})),
                 CloseCause::kCertificateName, {"dns.example", "d*.example"});
  LeafOptions options;
  options.common_name = "dns.example";
  expect_refused(trusting("dns.example"), authority().issue(options), CloseCause::kCertificateName,
                 {"no name"});
}
TEST(Tls, P04_wrong_address_sends_no_octet) {
  expect_refused(trusting(""), authority().issue(named({"localhost"}, {"127.0.0.2"})),
                 CloseCause::kCertificateName, {"127.0.0.1", "127.0.0.2"});
}
TEST(Tls, P04_expired_sends_no_octet) {
  LeafOptions options = named({"dns.example"});
  options.valid_from_seconds = -7200;
  options.valid_until_seconds = -3600;
  expect_refused(trusting("dns.example"), authority().issue(options),
                 CloseCause::kCertificateExpired, {"expired", "weir test server", "until"});
  options.valid_from_seconds = 3600;
  options.valid_until_seconds = 7200;
  expect_refused(trusting("dns.example"), authority().issue(options),
                 CloseCause::kCertificateExpired, {"not yet valid"});
}
TEST(Tls, P04_self_signed_sends_no_octet) {
  expect_refused(trusting("dns.example"), kit::self_signed(named({"dns.example"})),
                 CloseCause::kCertificateSelfSigned, {"self", "dns.example"});
  expect_refused(trusting("dns.example"), kit::self_signed(named({"wrong.test"})),
                 CloseCause::kCertificateSelfSigned, {"self"});
}
TEST(Tls, P04_unknown_authority_sends_no_octet) {
  const kit::Authority stranger("stranger\x1b[31m");
  expect_refused(trusting("dns.example"), stranger.issue(named({"dns.example"})),
                 CloseCause::kCertificateUntrusted, {"issued by CN = stranger"});
}
TEST(Tls, P04_wrong_pin_sends_no_octet) {
  TlsClientSettings settings = trusting("dns.example");
  const Identity identity = authority().issue(named({"dns.example"}));
  settings.pins = {std::string(64, '0')};
  expect_refused(settings, identity, CloseCause::kCertificatePin,
                 {"dns.example", kit::pin_hex(identity.certificate).c_str()});
  settings.pins_only = true;
  expect_refused(settings, identity, CloseCause::kCertificatePin, {"no pin"});
}
TEST(Tls, pins_are_required_besides_the_chain_unless_they_are_all) {
  const Identity identity = kit::self_signed(named({"wrong.test"}));
  TlsClientSettings settings = trusting("dns.example");
  settings.pins = {std::string(64, 'a'), kit::pin_hex(identity.certificate)};
  expect_refused(settings, identity, CloseCause::kCertificateSelfSigned, {"self"});
  settings.pins_only = true;
  expect_accepted(settings, identity);
  settings.pins = {kit::pin_base64(identity.certificate)};
  expect_accepted(settings, identity);
}

void expect_resumption(bool only_tls12) {
  Loop loop;
  auto options = serving(authority().issue(named({"dns.example"})));
  options.only_tls12 = only_tls12;
  TlsServer server(options);
  const auto client = client_of(trusting("dns.example"));
  EXPECT_FALSE(ask(loop, server.local(), *client).resumed);
  for (uint64_t round = 1; round <= 4; ++round) {
    const Outcome outcome = ask(loop, server.local(), *client);
    EXPECT_TRUE(outcome.resumed) << round;
    EXPECT_EQ("question", outcome.answer);
    EXPECT_EQ(round, server.resumptions());
  }
}
TEST(Tls, D53_resumes_tls13) { expect_resumption(false); }
TEST(Tls, D53_resumes_tls12) { expect_resumption(true); }

TEST(Tls, a_connection_that_was_cut_still_leaves_its_session) {
  Loop loop;
  TlsServer server(serving(authority().issue(named({"dns.example"}))));
  const auto client = client_of(trusting("dns.example"));
  RecordedEvents events;
  const auto stream = connect_stream(loop, server.local(), client.get(), {}, events);
  stream->send(as_bytes("x"));
  ASSERT_TRUE(run_until(loop, [&] { return events.data == "x"; }));
  server.drop_connections();
  ASSERT_TRUE(run_until(loop, [&] { return events.cause.has_value(); }));
  EXPECT_EQ(CloseCause::kEndOfStream, *events.cause);
  EXPECT_TRUE(ask(loop, server.local(), *client).resumed);
  EXPECT_TRUE(ask(loop, server.local(), *client).resumed);
}

TEST(Tls, offers_the_name_and_alpn_but_never_an_address_as_a_name) {
  Loop loop;
  std::string seen;
  auto options = serving(authority().issue(named({"dns.example"}, {"127.0.0.1"})));
  options.alpn = {"h2", "dot"};
  const auto answer_with_names = [](TlsSession& session) {
    session.read();
    session.write(session.server_name() + "/" + session.alpn());
    session.read();
  };
  TlsServer server(options, answer_with_names);
  for (const auto& [name, expected] :
       {std::pair{"dns.example", "dns.example/dot"}, std::pair{"", "/dot"}}) {
    TlsClientSettings settings = trusting(name);
    settings.alpn = {"dot"};
    const auto client = client_of(settings);
    RecordedEvents events;
    const auto stream = connect_stream(loop, server.local(), client.get(), {}, events);
    stream->send(as_bytes("?"));
    EXPECT_TRUE(run_until(loop, [&] { return events.data == expected; })) << events.data;
  }
}

TEST(Tls, many_small_sends_are_one_record) {
  Loop loop;
  std::atomic<size_t> first{0};
  TlsServer server(serving(authority().issue(named({"dns.example"}))), [&](TlsSession& session) {
    first = session.read().size();  // SSL_read gives one record
    session.write("done");
    session.read();
  });
  const auto client = client_of(trusting("dns.example"));
  RecordedEvents events;
  const auto stream = connect_stream(loop, server.local(), client.get(), {}, events);
  for (int i = 0; i < 100; ++i) stream->send(as_bytes("0123456789"));
  EXPECT_TRUE(run_until(loop, [&] { return events.data == "done"; }));
  EXPECT_EQ(1000u, first);
}

TEST(Tls, carries_a_megabyte_both_ways_past_full_sockets) {
  Loop loop;
  TlsServer server(serving(authority().issue(named({"dns.example"}))));
  const auto client = client_of(trusting("dns.example"));
  StreamOptions options;
  options.limit_octets = 4 << 20;
  RecordedEvents events;
  const auto stream = connect_stream(loop, server.local(), client.get(), options, events);
  std::string large(3 << 20, '\0');
  for (size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7 / 5);
  EXPECT_TRUE(stream->send(as_bytes(large)));
  // Pausing with whole records buffered inside TLS must not lose the wake for them.
  int pauses = 0;
  Timer timer(loop);
  events.then_on_data = [&] {
    if (++pauses % 50 != 0) return;
    stream->pause_reading(true);
    timer.start(0ns, [&] { stream->pause_reading(false); });
  };
  EXPECT_TRUE(run_until(loop, [&] { return events.data.size() == large.size(); }, 20s));
  EXPECT_TRUE(events.data == large);
}

TEST(Tls, close_sends_the_rest_and_a_goodbye) {
  Loop loop;
  std::atomic<bool> ended{false};
  std::string seen;
  TlsServer server(serving(authority().issue(named({"dns.example"}))), [&](TlsSession& session) {
    for (std::string text = session.read(); !text.empty(); text = session.read()) seen += text;
    ended = true;
  });
  const auto client = client_of(trusting("dns.example"));
  RecordedEvents events;
  auto stream = connect_stream(loop, server.local(), client.get(), {}, events);
  ASSERT_TRUE(run_until(loop, [&] { return events.opened; }));
  stream->send(as_bytes("last words"));
  stream.reset();
  EXPECT_TRUE(run_until(loop, [&] { return ended.load(); }));
  EXPECT_EQ("last words", seen);
  EXPECT_FALSE(events.cause);
}

TEST(Tls, outlives_its_client_settings) {
  Loop loop;
  TlsServer server(serving(authority().issue(named({"dns.example"}))));
  auto client = client_of(trusting("dns.example"));
  RecordedEvents events;
  const auto stream = connect_stream(loop, server.local(), client.get(), {}, events);
  client.reset();
  stream->send(as_bytes("still here"));
  EXPECT_TRUE(run_until(loop, [&] { return events.data == "still here"; })) << events.detail;
}

TEST(Tls, says_timeout_when_the_handshake_is_not_answered) {
  Loop loop;
  auto options = serving(authority().issue(named({"dns.example"})));
  options.handshakes = false;
  TlsServer server(options);
  const auto client = client_of(trusting("dns.example"));
  StreamOptions stream_options;
  stream_options.connect_timeout = 50ms;
  RecordedEvents events;
  const auto stream = connect_stream(loop, server.local(), client.get(), stream_options, events);
  ASSERT_TRUE(run_until(loop, [&] { return events.cause.has_value(); }));
  EXPECT_EQ(CloseCause::kTimeout, *events.cause);
  EXPECT_NE(std::string::npos, events.detail.find("handshake")) << events.detail;
}

TEST(Tls, says_tls_protocol_to_a_peer_that_speaks_something_else_or_leaves) {
  Loop loop;
  const auto client = client_of(trusting("dns.example"));
  RecordedEvents peer_events;
  std::unique_ptr<Stream> peer;
  bool leaves = false;
  auto listener = listen_stream(
      loop, *Endpoint::parse("127.0.0.1:0"), false, [&](UniqueFd fd, Endpoint from, Endpoint own) {
        peer_events = {};
        peer = accept_stream(loop, std::move(fd), from, own, {}, peer_events);
        if (!leaves) peer->send(as_bytes("220 mail.example ESMTP\r\n"));
        if (leaves) peer->close();
      });
  ASSERT_TRUE(listener);
  for (const bool leaving : {false, true}) {
    leaves = leaving;
    const Outcome outcome = ask(loop, (*listener)->local(), *client);
    ASSERT_TRUE(outcome.cause);
    EXPECT_EQ("tls_protocol", to_text(*outcome.cause)) << outcome.detail;
    EXPECT_FALSE(outcome.detail.empty());
  }
}

}  // namespace
}  // namespace weir::io
