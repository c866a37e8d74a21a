// The series of the query plane: what the shards and the cache count, under the names users chart.
#include <array>

#include "edge/plane.h"
#include "edge/shard.h"

namespace weir::edge {
namespace {

using metrics::LocalCounter;
using Statistics = ShardStatistics;

struct Plain {
  const char* name;
  const char* help;
  LocalCounter Statistics::* counter;
};

constexpr std::array kPlain = {
    Plain{"weir_malformed_queries_total",
          "Queries answered FORMERR because their octets are no query.", &Statistics::malformed},
    Plain{"weir_coalesced_queries_total", "Queries that joined an equal question already asked.",
          &Statistics::coalesced},
    Plain{"weir_truncated_responses_total", "Answers sent with TC because the client takes less.",
          &Statistics::truncated},
    Plain{"weir_unsent_responses_total",
          "Answers that could not be sent: client gone or socket full.", &Statistics::unsent},
    Plain{"weir_cache_hits_total", "Queries answered from the cache.", &Statistics::cache_hits},
    Plain{"weir_cache_misses_total", "Queries answered after asking an upstream.",
          &Statistics::cache_misses},
    Plain{"weir_cache_refreshes_total", "Questions asked so that an answer does not expire.",
          &Statistics::refreshes},
    Plain{"weir_tcp_connections_total", "Client connections accepted.",
          &Statistics::tcp_connections},
    Plain{"weir_tcp_refused_total", "Client connections refused by a limit or the access list.",
          &Statistics::tcp_refused},
    Plain{"weir_tcp_timeouts_total", "Client connections closed because nothing came.",
          &Statistics::tcp_timeouts},
    Plain{"weir_tcp_overflows_total", "Client connections closed because answers were not taken.",
          &Statistics::tcp_overflows},
};

struct CacheSeries {
  const char* name;
  const char* help;
  bool counter;
  uint64_t AnswerCache::Statistics::* value;
};

constexpr std::array kCache = {
    CacheSeries{"weir_cache_entries", "Answers in the cache, expired ones included.", false,
                &AnswerCache::Statistics::entries},
    CacheSeries{"weir_cache_bytes", "Octets the answers take.", false,
                &AnswerCache::Statistics::used_octets},
    CacheSeries{"weir_cache_size_bytes", "The bound of the cache.", false,
                &AnswerCache::Statistics::size_octets},
    CacheSeries{"weir_cache_inserts_total", "Answers put into the cache.", true,
                &AnswerCache::Statistics::inserts},
    CacheSeries{"weir_cache_evictions_total", "Live answers given up for room.", true,
                &AnswerCache::Statistics::evictions},
    CacheSeries{"weir_cache_insert_collisions_total",
                "Answers given up because table buckets were full.", true,
                &AnswerCache::Statistics::collisions},
    CacheSeries{"weir_cache_refused_total", "Answers too large to be kept.", true,
                &AnswerCache::Statistics::refused},
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string rcode_label(size_t rcode) {
  return rcode + 1 == Statistics::kRcodes ? "other" : dns::to_text(static_cast<dns::Rcode>(rcode));
}

}  // namespace

void Plane::register_metrics(metrics::Registry& registry) {
  const auto total = [this](auto counter) {
    return [this, counter] {
      return static_cast<double>(
          sum([&](const Shard& shard) { return counter(shard.statistics()).value(); }));
    };
  };
  for (const Plain& series : kPlain)
    registry.callback(series.name, series.help, {}, true,
                      total([member = series.counter](const Statistics& s) -> const LocalCounter& {
                        return s.*member;
                      }));
  registry.callback("weir_tcp_current_connections", "Client connections open now.", {}, false,
                    total([](const Statistics& s) -> const LocalCounter& { return s.tcp_open; }));
  registry.callback("weir_overload_refusals_total",
                    "Queries answered SERVFAIL because too many were in flight.", {}, true, [this] {
                      return static_cast<double>(sum(
                          [](const Shard& shard) { return shard.resolver().overloads().value(); }));
                    });
  for (const model::Protocol protocol : {model::Protocol::kUdp, model::Protocol::kTcp})
    registry.callback("weir_queries_total", "Queries that passed the access list.",
                      {{"proto", lower(model::to_text(protocol))}}, true,
                      total([protocol](const Statistics& s) -> const LocalCounter& {
                        return s.queries[static_cast<size_t>(protocol)];
                      }));
  for (size_t reason = 0; reason < kDropReasons; ++reason)
    registry.callback(
        "weir_dropped_queries_total", "Messages that got no answer, by reason.",
        {{"reason", std::string(to_text(static_cast<DropReason>(reason)))}}, true,
        total([reason](const Statistics& s) -> const LocalCounter& { return s.drops[reason]; }));
  registry.callback(
      "weir_responses_total", "Answers by response code and where they came from.", true,
      [this](const metrics::Registry::Emit& emit) {
        for (size_t rcode = 0; rcode < Statistics::kRcodes; ++rcode)
          for (size_t source = 0; source < Statistics::kSources; ++source)
            if (const uint64_t count = sum([&](const Shard& shard) {
                  return shard.statistics().responses[rcode][source].value();
                }))
              emit({{"rcode", rcode_label(rcode)},
                    {"source",
                     std::string(model::to_text(static_cast<model::AnswerSource>(source)))}},
                   static_cast<double>(count));
      });
  for (const CacheSeries& series : kCache)
    registry.callback(series.name, series.help, {}, series.counter, [this, value = series.value] {
      return static_cast<double>(cache_.statistics().*value);
    });
}

}  // namespace weir::edge
