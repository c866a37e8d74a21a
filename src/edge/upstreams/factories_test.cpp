// DNS over TLS as the factory makes it: verification before the first octet, causes by name, and
// resumed sessions.
#include "edge/upstreams/factories.h"

#include "kit/tls_server.h"
#include "kit/upstream_bench.h"

namespace weir::edge::upstreams {
namespace {

/// Answers framed queries until the client goes.
void answer(kit::TlsSession& session) {
  for (;;) {
    const std::string length = session.read_exactly(2);
    if (length.empty()) return;
    const std::string query = session.read_exactly(load_u16(as_bytes(length).data()));
    const Octets reply = kit::make_answer(as_bytes(query));
    std::string framed(2, '\0');
    store_u16(reinterpret_cast<uint8_t*>(framed.data()), static_cast<uint16_t>(reply.size()));
    framed += as_text(reply);
    if (!session.write(framed)) return;
  }
}

struct StreamTls : Bench {
  kit::Authority authority;
  kit::TemporaryFile trusted{authority.certificate()};

  StreamTls() { upstream_settings.tls.ca_file = trusted.path(); }

  kit::TlsServerOptions serving(kit::Identity identity) {
    return {.identity = std::move(identity), .alpn = {"dot"}};
  }
  kit::Identity good() { return authority.issue({.dns = {"dns.example"}, .ip = {"127.0.0.1"}}); }

  void expect_refused(kit::Identity identity, const std::string& address, AskFailure cause) {
    kit::TlsServer server(serving(std::move(identity)), answer);
    const std::string port = ":" + std::to_string(server.local().port);
    ASSERT_TRUE(open("tls://" + address + port).ok());
    ask(1);
    ask(2);
    ASSERT_TRUE(await(2));
    EXPECT_EQ(heard.failures.at(1), cause) << to_text(heard.failures.at(1));
    EXPECT_EQ(failed(cause), 2u);
    EXPECT_EQ(state->connection_failures[static_cast<size_t>(cause)]->value(), 1u);
    EXPECT_EQ(server.octets(), 0u) << "not one octet of DNS";
    EXPECT_TRUE(heard.sent.empty());
    EXPECT_FALSE(state->proven);
  }
};

TEST_F(StreamTls, P03_an_address_in_the_certificate_is_enough) {
  kit::TlsServer server(serving(good()), answer);
  ASSERT_TRUE(open("tls://" + server.local().to_text()).ok());
  ask_many(0, 100);
  ASSERT_TRUE(await(100));
  EXPECT_EQ(heard.replies.size(), 100u);
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(StreamTls, the_name_beside_an_address_is_verified) {
  kit::TlsServer server(serving(authority.issue({.dns = {"dns.example"}})), answer);
  ASSERT_TRUE(open("tls://dns.example@" + server.local().to_text()).ok());
  ask(1);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.replies.size(), 1u);
}

TEST_F(StreamTls, the_subject_name_of_the_settings_comes_first) {
  kit::TlsServer server(serving(authority.issue({.dns = {"other.example"}})), answer);
  upstream_settings.tls.subject_name = "other.example";
  ASSERT_TRUE(open("tls://dns.example@" + server.local().to_text()).ok());
  ask(1);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.replies.size(), 1u);
}

TEST_F(StreamTls, D52_a_wrong_name_is_refused) {
  expect_refused(authority.issue({.dns = {"other.example"}}), "dns.example@127.0.0.1",
                 AskFailure::kCertificateName);
}

TEST_F(StreamTls, D52_a_wrong_address_is_refused) {
  expect_refused(authority.issue({.dns = {"dns.example"}, .ip = {"192.0.2.1"}}), "127.0.0.1",
                 AskFailure::kCertificateName);
}

TEST_F(StreamTls, D52_an_expired_certificate_is_refused) {
  expect_refused(
      authority.issue(
          {.ip = {"127.0.0.1"}, .valid_from_seconds = -7200, .valid_until_seconds = -3600}),
      "127.0.0.1", AskFailure::kCertificateExpired);
}

TEST_F(StreamTls, D52_a_self_signed_certificate_is_refused) {
  expect_refused(kit::self_signed({.ip = {"127.0.0.1"}}), "127.0.0.1",
                 AskFailure::kCertificateSelfSigned);
}

TEST_F(StreamTls, D52_a_strange_authority_is_refused) {
  const kit::Authority stranger("somebody else");
  expect_refused(stranger.issue({.ip = {"127.0.0.1"}}), "127.0.0.1",
                 AskFailure::kCertificateUntrusted);
}

TEST_F(StreamTls, D52_a_key_that_is_not_pinned_is_refused) {
  upstream_settings.tls.pins = {std::string(64, 'a')};
  expect_refused(good(), "127.0.0.1", AskFailure::kCertificatePin);
}

TEST_F(StreamTls, pins_are_taken_as_people_write_them) {
  const kit::Identity identity = good();
  upstream_settings.tls.pins = {"sha256/" + kit::pin_base64(identity.certificate)};
  kit::TlsServer server(serving(identity), answer);
  ASSERT_TRUE(open("tls://" + server.local().to_text()).ok());
  ask(1);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.replies.size(), 1u);
}

TEST_F(StreamTls, what_does_not_speak_tls_is_told_so) {
  kit::StreamPeer plain(loop, kit::answer_at_once);
  plain.on_query = [](kit::StreamPeer::Session& session, Bytes) { session.close(); };
  ASSERT_TRUE(open("tls://" + plain.local().to_text()).ok());
  ask(1, 1s);
  plain.drop();
  ASSERT_TRUE(await(1));
  EXPECT_TRUE(heard.failures.contains(1));
  EXPECT_EQ(plain.queries, 0u);
}

TEST_F(StreamTls, P19_a_new_connection_resumes_the_session) {
  kit::TlsServer server(serving(good()), answer);
  ASSERT_TRUE(open("tls://" + server.local().to_text()).ok());
  ask(1);
  ASSERT_TRUE(await(1));
  server.drop_connections();
  ASSERT_TRUE(run_until([&] { return state->connections->value() == 0; }));
  ask(2);
  ASSERT_TRUE(await(2));
  EXPECT_EQ(heard.replies.size(), 2u);
  EXPECT_EQ(state->tls_resumptions->value(), 1u);
  EXPECT_EQ(server.resumptions(), 1u);
}

TEST_F(StreamTls, shards_share_their_sessions) {
  kit::TlsServer server(serving(good()), answer);
  ASSERT_TRUE(open("tls://" + server.local().to_text(), 2).ok());
  ask(1);
  ASSERT_TRUE(await(1));
  const UpstreamContext context{loop, clock, random, heard, *state, settings, 2};
  auto other = make_upstream(context);
  ASSERT_TRUE(other.ok());
  (*other)->ask(2, kit::make_query("other.example."), clock.now() + 5s);
  ASSERT_TRUE(await(2));
  EXPECT_EQ(state->tls_resumptions->value(), 1u);
}

TEST_F(StreamTls, a_handshake_that_never_ends_is_a_timeout) {
  kit::TlsServer server({.identity = good(), .handshakes = false});
  ASSERT_TRUE(open("tls://" + server.local().to_text()).ok());
  ask(1, 100ms);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.failures.at(1), AskFailure::kTimeout);
}

TEST_F(StreamTls, a_file_of_authorities_that_is_missing_is_the_operators_error) {
  upstream_settings.tls.ca_file = "/nowhere/ca.pem";
  const Status opened = open("tls://127.0.0.1");
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().what.find("/nowhere/ca.pem"), std::string::npos);
}

TEST_F(StreamTls, D53_a_thousand_queries_take_at_most_four_handshakes) {
  kit::TlsServer server(serving(good()), answer);
  ASSERT_TRUE(open("tls://" + server.local().to_text()).ok());
  ask_many(0, 1000);
  ASSERT_TRUE(await(1000));
  EXPECT_EQ(heard.replies.size(), 1000u);
  EXPECT_LE(server.connections(), 4u);
}

}  // namespace
}  // namespace weir::edge::upstreams
