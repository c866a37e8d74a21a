// PostgreSQL as a sink: events go through COPY into a table partitioned by time, and the lane's
// position in the journal is committed with them.
//
//   deliver: BEGIN, COPY …      settle: end of COPY, answers, gaps, position, COMMIT
//
// After any failure the connection is given up, and with it the transaction; the lane asks where we
// stand and offers the rest again.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/units.h"
#include "flow/settings.h"
#include "flow/sink.h"
#include "flow/sinks/postgresql/answers.h"
#include "flow/sinks/postgresql/connection.h"
#include "flow/sinks/postgresql/copy_rows.h"
#include "flow/sinks/postgresql/events.h"
#include "flow/sinks/postgresql/libpq.h"
#include "flow/sinks/postgresql/partitions.h"
#include "flow/sinks/postgresql/schema.h"

namespace weir::flow {
namespace postgresql {
namespace {

// Rows are collected up to this size before they are sent.
constexpr size_t kSendOctets = 256 << 10;
// How often partitions are looked after.
constexpr Duration kCareEvery = 30s;

class PostgresqlSink final : public Sink {
 public:
  PostgresqlSink(const PostgresqlSinkSettings& settings, std::string_view identity)
      : settings_(settings),
        tables_(settings),
        identity_(identity),
        connection_(settings),
        partitions_(settings),
        events_(identity, settings.raw_messages) {}

  Result<std::optional<uint64_t>> recall(std::string_view journal) override {
    TRY_DONE(ensure_open());
    journal_ = journal;
    TRY(const auto rows, connection_.query(select_position(tables_), {journal_, settings_.name}));
    const std::optional<uint64_t> before = committed_;
    committed_.reset();
    if (rows.empty()) {
      forget_answers();
      return std::optional<uint64_t>();
    }
    committed_ = number(rows[0].at(0));
    // Answers that were gathered are still here, unless it has less than it had.
    if (before && *committed_ >= *before) return committed_;
    forget_answers();
    if (!settings_.answers.enabled) return committed_;
    return std::optional(std::min(*committed_, number(rows[0].at(1))));
  }
  void place(uint64_t position) override { place_ = position; }

  Status deliver(const model::Batch& batch) override { return guarded(take(batch)); }
  Status note(const Gap& gap) override {
    gaps_.push_back(gap);
    return Done{};
  }
  Status settle() override { return guarded(finish()); }
  uint64_t take_refused() override { return std::exchange(refused_in_settled_, 0); }

  Status tend(WallTime now) override {
    now_ = now;
    if (in_transaction_) return Done{};
    return guarded(look_after());
  }
  void reopen() override { connection_.close(); }
  void close() override {
    if (connection_.is_open() && !answers_.empty()) static_cast<void>(guarded(write_answers()));
    connection_.close();
  }
  void interrupt() override { connection_.interrupt(); }

 private:
  static uint64_t number(const std::optional<std::string>& text) {
    return text ? std::stoull(*text) : 0;  // a bigint's text, never negative
  }

  Status ensure_open() {
    if (connection_.is_open()) return Done{};
    in_transaction_ = copying_ = false;
    TRY_DONE(connection_.open());
    TRY_DONE(migrate(connection_, settings_));
    TRY_DONE(partitions_.load(connection_));
    return partitions_.make_ahead(connection_, now_);
  }

  Status look_after() {
    TRY_DONE(ensure_open());
    TRY_DONE(connection_.look());
    if (is_due()) TRY_DONE(write_answers());
    if (now_ < next_care_) return Done{};
    next_care_ = now_ + kCareEvery;
    TRY_DONE(partitions_.make_ahead(connection_, now_));
    return partitions_.drop_old(connection_, now_);
  }

  Status take(const model::Batch& batch) {
    TRY_DONE(ensure_open());
    if (!in_transaction_) TRY_DONE(begin());
    if (settings_.events) TRY_DONE(prepare(batch));
    const uint64_t first = place_.value_or(0);
    for (size_t i = 0; i < batch.size(); ++i) {
      const model::Observation& observation = batch.observations()[i];
      const bool is_new = !place_ || first + batch.place_in_whole(i) >= committed_.value_or(0);
      if (settings_.events && is_new) TRY_DONE(add(observation));
      if (settings_.answers.enabled) answers_.add(observation);
    }
    if (place_) *place_ += batch.whole_size();
    if (!answers_.empty() && !answers_from_) {
      answers_from_ = first;
      answers_since_ = now_;
    }
    return Done{};
  }

  Status begin() {
    TRY_DONE(connection_.execute("BEGIN"));
    in_transaction_ = true;
    return Done{};
  }

  /// Every row of the batch gets its partition, and rows can be sent.
  Status prepare(const model::Batch& batch) {
    const auto missing = partitions_.missing(batch, now_);
    if (!missing.empty() && copying_) TRY_DONE(end_copy());
    for (const int64_t span : missing) TRY_DONE(partitions_.make(connection_, span));
    if (copying_) return Done{};
    TRY_DONE(connection_.begin_copy(
        fmt::format("COPY {} ({}) FROM STDIN (FORMAT binary)", tables_.events, event_columns())));
    copying_ = true;
    rows_.clear();
    rows_.begin();
    return Done{};
  }

  Status add(const model::Observation& observation) {
    if (partitions_.is_too_old(observation.time(), now_)) {
      ++refused_;
      return Done{};
    }
    events_.add(observation, rows_);
    return rows_.size() < kSendOctets ? Status(Done{}) : send();
  }

  Status send() {
    TRY_DONE(connection_.copy(rows_.octets()));
    rows_.clear();
    return Done{};
  }

  Status end_copy() {
    copying_ = false;
    rows_.end();
    TRY_DONE(send());
    return connection_.end_copy();
  }

  Status finish() {
    if (!in_transaction_ && gaps_.empty()) return Done{};
    TRY_DONE(ensure_open());
    if (!in_transaction_) TRY_DONE(begin());
    if (copying_) TRY_DONE(end_copy());
    const bool with_answers = is_due();
    if (with_answers) TRY_DONE(answers_.write(connection_, tables_.answers));
    TRY_DONE(write_gaps());
    std::optional<uint64_t> end = place_;
    if (end) end = std::max(*end, committed_.value_or(0));
    if (end) TRY_DONE(keep(*end, with_answers ? *place_ : answers_from_.value_or(*place_)));
    TRY_DONE(commit());
    if (with_answers) forget_answers();
    committed_ = end;
    refused_in_settled_ = std::exchange(refused_, 0);
    return Done{};
  }

  Status commit() {
    TRY_DONE(connection_.execute("COMMIT"));
    in_transaction_ = false;
    gaps_.clear();
    return Done{};
  }

  /// The position goes with the rows; `answers` is where those begin that are not written yet.
  Status keep(uint64_t position, uint64_t answers) {
    TRY(const auto kept, connection_.query(keep_position(tables_),
                                           {journal_, settings_.name, std::to_string(position),
                                            std::to_string(answers)}));
    static_cast<void>(kept);
    return Done{};
  }

  bool is_due() const {
    return !answers_.empty() && (answers_.size() >= settings_.answers.most ||
                                 now_ - answers_since_ >= settings_.answers.window);
  }

  /// In a transaction of their own, when nothing else comes.
  Status write_answers() {
    TRY_DONE(begin());
    TRY_DONE(answers_.write(connection_, tables_.answers));
    if (committed_) TRY_DONE(keep(*committed_, *committed_));
    TRY_DONE(commit());
    forget_answers();
    return Done{};
  }

  void forget_answers() {
    answers_.clear();
    answers_from_.reset();
  }

  Status write_gaps() {
    for (const Gap& gap : gaps_) {
      TRY(const auto written,
          connection_.query("INSERT INTO " + tables_.gaps + " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                            {format_rfc3339(gap.from), format_rfc3339(gap.to), identity_,
                             gap.origin, gap.stage, gap.reason, std::to_string(gap.count)}));
      static_cast<void>(written);
    }
    return Done{};
  }

  /// Undoes what an error leaves.
  Status guarded(Status outcome) {
    if (outcome) return outcome;
    rows_.clear();
    gaps_.clear();
    refused_ = 0;
    connection_.close();
    in_transaction_ = copying_ = false;
    return outcome;
  }

  const PostgresqlSinkSettings settings_;
  const Tables tables_;
  const std::string identity_;
  Connection connection_;
  Partitions partitions_;
  EventRows events_;
  CopyRows rows_;
  Answers answers_;
  std::vector<Gap> gaps_;  // noted since the last settling

  WallTime now_{};  // as of the last `tend`
  WallTime next_care_{};
  bool in_transaction_ = false;
  bool copying_ = false;
  uint64_t refused_ = 0;
  uint64_t refused_in_settled_ = 0;

  // In the journal of a durable lane.
  std::string journal_;
  std::optional<uint64_t> place_;         // behind what was delivered
  std::optional<uint64_t> committed_;     // what stands before has its row
  std::optional<uint64_t> answers_from_;  // where those not yet written begin
  WallTime answers_since_{};
};

}  // namespace
}  // namespace postgresql

Result<std::unique_ptr<Sink>> make_postgresql_sink(const PostgresqlSinkSettings& settings,
                                                   std::string_view identity) {
  TRY_DONE(postgresql::load_libpq());
  return std::unique_ptr<Sink>(std::make_unique<postgresql::PostgresqlSink>(settings, identity));
}

}  // namespace weir::flow
