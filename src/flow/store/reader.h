// The reading side of the embedded store: what `weir log` and the HTTP API ask, newest first, while
// weir writes, from this process or another.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/endpoint.h"
#include "base/result.h"
#include "flow/store/query_filter.h"
#include "model/observation.h"
#include "proto/dns/types.h"

namespace weir::sqlite {
class Database;
}

namespace weir::flow {

/// One stored observation.
struct QueryRow {
  int64_t id = 0;
  WallTime time;
  model::MessageType type{};
  model::Protocol protocol{};
  model::SourceKind source{};
  std::optional<Endpoint> client;
  std::optional<Endpoint> server;
  std::string qname;  // lower case, with the final dot; empty without a question
  dns::Type qtype{};
  dns::Class qclass{};
  std::optional<dns::Rcode> rcode;  // of responses
  uint16_t flags = 0;
  std::optional<Duration> latency;
  model::AnswerSource answer_source{};
  std::string upstream;
  uint32_t size_octets = 0;
  dns::Malformed malformed;
};

/// A page of rows, newest first. `next` is where the following page begins; absent at the end. A
/// page may hold fewer rows than asked for, even none, and still have a next one: each call looks
/// at a bounded number of rows.
struct QueryPage {
  std::vector<QueryRow> rows;
  std::optional<int64_t> next;
};

/// A recorded loss.
struct GapRow {
  WallTime from;
  WallTime to;
  std::string origin;
  std::string stage;
  std::string reason;
  uint64_t count = 0;
};

/// One thread uses it.
class StoreReader {
 public:
  static Result<std::unique_ptr<StoreReader>> open(const std::string& path);
  ~StoreReader();

  /// At most `limit` rows older than `cursor` (a page's `next`).
  Result<QueryPage> find(const QueryFilter& filter, size_t limit,
                         std::optional<int64_t> cursor = std::nullopt);
  /// At most `limit` losses, newest first.
  Result<std::vector<GapRow>> gaps(size_t limit);
  /// How many rows there are.
  Result<uint64_t> count();

  /// Rows that one call of `find` looks at, where time does not rule them out at once.
  static constexpr int64_t kMostExamined = 100'000;

 private:
  explicit StoreReader(std::unique_ptr<sqlite::Database> database);
  std::unique_ptr<sqlite::Database> database_;
};

}  // namespace weir::flow
