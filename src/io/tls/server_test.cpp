// The server's side of TLS, against our own client: what goes through, and who is turned away
// strangers, those without a certificate, those that do not speak TLS, the silent.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "io/stream.h"
#include "io/tls.h"
#include "kit/certificates.h"
#include "kit/run_loop.h"
#include "kit/stream_events.h"

namespace weir::io {
namespace {

using kit::Authority;
using kit::RecordedEvents;
using kit::run_until;
using kit::TemporaryFile;

/// Certificates of one authority, as files.
struct Party {
  explicit Party(const Authority& authority, const std::string& address = "127.0.0.1") {
    kit::LeafOptions options;
    options.ip = {address};
    const kit::Identity identity = authority.issue(options);
    certificate = std::make_unique<TemporaryFile>(identity.certificate);
    key = std::make_unique<TemporaryFile>(identity.key);
  }
  std::unique_ptr<TemporaryFile> certificate, key;
};

/// A listener over TLS that answers each stream with what came.
class Server {
 public:
  Server(Loop& loop, const TlsServerSettings& settings, StreamOptions options = {})
      : tls_(*TlsServer::create(settings)) {
    listener_ = *listen_stream(loop, *Endpoint::parse("127.0.0.1:0"), false,
                               [this, &loop, options](UniqueFd fd, Endpoint peer, Endpoint local) {
                                 stream = accept_stream(loop, std::move(fd), peer, local, options,
                                                        events, tls_.get());
                               });
    events.then_on_data = [this] { stream->send(as_bytes(events.data)); };
  }
  Endpoint local() const { return listener_->local(); }
  RecordedEvents events;
  std::unique_ptr<Stream> stream;

 private:
  std::unique_ptr<TlsServer> tls_;
  std::unique_ptr<Listener> listener_;
};

class TlsServerTest : public testing::Test {
 protected:
  TlsServerSettings serving() const {
    return {server_.certificate->path(), server_.key->path(), ca_.path()};
  }
  TlsClientSettings asking() const {
    TlsClientSettings settings;
    settings.address = *IpAddress::parse("127.0.0.1");
    settings.ca_file = ca_.path();
    return settings;
  }
  TlsClientSettings asking_as(const Party& party) const {
    TlsClientSettings settings = asking();
    settings.certificate_file = party.certificate->path();
    settings.key_file = party.key->path();
    return settings;
  }
  /// Connects with these settings; true if a word comes back.
  bool converses(Server& server, const TlsClientSettings& settings) {
    const auto client = TlsClient::create(settings);
    EXPECT_TRUE(client) << client.error().what;
    RecordedEvents events;
    const auto stream = connect_stream(loop_, server.local(), client->get(), {}, events);
    stream->send(as_bytes("question"));
    EXPECT_TRUE(run_until(
        loop_, [&] { return events.data == "question" || (events.cause && server.events.cause); }));
    return events.data == "question";
  }

  Loop loop_;
  const Authority authority_;
  const TemporaryFile ca_{authority_.certificate()};
  const Party server_{authority_};
};

TEST_F(TlsServerTest, converses_with_a_client_that_has_a_certificate_of_the_authority) {
  Server server(loop_, serving());
  EXPECT_TRUE(converses(server, asking_as(Party(authority_))));
  EXPECT_TRUE(server.events.opened);
}

TEST_F(TlsServerTest, wants_no_certificate_without_an_authority_for_clients) {
  TlsServerSettings settings = serving();
  settings.client_ca_file.clear();
  Server server(loop_, settings);
  EXPECT_TRUE(converses(server, asking()));
}

TEST_F(TlsServerTest, refuses_a_client_of_another_authority_and_says_who_it_was) {
  Server server(loop_, serving());
  EXPECT_FALSE(converses(server, asking_as(Party(Authority("another authority")))));
  ASSERT_TRUE(server.events.cause);
  EXPECT_TRUE(is_certificate(*server.events.cause)) << to_text(*server.events.cause);
  EXPECT_NE(std::string::npos, server.events.detail.find("another authority"))
      << server.events.detail;
  EXPECT_FALSE(server.events.opened);
  EXPECT_EQ("", server.events.data);
}

TEST_F(TlsServerTest, refuses_a_client_without_a_certificate) {
  Server server(loop_, serving());
  EXPECT_FALSE(converses(server, asking()));
  EXPECT_EQ(CloseCause::kCertificateMissing, server.events.cause);
}

TEST_F(TlsServerTest, is_refused_by_a_client_that_does_not_trust_it) {
  Server server(loop_, serving());
  const TemporaryFile other(Authority("another authority").certificate());
  const Party client(authority_);
  TlsClientSettings settings = asking_as(client);
  settings.ca_file = other.path();
  EXPECT_FALSE(converses(server, settings));
  EXPECT_FALSE(server.events.opened);
}

TEST_F(TlsServerTest, ends_a_client_that_speaks_something_else) {
  Server server(loop_, serving());
  RecordedEvents events;
  const auto stream = connect_stream(loop_, server.local(), nullptr, {}, events);
  stream->send(as_bytes("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_TRUE(run_until(loop_, [&] { return server.events.cause.has_value(); }));
  EXPECT_EQ(CloseCause::kTlsProtocol, server.events.cause);
}

TEST_F(TlsServerTest, ends_a_client_that_stays_silent) {
  StreamOptions options;
  options.connect_timeout = 50ms;
  Server server(loop_, serving(), options);
  RecordedEvents events;
  const auto stream = connect_stream(loop_, server.local(), nullptr, {}, events);
  EXPECT_TRUE(run_until(loop_, [&] { return server.events.cause.has_value(); }));
  EXPECT_EQ(CloseCause::kTimeout, server.events.cause);
}

TEST_F(TlsServerTest, takes_a_large_message_in_pieces_of_what_was_asked_for) {
  StreamOptions options;
  options.read_octets = 1000;
  TlsServerSettings settings = serving();
  settings.client_ca_file.clear();
  Server server(loop_, settings, options);
  size_t largest = 0, before = 0;
  server.events.then_on_data = [&] {
    largest = std::max(largest, server.events.data.size() - before);
    before = server.events.data.size();
  };
  const auto client = TlsClient::create(asking());
  RecordedEvents events;
  const auto stream = connect_stream(loop_, server.local(), client->get(), {}, events);
  stream->send(as_bytes(std::string(100'000, 'x')));
  EXPECT_TRUE(run_until(loop_, [&] { return server.events.data.size() == 100'000; }));
  EXPECT_EQ(1000u, largest);
}

TEST_F(TlsServerTest, names_the_file_that_is_wrong) {
  const auto words_of = [](const TlsServerSettings& settings) {
    const auto server = TlsServer::create(settings);
    return server ? std::string("serves") : server.error().what;
  };
  EXPECT_EQ("serves", words_of(serving()));
  TlsServerSettings settings = serving();
  settings.certificate_file = "/nowhere.pem";
  EXPECT_NE(std::string::npos, words_of(settings).find("/nowhere.pem"));
  settings = serving();
  const Party other(authority_);
  settings.key_file = other.key->path();  // the key of another certificate
  EXPECT_NE(std::string::npos, words_of(settings).find(other.key->path()));
  settings = serving();
  settings.client_ca_file = server_.key->path();
  EXPECT_NE(std::string::npos, words_of(settings).find(server_.key->path()));
}

}  // namespace
}  // namespace weir::io
