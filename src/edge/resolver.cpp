// The decisions of the query plane, in the order they are made.
#include "edge/resolver.h"

#include <algorithm>

#include "edge/failover/failover.h"
#include "edge/forward.h"

namespace weir::edge {
namespace {

constexpr unsigned kMostAttempts = 4;     // for one question, whatever time is left
constexpr Duration kLeastAttempt = 50ms;  // less time left is not worth an attempt
// One in so many of the questions that may be in flight may be for refreshes: clients come first.
constexpr size_t kRefreshShare = 2;

AnswerSettings answer_settings(const EdgeSettings& settings) {
  return {settings.udp_payload,
          static_cast<uint16_t>(settings.tcp.idle_timeout / std::chrono::milliseconds(100))};
}

Explanation explain(const std::optional<AskFailure>& failure) {
  if (!failure) return {dns::ExtendedError::kNoReachableAuthority, "no upstream could be asked"};
  if (*failure == AskFailure::kTimeout)
    return {dns::ExtendedError::kNoReachableAuthority, "no upstream answered in time"};
  if (*failure >= AskFailure::kTlsProtocol)
    return {dns::ExtendedError::kNetworkError, "the upstream's identity could not be verified"};
  if (*failure == AskFailure::kOverload)
    return {dns::ExtendedError::kNotReady, "too many queries are waiting for the upstream"};
  return {dns::ExtendedError::kNetworkError, "no upstream could be reached"};
}

std::string_view text_of(dns::ExtendedError code) {
  return code == dns::ExtendedError::kCachedError ? "a recent failure is remembered" : "";
}

}  // namespace

Resolver::Resolver(const EdgeSettings& settings, AnswerCache& cache,
                   std::span<const std::unique_ptr<UpstreamState>> upstreams)
    : settings_(settings),
      answer_settings_(answer_settings(settings)),
      gate_(settings_),
      cache_(&cache),
      upstreams_(upstreams),
      flights_(settings.max_queries, settings.max_waiting) {}

void Resolver::adopt(const EdgeSettings& settings) {
  settings_ = settings;
  answer_settings_ = answer_settings(settings);
}

Step Resolver::on_query(const Arrival& arrival, Query& query, Instant now) {
  const GateVerdict verdict = gate_.examine(arrival, query);
  malformed_ = verdict.malformed;
  switch (verdict.passage) {
    case Passage::kDrop: return Drop{verdict.drop};
    case Passage::kRefuse: {
      std::optional<Explanation> why;
      if (!verdict.refusal.text.empty()) why = {verdict.refusal.why, verdict.refusal.text};
      return error(query, verdict.refusal.rcode, why, model::AnswerSource::kLocal);
    }
    case Passage::kMinimalAny:
      return Reply{scratch().first(write_minimal_any(query, scratch(), answer_settings_)),
                   dns::Rcode::kNoError, model::AnswerSource::kLocal};
    case Passage::kPass: break;
  }
  const CacheKey key = CacheKey::of(query, cache_->secret());
  if (const auto hit = cache_->find(key, query, now, scratch())) {
    const bool passed = barrier_ == nullptr || hit->failure || hit->stored > barrier_->since();
    return passed ? answer_cached(query, *hit) : let_out_again(key, query, *hit, now);
  }
  return ask_or_join(key, query, now);
}

Step Resolver::answer_cached(const Query& query, const CachedAnswer& found) {
  if (found.failure)
    return error(
        query, dns::Rcode::kServFail,
        Explanation{dns::ExtendedError::kCachedError, text_of(dns::ExtendedError::kCachedError)},
        model::AnswerSource::kCache);
  const size_t size = finish_answer(query, scratch(), found.size_octets, answer_settings_);
  return Reply{scratch().first(size), static_cast<dns::Rcode>((*scratch_)[3] & 15),
               model::AnswerSource::kCache};
}

Step Resolver::error(const Query& query, dns::Rcode rcode, const std::optional<Explanation>& why,
                     model::AnswerSource source) {
  const size_t size = write_error(query, rcode, scratch(), answer_settings_, why);
  return Reply{scratch().first(size), rcode, source};
}

Step Resolver::overload(const Query& query) {
  overloads_.add();
  return error(query, dns::Rcode::kServFail,
               Explanation{dns::ExtendedError::kNotReady, "too many queries are in flight"},
               model::AnswerSource::kLocal);
}

std::optional<Step> Resolver::begin_flight(const CacheKey& key, const Query& query,
                                           AskToken& token) {
  token = flights_.find(key);
  if (token != 0)
    return flights_.join(*flights_.get(token), query) ? Step{Join{}} : overload(query);
  token = flights_.begin(key);
  if (token == 0) return overload(query);
  if (flights_.join(*flights_.get(token), query)) return std::nullopt;
  flights_.end(token);
  return overload(query);
}

/// What is in the cache had passed, but much may have changed since. If it passes it is kept anew,
/// so that this is asked once.
Step Resolver::let_out_again(const CacheKey& key, const Query& query, const CachedAnswer& found,
                             Instant now) {
  AskToken token = 0;
  if (auto step = begin_flight(key, query, token)) return *std::move(step);
  Flight& flight = *flights_.get(token);
  flight.started = flight.asked = now;
  flight.cached = true;
  const auto answer = dns::Message::parse(scratch().first(found.size_octets));
  CHECK(answer);  // it was parsed before it was kept
  return hold_or_use(token, flight, *answer, now);
}

Step Resolver::ask_or_join(const CacheKey& key, const Query& query, Instant now) {
  AskToken token = 0;
  if (auto step = begin_flight(key, query, token)) return *std::move(step);
  return take_off(token, *flights_.get(token), now);
}

std::optional<Step> Resolver::on_refresh(const model::RefreshQuestion& question, Watcher watcher,
                                         Instant now) {
  const CacheKey key = CacheKey::of(question, cache_->secret());
  AskToken token = flights_.find(key);
  const bool is_asked = token != 0;
  if (!is_asked && flights_.size() < settings_.max_queries / kRefreshShare)
    token = flights_.begin(key);
  if (token == 0) return std::nullopt;
  Flight& flight = *flights_.get(token);
  if (flight.watcher.told != nullptr) return std::nullopt;
  flight.watcher = std::move(watcher);
  return is_asked ? Step{Join{}} : take_off(token, flight, now);
}

Step Resolver::take_off(AskToken token, Flight& flight, Instant now) {
  flight.started = now;
  flight.deadline = now + settings_.query_timeout;
  return ask(token, flight, now);
}

Step Resolver::ask(AskToken token, Flight& flight, Instant now) {
  const Duration left = flight.deadline - now;
  const auto next = next_upstream(upstreams_, flight.tried);
  if (!next || left < kLeastAttempt || flight.attempts >= kMostAttempts)
    return fail(token, flight, now);
  flight.upstream = *next;
  flight.tried.add(*next);
  ++flight.attempts;
  flight.asked = now;
  const UpstreamState& upstream = *upstreams_[*next];
  const size_t size = write_question(flight.key, upstream.protocol == UpstreamProtocol::kTls,
                                     settings_.udp_payload, scratch());
  // The last one that can be asked has all the time that is left.
  const bool last = !next_upstream(upstreams_, flight.tried);
  const Duration patience = last ? left : std::min(left, settings_.attempt_timeout);
  return Ask{token, *next, scratch().first(size), now + patience};
}

Step Resolver::on_reply(AskToken token, Bytes message, Instant now) {
  Flight* flight = flights_.get(token);
  CHECK(flight != nullptr);
  const auto answer = dns::Message::parse(message);
  if (!answer || !answer->question()) {
    flight->last_failure = AskFailure::kReset;
    return ask(token, *flight, now);
  }
  const dns::Rcode rcode = answer->rcode();
  const bool useless = rcode == dns::Rcode::kServFail || rcode == dns::Rcode::kRefused ||
                       rcode == dns::Rcode::kNotImp || rcode == dns::Rcode::kFormErr;
  if (useless && next_upstream(upstreams_, flight->tried) && flight->attempts < kMostAttempts &&
      flight->deadline - now >= kLeastAttempt)
    return ask(token, *flight, now);
  return hold_or_use(token, *flight, *answer, now);
}

Step Resolver::hold_or_use(AskToken token, Flight& flight, const dns::Message& answer,
                           Instant now) {
  const Bytes octets = answer.octets();
  if (barrier_ == nullptr || barrier_->passes(token, octets))
    return use(token, flight, answer, now);
  flight.held.assign(octets.begin(), octets.end());
  return Hold{};
}

/// What passed counts from then on, not from now: it may have to pass again since.
Step Resolver::on_release(const model::Release& release, Instant now) {
  Flight* flight = flights_.get(release.ticket);
  CHECK(flight != nullptr && !flight->held.empty());
  if (release.refused) {
    settled_size_ = 0;
    settled_rcode_ = dns::Rcode::kServFail;
    settled_why_ = {dns::ExtendedError::kNotReady, "the route to it is not in place"};
    return Settle{release.ticket};
  }
  const auto answer = dns::Message::parse(flight->held);
  CHECK(answer);
  return use(release.ticket, *flight, *answer, std::min(release.passed, now), release.good_for);
}

Step Resolver::use(AskToken token, Flight& flight, const dns::Message& answer, Instant now,
                   Duration good_for) {
  const bool verified =
      flight.cached || upstreams_[flight.upstream]->protocol == UpstreamProtocol::kTls;
  const auto authenticity = verified ? Authenticity::kVerifiedChannel : Authenticity::kUntrusted;
  settled_size_ = copy_without_opt(answer, authenticity, {settled_->data(), settled_->size()});
  settled_rcode_ = answer.rcode();
  settled_why_ = {};
  settled_ttl_ = 0;
  settled_positive_ = is_positive(answer);
  if (settled_size_ == 0) {
    settled_rcode_ = dns::Rcode::kServFail;
    settled_why_ = {dns::ExtendedError::kInvalidData, "the upstream's answer is too large"};
    return Settle{token};
  }
  settled_ttl_ = cache_->store(
      flight.key, answer, load_u16(settled_->data() + 2) & static_cast<uint16_t>(~dns::flag::kAa),
      now, good_for);
  if (settled_ttl_ == 0 && settled_rcode_ == dns::Rcode::kServFail)
    cache_->store_failure(flight.key, dns::ExtendedError::kOther, true, now);
  return Settle{token};
}

Step Resolver::on_failure(AskToken token, AskFailure failure, Instant now) {
  Flight* flight = flights_.get(token);
  CHECK(flight != nullptr);
  flight->last_failure = failure;
  return ask(token, *flight, now);
}

Step Resolver::fail(AskToken token, Flight& flight, Instant now) {
  settled_size_ = 0;
  settled_ttl_ = 0;
  settled_rcode_ = dns::Rcode::kServFail;
  settled_why_ = explain(flight.last_failure);
  cache_->store_failure(flight.key, settled_why_.code, false, now);
  return Settle{token};
}

model::Refreshed Resolver::refreshed() const {
  using enum model::Refreshed::Outcome;
  if (settled_size_ == 0) return {kFailed, 0, settled_why_.text};
  if (settled_ttl_ > 0 && settled_positive_) return {kKept, settled_ttl_, {}};
  return {kRefused, 0,
          settled_positive_ ? "the answer may not be kept" : "there is no such record"};
}

bool Resolver::next_answer(const Settle& settled, Query& query, Reply& reply) {
  Flight* flight = flights_.get(settled.token);
  if (!flights_.next_waiter(*flight, query)) {
    flights_.end(settled.token);
    return false;
  }
  const auto source = flight->cached ? model::AnswerSource::kCache : model::AnswerSource::kUpstream;
  if (settled_size_ == 0) {
    const size_t size =
        write_error(query, settled_rcode_, scratch(), answer_settings_, settled_why_);
    reply = {scratch().first(size), settled_rcode_, source};
    return true;
  }
  std::memcpy(scratch_->data(), settled_->data(), settled_size_);
  const size_t size = finish_answer(query, scratch(), settled_size_, answer_settings_);
  reply = {scratch().first(size), settled_rcode_, source};
  return true;
}

}  // namespace weir::edge
