// Addresses of upstreams given by name: asked, followed, kept, tried in turn.
#include "edge/upstreams/bootstrap.h"

#include "edge/upstreams/factories.h"
#include "kit/upstream_bench.h"

namespace weir::edge::upstreams {
namespace {

const uint8_t kLoopback4[4] = {127, 0, 0, 1};

IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }

struct Zone {
  std::vector<IpAddress> addresses;
  uint32_t ttl = 300;
};

Octets zone_answer(Bytes query, const Zone& zone) {
  const auto asked = dns::Message::parse(query);
  Octets buffer(512);
  dns::Builder builder(buffer, asked->header().id, dns::flag::kQr);
  const dns::Name name = asked->question()->name.expand();
  builder.question(name, asked->question()->type);
  for (const IpAddress& address : zone.addresses) {
    const dns::Type type = address.is_v4() ? dns::Type::kA : dns::Type::kAaaa;
    if (type != asked->question()->type) continue;
    builder.record(dns::Section::kAnswer, name, type, dns::Class::kIn, zone.ttl, address.octets());
  }
  return {builder.message().begin(), builder.message().end()};
}

TEST(InTurn, families_alternate_and_ipv6_is_first) {
  EXPECT_EQ(in_turn({ip("::1"), ip("::2"), ip("::3")}, {ip("192.0.2.1")}),
            (std::vector{ip("::1"), ip("192.0.2.1"), ip("::2"), ip("::3")}));
}

struct ReadAddresses : ::testing::Test {
  Octets buffer = Octets(1024);
  dns::Builder builder{buffer, 0, dns::flag::kQr};
  const dns::Name name = *dns::Name::parse("dns.example");
  const dns::Name alias = *dns::Name::parse("alias.example");
  ReadAddresses() { builder.question(name, dns::Type::kA); }
  void address(const dns::Name& owner, uint32_t ttl) {
    builder.record(dns::Section::kAnswer, owner, dns::Type::kA, dns::Class::kIn, ttl, kLoopback4);
  }
  void cname(const dns::Name& owner, const dns::Name& target, uint32_t ttl) {
    builder.record(dns::Section::kAnswer, owner, dns::Type::kCname, dns::Class::kIn, ttl,
                   target.wire());
  }
};

TEST_F(ReadAddresses, follows_aliases_and_keeps_the_least_ttl) {
  address(alias, 500);  // before the alias that leads here: order means nothing
  cname(name, alias, 100);
  const Resolved resolved = read_addresses(builder.message(), name);
  EXPECT_EQ(resolved.addresses, std::vector{ip("127.0.0.1")});
  EXPECT_EQ(resolved.ttl, 100u);
}

TEST_F(ReadAddresses, takes_nothing_that_belongs_to_another_name) {
  address(alias, 500);
  builder.record(dns::Section::kAdditional, name, dns::Type::kA, dns::Class::kIn, 5, kLoopback4);
  EXPECT_TRUE(read_addresses(builder.message(), name).addresses.empty());
}

TEST_F(ReadAddresses, an_alias_loop_ends) {
  cname(name, alias, 100);
  cname(alias, name, 100);
  EXPECT_TRUE(read_addresses(builder.message(), name).addresses.empty());
}

TEST_F(ReadAddresses, the_number_of_addresses_is_bounded) {
  for (int i = 0; i < 30; ++i) address(name, 60);
  EXPECT_EQ(read_addresses(builder.message(), name).addresses.size(), 8u);
}

TEST_F(ReadAddresses, an_address_of_the_wrong_size_is_none) {
  const uint8_t short_address[3] = {127, 0, 0};
  builder.record(dns::Section::kAnswer, name, dns::Type::kA, dns::Class::kIn, 5, short_address);
  EXPECT_TRUE(read_addresses(builder.message(), name).addresses.empty());
}

/// A pool for a name, without TLS: the bootstrap is what is looked at.
struct Named : Bench {
  Zone zone;
  kit::DatagramPeer nameserver{loop, [this](kit::DatagramPeer& self, const io::Datagram& query) {
                                 self.send(query, zone_answer(query.octets, zone));
                               }};
  std::unique_ptr<Bootstrap> bootstrap;
  size_t rounds = 0;

  Status start(std::vector<Endpoint> servers) {
    settings.bootstrap = std::move(servers);
    upstream_settings.address = "192.0.2.53";
    TRY(state, make_upstream_state(upstream_settings, registry));
    const UpstreamContext context{loop, clock, random, heard, *state, settings, 1};
    TRY(bootstrap, Bootstrap::create(context, "dns.example", [this] { ++rounds; }));
    return Done{};
  }
};

TEST_F(Named, both_families_are_asked_and_nothing_goes_elsewhere) {
  zone.addresses = {ip("192.0.2.7"), ip("2001:db8::7")};
  ASSERT_TRUE(start({nameserver.local()}).ok());
  EXPECT_TRUE(bootstrap->is_asking());
  ASSERT_TRUE(run_until([&] { return rounds == 1; }));
  EXPECT_EQ(bootstrap->addresses(), (std::vector{ip("2001:db8::7"), ip("192.0.2.7")}));
  EXPECT_EQ(nameserver.queries, 2u);
  EXPECT_EQ(heard.count(), 0u) << "the shard hears nothing of it";
  EXPECT_EQ(state->queries->value(), 0u) << "nor do the upstream's counters";
}

TEST_F(Named, the_next_server_is_asked_when_one_does_not_answer) {
  zone.addresses = {ip("192.0.2.7")};
  Endpoint gone;
  {
    kit::DatagramPeer closed(loop, [](kit::DatagramPeer&, const io::Datagram&) {});
    gone = closed.local();
  }
  ASSERT_TRUE(start({gone, nameserver.local()}).ok());
  ASSERT_TRUE(run_until([&] { return rounds == 1; }));
  EXPECT_EQ(bootstrap->addresses(), std::vector{ip("192.0.2.7")});
}

TEST_F(Named, a_name_without_addresses_is_asked_again_soon) {
  ASSERT_TRUE(start({nameserver.local()}).ok());
  ASSERT_TRUE(run_until([&] { return rounds == 1; }));
  EXPECT_TRUE(bootstrap->addresses().empty());
  zone.addresses = {ip("192.0.2.7")};
  ASSERT_TRUE(run_until([&] { return !bootstrap->addresses().empty(); }));
}

TEST_F(Named, the_last_good_addresses_outlive_a_failure) {
  zone.addresses = {ip("192.0.2.7")};
  ASSERT_TRUE(start({nameserver.local()}).ok());
  ASSERT_TRUE(run_until([&] { return rounds == 1; }));
  zone.addresses.clear();
  bootstrap->hurry();
  ASSERT_TRUE(run_until([&] { return rounds == 2; }));
  EXPECT_EQ(bootstrap->addresses(), std::vector{ip("192.0.2.7")});
}

TEST_F(Named, without_bootstrap_servers_a_name_is_the_operators_error) {
  const Status started = start({});
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().fault, Fault::kConfig);
  EXPECT_NE(started.error().what.find("bootstrap"), std::string::npos);
}

/// A whole upstream by name; `tcp` in place of TLS, by the plug-in's own door.
struct NamedUpstream : Named {
  Status open_named(uint16_t port) {
    settings.bootstrap = {nameserver.local()};
    upstream_settings.address = "192.0.2.53";
    TRY(state, make_upstream_state(upstream_settings, registry));
    const UpstreamContext context{loop, clock, random, heard, *state, settings, 1};
    const UpstreamAddress address{UpstreamProtocol::kTcp, std::nullopt, "dns.example", port, {}};
    TRY(upstream, make_stream_upstream(context, address));
    return Done{};
  }
};

TEST_F(NamedUpstream, the_first_question_waits_for_the_address) {
  kit::StreamPeer peer(loop, kit::answer_at_once);
  zone.addresses = {ip("127.0.0.1")};
  ASSERT_TRUE(open_named(peer.local().port).ok());
  ask(1);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.replies.size(), 1u);
}

TEST_F(NamedUpstream, without_an_address_the_cause_says_so) {
  ASSERT_TRUE(open_named(853).ok());
  ask(1);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.failures.at(1), AskFailure::kNoAddress);
  ask(2);
  ASSERT_TRUE(await(2));
  EXPECT_EQ(heard.failures.at(2), AskFailure::kNoAddress);
}

TEST_F(NamedUpstream, the_next_address_is_tried_when_one_refuses) {
  kit::StreamPeer peer(loop, kit::answer_at_once);
  zone.addresses = {ip("::1"), ip("127.0.0.2"), ip("127.0.0.1")};
  ASSERT_TRUE(open_named(peer.local().port).ok());
  ask_many(0, 5);
  ASSERT_TRUE(await(5));
  EXPECT_EQ(heard.replies.size(), 5u);
  EXPECT_EQ(peer.sessions.size(), 1u);
  EXPECT_EQ(heard.sent.at(0), std::vector<Endpoint>{peer.local()});
}

}  // namespace
}  // namespace weir::edge::upstreams
