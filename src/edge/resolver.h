// Decides what becomes of a query: refused, answered from the cache, joined to one that is being
// asked, or asked. It touches no socket and no clock: the shard tells it what happened and does
// what it says, so text scenarios drive it in virtual time.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <variant>

#include "edge/answer.h"
#include "edge/cache/cache.h"
#include "edge/flights.h"
#include "edge/gate.h"
#include "edge/query.h"
#include "edge/upstream.h"
#include "model/barrier.h"

namespace weir::edge {

/// The answer to one query, complete. The octets are the resolver's until its next call.
struct Reply {
  Bytes message;
  dns::Rcode rcode{};
  model::AnswerSource source{};
};
/// No answer.
struct Drop {
  DropReason reason{};
};
/// Ask this upstream this question; exactly one of on_reply and on_failure follows.
struct Ask {
  AskToken token = 0;
  size_t upstream = 0;
  Bytes question;
  Instant deadline;
};
/// The query waits for a question that is being asked already.
struct Join {};
/// The answer is there, and waits to be let out: on_release follows.
struct Hold {};
/// The flight is decided: `Resolver::next_answer` gives the answers, one a waiter.
struct Settle {
  AskToken token = 0;
};
using Step = std::variant<Reply, Drop, Ask, Join, Hold, Settle>;

class Resolver {
 public:
  Resolver(const EdgeSettings& settings, AnswerCache& cache,
           std::span<const std::unique_ptr<UpstreamState>> upstreams);

  /// From now on answers leave when `barrier`, which outlives the resolver, lets them.
  void hold_at(model::Barrier& barrier) { barrier_ = &barrier; }

  /// Reads `arrival` into `query` and decides. Gives Reply, Drop, Ask or Join; with a barrier also
  /// Hold or Settle.
  Step on_query(const Arrival& arrival, Query& query, Instant now);
  /// Somebody wants a fresh answer in the cache, whatever is there. Gives Ask, Join or Settle;
  /// nothing when there is no room for the question, or somebody watches it already.
  std::optional<Step> on_refresh(const model::RefreshQuestion& question, Watcher watcher,
                                 Instant now);
  /// An upstream answered. Gives Settle, Hold, or Ask when the answer is no use and another may
  /// know.
  Step on_reply(AskToken token, Bytes message, Instant now);
  /// An upstream failed or kept silent. Gives Settle or Ask.
  Step on_failure(AskToken token, AskFailure failure, Instant now);
  /// The barrier has decided about an answer; its ticket is the flight's token. Gives Settle.
  Step on_release(const model::Release& release, Instant now);
  /// The next waiter of a settled flight and its answer; false when all have theirs, and the flight
  /// is over. Nothing else may be called in between.
  bool next_answer(const Settle& settled, Query& query, Reply& reply);
  /// Of a settled flight, before its answers are taken: what the cache got by it.
  model::Refreshed refreshed() const;
  /// The attempt under way, for those who observe; null when there is none.
  const Flight* flight(AskToken token) { return flights_.get(token); }

  bool admits(const IpAddress& client) const { return gate_.admits(client); }
  size_t in_flight() const { return flights_.waiting(); }
  /// Queries refused because a bound on queries in flight was reached.
  const metrics::LocalCounter& overloads() const { return overloads_; }
  /// What the query's octets are, when they are malformed.
  const dns::Malformed& malformed() const { return malformed_; }
  /// Takes over new settings; what is in flight goes on.
  void adopt(const EdgeSettings& settings);

 private:
  Step answer_cached(const Query& query, const CachedAnswer& found);
  Step error(const Query& query, dns::Rcode rcode, const std::optional<Explanation>& why,
             model::AnswerSource source);
  Step overload(const Query& query);
  Step ask_or_join(const CacheKey& key, const Query& query, Instant now);
  Step take_off(AskToken token, Flight& flight, Instant now);
  Step ask(AskToken token, Flight& flight, Instant now);
  Step fail(AskToken token, Flight& flight, Instant now);
  /// Begins a flight with one waiter; the step that is left when there is no room for it, or one
  /// is under way.
  std::optional<Step> begin_flight(const CacheKey& key, const Query& query, AskToken& token);
  Step let_out_again(const CacheKey& key, const Query& query, const CachedAnswer& found,
                     Instant now);
  Step hold_or_use(AskToken token, Flight& flight, const dns::Message& answer, Instant now);
  Step use(AskToken token, Flight& flight, const dns::Message& answer, Instant now,
           Duration good_for = Duration::max());
  MutableBytes scratch() { return {scratch_->data(), scratch_->size()}; }

  using Buffer = std::array<uint8_t, dns::kMaxMessage>;

  EdgeSettings settings_;
  AnswerSettings answer_settings_;
  Gate gate_;
  AnswerCache* cache_;
  model::Barrier* barrier_ = nullptr;  // null: nothing holds answers
  std::span<const std::unique_ptr<UpstreamState>> upstreams_;
  Flights flights_;
  metrics::LocalCounter overloads_;
  dns::Malformed malformed_;
  std::unique_ptr<Buffer> scratch_ = std::make_unique<Buffer>();  // the answer being made
  std::unique_ptr<Buffer> settled_ = std::make_unique<Buffer>();  // what a settled flight answers
  size_t settled_size_ = 0;                                       // 0: an error
  dns::Rcode settled_rcode_{};
  Explanation settled_why_;
  uint32_t settled_ttl_ = 0;  // seconds that the cache keeps it for
  bool settled_positive_ = false;
};

}  // namespace weir::edge
