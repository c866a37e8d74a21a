// The life of a query on its shard: arrival, decision, question, answer. What is observed is
// observed here, and `settle` is the one exit.
#include "edge/shard.h"

#include "base/log.h"

namespace weir::edge {
namespace {

constexpr Duration kTick = 50ms;  // telemetry waits no longer than this

template <typename... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

/// What a query and the answer to it have in common for those who observe; `message` is either.
model::Observation client_side(const Query& query, Bytes message) {
  model::Observation seen;
  seen.protocol = query.protocol;
  seen.query_endpoint = query.client;
  seen.response_endpoint = query.server;
  seen.query_time = query.received_wall;
  seen.header = *dns::Header::read(message);
  if (query.question_size > 0) {
    seen.qname = query.name();
    seen.qtype = query.type;
    seen.qclass = query.klass;
  }
  return seen;
}

}  // namespace

Shard::Shard(const ShardContext& context, unsigned index, model::Tap& tap)
    : context_(context),
      index_(index),
      tap_(tap),
      debug_payloads_(context.settings.debug_payloads),
      clock_(context.clock),
      ticker_(loop_),
      resolver_(context.settings, context.cache, context.upstreams) {}

Shard::~Shard() = default;

void Shard::hold_at(std::unique_ptr<model::Barrier> barrier) {
  barrier_ = std::move(barrier);
  resolver_.hold_at(*barrier_);
}

Status Shard::open() {
  const TransportContext transport{
      loop_,          clock_, *this, context_.settings, statistics_, context_.client_limits,
      context_.shards};
  for (const Endpoint& endpoint : context_.settings.listen)
    TRY_DONE(add_transports(transport, endpoint, transports_));
  for (const auto& state : context_.upstreams) {
    const UpstreamContext upstream{loop_,  context_.clock,    random_,        *this,
                                   *state, context_.settings, context_.shards};
    TRY(auto made, make_upstream(upstream));
    upstreams_.push_back(std::move(made));
  }
  return index_ == 0 ? check_upstreams() : Done{};
}

Status Shard::check_upstreams() {
  std::vector<HealthChecks::Target> targets;
  for (size_t i = 0; i < upstreams_.size(); ++i)
    targets.push_back({*context_.upstreams[i], *upstreams_[i]});
  TRY(health_,
      HealthChecks::start(loop_, context_.clock, context_.settings.health, std::move(targets)));
  return Done{};
}

void Shard::run() {
  tick();
  for (size_t i = 0; i < upstreams_.size(); ++i)
    if (context_.upstreams[i]->settings.prewarm) upstreams_[i]->prewarm();
  loop_.run();
  tap_.flush();
}

void Shard::tick() {
  clock_.align();
  tap_.flush();
  if (on_idle_) finish_draining();
  ticker_.start(kTick, [this] { tick(); });
}

void Shard::drain(std::function<void()> on_idle) {
  loop_.post([this, on_idle = std::move(on_idle)]() mutable {
    for (const auto& transport : transports_) transport->drain();
    draining_ = true;
    on_idle_ = std::move(on_idle);
    finish_draining();
  });
}

void Shard::finish_draining() {
  if (resolver_.in_flight() > 0) return;
  if (health_) health_->stop();
  for (const auto& upstream : upstreams_) upstream->drain();
  tap_.flush();
  std::exchange(on_idle_, nullptr)();
}

void Shard::adopt(std::shared_ptr<const EdgeSettings> settings) {
  loop_.post([this, settings = std::move(settings)] {
    debug_payloads_ = settings->debug_payloads;
    resolver_.adopt(*settings);
  });
}

void Shard::refresh(std::shared_ptr<const std::vector<model::RefreshQuestion>> questions,
                    std::vector<size_t> indices,
                    std::shared_ptr<const model::Refresher::Told> told) {
  loop_.post([this, questions = std::move(questions), indices = std::move(indices),
              told = std::move(told)] {
    clock_.refresh();
    for (const size_t index : indices) refresh((*questions)[index], {told, index});
  });
}

void Shard::refresh(const model::RefreshQuestion& question, Watcher watcher) {
  const auto step =
      draining_ ? std::nullopt : resolver_.on_refresh(question, watcher, clock_.now());
  if (!step) return (*watcher.told)(watcher.index, {.why = "too many questions are in flight"});
  statistics_.refreshes.add();
  if (!std::holds_alternative<Join>(*step)) perform(*step, nullptr);
}

std::vector<Endpoint> Shard::listeners() const {
  std::vector<Endpoint> all;
  for (const auto& transport : transports_) all.push_back(transport->local());
  return all;
}

bool Shard::admits(const Endpoint& client) {
  if (resolver_.admits(client.address)) return true;
  statistics_.drops[static_cast<size_t>(DropReason::kAcl)].add();
  return false;
}

void Shard::on_arrival(const Arrival& arrival) {
  query_.question_size = 0;
  query_.edns = query_.dnssec_ok = query_.keepalive = false;
  query_.payload = 512;
  query_.received = clock_.now();
  query_.received_wall = clock_.wall_now();
  const Step step = resolver_.on_query(arrival, query_, query_.received);
  if (const auto* dropped = std::get_if<Drop>(&step)) {
    statistics_.drops[static_cast<size_t>(dropped->reason)].add();
    arrival.way_back.transport->abandon(arrival.way_back);
    return;
  }
  statistics_.queries[static_cast<size_t>(arrival.protocol)].add();
  const dns::Malformed& malformed = resolver_.malformed();
  if (malformed.code != dns::MalformedCode::kNone) statistics_.malformed.add();
  if (debug_payloads_) log_payload("query from", arrival.client, arrival.octets);
  observe_query(query_, arrival.octets, malformed);
  perform(step, &query_);
}

void Shard::perform(const Step& step, const Query* query) {
  std::visit(Overloaded{[&](const Reply& reply) { settle(*query, reply); }, [&](const Drop&) {},
                        [&](const Ask& question) { ask(question); },
                        [&](const Join&) { statistics_.coalesced.add(); }, [&](const Hold&) {},
                        [&](const Settle& settled) { settle_all(settled); }},
             step);
}

void Shard::ask(const Ask& question) {
  upstreams_[question.upstream]->ask(question.token, question.question, question.deadline);
}

void Shard::settle_all(const Settle& settled) {
  if (const Watcher& watcher = resolver_.flight(settled.token)->watcher; watcher.told != nullptr)
    (*watcher.told)(watcher.index, resolver_.refreshed());
  Query query;
  Reply reply;
  while (resolver_.next_answer(settled, query, reply)) settle(query, reply);
}

void Shard::settle(const Query& query, const Reply& reply) {
  clock_.refresh();
  if (!query.way_back.transport->answer(query, reply.message)) statistics_.unsent.add();
  const size_t rcode =
      std::min<size_t>(static_cast<size_t>(reply.rcode), ShardStatistics::kRcodes - 1);
  statistics_.responses[rcode][static_cast<size_t>(reply.source)].add();
  if (reply.source == model::AnswerSource::kCache) statistics_.cache_hits.add();
  if (reply.source == model::AnswerSource::kUpstream) statistics_.cache_misses.add();
  if (reply.message[2] & 0x02) statistics_.truncated.add();
  context_.latency.observe(to_seconds(clock_.now() - query.received));
  if (debug_payloads_) {
    log_payload("answer to", query.client, reply.message);
    if (reply.rcode == dns::Rcode::kNxDomain)
      log::debug("NXDOMAIN for " + dns::wire_name_to_text(query.name()) + " asked by " +
                 query.client.to_text());
  }
  observe_reply(query, reply, clock_.wall_now());
}

void Shard::on_sent(AskToken token, Bytes message, const Endpoint& server) {
  if (!is_probe(token))
    observe_forward(model::MessageType::kForwarderQuery, token, message, server);
}

void Shard::on_reply(AskToken token, Bytes message, const Endpoint& server) {
  if (is_probe(token)) {
    if (health_) health_->on_reply(token, message);
    return;
  }
  clock_.refresh();
  observe_forward(model::MessageType::kForwarderResponse, token, message, server);
  perform(resolver_.on_reply(token, message, clock_.now()), nullptr);
  flush_soon();
}

void Shard::on_failure(AskToken token, AskFailure failure) {
  if (is_probe(token)) {
    if (health_) health_->on_failure(token, failure);
    return;
  }
  clock_.refresh();
  perform(resolver_.on_failure(token, failure, clock_.now()), nullptr);
  flush_soon();
}

void Shard::on_release(const model::Release& release) {
  clock_.refresh();
  perform(resolver_.on_release(release, clock_.now()), nullptr);
  flush_soon();
}

void Shard::flush_soon() {
  // Answers that one read from an upstream decides leave together.
  if (std::exchange(flush_pending_, true)) return;
  loop_.post([this] {
    flush_pending_ = false;
    for (const auto& transport : transports_) transport->flush();
  });
}

void Shard::observe_query(const Query& query, Bytes octets, const dns::Malformed& malformed) {
  model::Observation seen = client_side(query, octets);
  seen.type = model::MessageType::kClientQuery;
  seen.malformed = malformed;
  seen.query_message = octets;
  tap_.record(seen);
}

void Shard::observe_reply(const Query& query, const Reply& reply, WallTime now) {
  model::Observation seen = client_side(query, reply.message);
  seen.type = model::MessageType::kClientResponse;
  seen.answer_source = reply.source;
  seen.response_time = now;
  seen.response_message = reply.message;
  seen.rcode = reply.rcode;
  tap_.record(seen);
}

void Shard::observe_forward(model::MessageType type, AskToken token, Bytes message,
                            const Endpoint& server) {
  const Flight* flight = resolver_.flight(token);
  if (flight == nullptr) return;
  const UpstreamState& upstream = *context_.upstreams[flight->upstream];
  model::Observation seen;
  seen.type = type;
  seen.protocol = upstream.observed_as;
  seen.response_endpoint = server;
  seen.query_time = clock_.wall(flight->asked);
  seen.header = *dns::Header::read(message);
  if (type == model::MessageType::kForwarderResponse) {
    seen.response_time = clock_.wall_now();
    seen.response_message = message;
    seen.rcode = static_cast<dns::Rcode>(seen.header.rcode());
  } else {
    seen.query_message = message;
  }
  seen.qname = flight->key.name_octets();
  seen.qtype = flight->key.type;
  seen.qclass = dns::Class::kIn;
  seen.upstream = upstream.name;
  tap_.record(seen);
}

void Shard::log_payload(std::string_view what, const Endpoint& peer, Bytes octets) const {
  log::debug(std::string(what) + " " + peer.to_text() + ": " + to_hex(octets));
}

}  // namespace weir::edge
