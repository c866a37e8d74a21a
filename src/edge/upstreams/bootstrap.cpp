// Looking up the addresses of upstreams given by name.
#include "edge/upstreams/bootstrap.h"

#include <algorithm>

#include "base/log.h"
#include "edge/upstreams/factories.h"
#include "proto/dns/builder.h"
#include "proto/dns/message.h"

namespace weir::edge::upstreams {
namespace {

constexpr size_t kMaxAddresses = 8;
constexpr int kMaxAliases = 8;
constexpr uint16_t kUdpPayload = 1232;
constexpr uint32_t kLeastTtl = 60;
constexpr uint32_t kMostTtl = 86400;
constexpr Duration kPatience = 1s;  // for one server
constexpr Duration kFirstRetry = 200ms;
constexpr Duration kMostRetry = 5s;
constexpr Duration kHurry = 1s;  // least time between rounds that were asked for
constexpr dns::Type kTypes[2] = {dns::Type::kAaaa, dns::Type::kA};

}  // namespace

std::vector<IpAddress> in_turn(const std::vector<IpAddress>& v6, const std::vector<IpAddress>& v4) {
  std::vector<IpAddress> result;
  for (size_t i = 0; i < std::max(v6.size(), v4.size()); ++i) {
    if (i < v6.size()) result.push_back(v6[i]);
    if (i < v4.size()) result.push_back(v4[i]);
  }
  return result;
}

Resolved read_addresses(Bytes message, const dns::Name& name) {
  const auto parsed = dns::Message::parse(message);
  Resolved result{{}, kMostTtl};
  if (!parsed || parsed->rcode() != dns::Rcode::kNoError) return result;
  dns::Name owner = name;
  for (int alias = 0; alias <= kMaxAliases; ++alias) {
    std::optional<dns::Name> target;
    for (const dns::Record& record : parsed->answers()) {
      if (record.klass != dns::Class::kIn || record.owner.expand() != owner) continue;
      if (record.type == dns::Type::kA || record.type == dns::Type::kAaaa) {
        const auto address = IpAddress::from_octets(record.rdata);
        const bool fits = address && address->is_v4() == (record.type == dns::Type::kA);
        if (!fits || result.addresses.size() == kMaxAddresses) continue;
        result.addresses.push_back(*address);
      } else if (record.type == dns::Type::kCname && !target) {
        if (!dns::check_name(message, record.rdata_offset)) continue;
        target = dns::NameView(message, record.rdata_offset).expand();
      } else {
        continue;
      }
      result.ttl = std::min(result.ttl, record.ttl);
    }
    if (!target || !result.addresses.empty()) break;
    owner = *target;
  }
  return result;
}

Result<std::unique_ptr<Bootstrap>> Bootstrap::create(const UpstreamContext& context,
                                                     const std::string& host,
                                                     std::function<void()> changed) {
  if (context.settings.bootstrap.empty()) {
    return Error{
        Fault::kConfig,
        "upstream " + context.state.name +
            " is given by name, so bootstrap servers are "
            "needed; expected bootstrap = [\"address\", …], or the address in the upstream as "
            "tls://" +
            host + "@address",
        false};
  }
  TRY(dns::Name name, dns::Name::parse(host));
  auto bootstrap =
      std::unique_ptr<Bootstrap>(new Bootstrap(context, std::move(name), std::move(changed)));
  if (auto opened = bootstrap->open_servers(); !opened) return std::move(opened).error();
  bootstrap->start_round();
  return bootstrap;
}

Bootstrap::Bootstrap(const UpstreamContext& context, dns::Name name, std::function<void()> changed)
    : context_(context),
      name_(std::move(name)),
      changed_(std::move(changed)),
      backoff_(kFirstRetry, kMostRetry),
      timer_(context.loop) {}

Status Bootstrap::open_servers() {
  for (const Endpoint& endpoint : context_.settings.bootstrap) {
    UpstreamSettings settings;
    settings.address = "udp://" + endpoint.to_text();
    settings.max_connections = 1;
    settings.max_in_flight = 2;
    settings.idle_timeout = kPatience;
    settings.prewarm = false;
    Server server;
    TRY(server.state, make_upstream_state(settings, unexposed_));
    const UpstreamContext own{context_.loop, context_.clock,    context_.random, *this,
                              *server.state, context_.settings, context_.shards};
    TRY(const UpstreamAddress address, UpstreamAddress::parse(settings.address));
    TRY(server.upstream, make_datagram_upstream(own, address));
    servers_.push_back(std::move(server));
  }
  return Done{};
}

void Bootstrap::start_round() {
  server_ = 0;
  ask_server();
}

// Both families at once. A token names the round's server too, so that a late event counts for
// nothing.
void Bootstrap::ask_server() {
  next_token_ += 2;
  waiting_ = 2;
  for (AskToken i = 0; i < 2; ++i) {
    found_[i] = {};
    std::array<uint8_t, 512> buffer;
    dns::Builder builder(buffer, 0, dns::flag::kRd);
    builder.question(name_, kTypes[i]);
    builder.begin_edns(kUdpPayload, 0, 0, false);
    builder.end_edns();
    servers_[server_].upstream->ask(next_token_ + i, builder.message(),
                                    context_.clock.now() + kPatience);
  }
}

void Bootstrap::on_reply(AskToken token, Bytes message, const Endpoint&) {
  if (token - next_token_ > 1) return;
  found_[token - next_token_] = read_addresses(message, name_);
  one_done();
}

void Bootstrap::on_failure(AskToken token, AskFailure) {
  if (token - next_token_ <= 1) one_done();
}

void Bootstrap::one_done() {
  if (--waiting_ > 0) return;
  const bool found = !found_[0].addresses.empty() || !found_[1].addresses.empty();
  if (!found && ++server_ < servers_.size() && !drained_) {
    ask_server();
    return;
  }
  finish(found);
}

void Bootstrap::finish(bool good) {
  Duration wait = backoff_.next(context_.random);
  if (good) {
    backoff_.reset();
    addresses_ = in_turn(found_[0].addresses, found_[1].addresses);
    uint32_t ttl = kMostTtl;
    for (const Resolved& found : found_) {
      if (!found.addresses.empty()) ttl = std::min(ttl, found.ttl);
    }
    wait = std::chrono::seconds(std::max(ttl, kLeastTtl)) * 9 / 10;  // ahead of the end
  }
  if (failing_ != !good) {
    failing_ = !good;
    log::write(
        good ? log::Level::kInfo : log::Level::kWarning,
        "upstream " + context_.state.name + ": " +
            (good ? "found addresses again for " : "no bootstrap server knows an address of ") +
            name_.to_text());
  }
  if (drained_) return;
  next_round_ = context_.clock.now() + wait;
  timer_.start(wait, [this] { start_round(); });
  changed_();
}

void Bootstrap::hurry() {
  if (waiting_ > 0 || drained_ || next_round_ <= context_.clock.now() + kHurry) return;
  next_round_ = context_.clock.now() + kHurry;
  timer_.start(kHurry, [this] { start_round(); });
}

void Bootstrap::drain() {
  drained_ = true;
  timer_.stop();
}

}  // namespace weir::edge::upstreams
