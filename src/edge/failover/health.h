// Whether upstreams work: one small question to each, again and again (W-04). The judgement is a
// state machine without clock or socket; the checks run on shard 0 through its own upstream
// objects.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "edge/upstream.h"
#include "io/loop.h"
#include "proto/dns/name.h"

namespace weir::edge {

/// Tokens of checks have the top bit set; the shard's own tokens must not.
inline constexpr AskToken kProbeToken = AskToken{1} << 63;
inline constexpr bool is_probe(AskToken token) { return (token & kProbeToken) != 0; }

/// The judgement about one upstream, in whatever time its caller lives.
class HealthCheck {
 public:
  enum class Change : uint8_t { kNone, kUp, kDown };

  /// Up at the start: queries may try before the first check is over.
  HealthCheck(const HealthSettings& settings, Instant start) : settings_(settings), next_(start) {}

  /// When the next check is to be sent; nothing while one is under way.
  std::optional<Instant> due() const { return waiting_ ? std::nullopt : std::optional(next_); }
  void sent(Instant now);
  Change passed();
  Change failed();
  /// The check said nothing about the upstream (we were too busy to ask).
  void skipped() { waiting_ = false; }
  bool is_up() const { return up_; }

 private:
  HealthSettings settings_;
  Instant next_;
  bool waiting_ = false;
  bool up_ = true;
  unsigned in_a_row_ = 0;  // results that speak against the present state
};

/// Sends the checks, takes their results and publishes them in UpstreamState.
class HealthChecks {
 public:
  struct Target {
    UpstreamState& state;
    Upstream& upstream;
  };
  /// The targets' events come to the shard, which passes those of checks (`is_probe`) on. The error
  /// is the question's name.
  static Result<std::unique_ptr<HealthChecks>> start(io::Loop& loop, const Clock& clock,
                                                     const HealthSettings& settings,
                                                     std::vector<Target> targets);

  void on_reply(AskToken token, Bytes message);
  void on_failure(AskToken token, AskFailure failure);
  /// Sends no more checks.
  void stop();

 private:
  struct Checked {
    Target target;
    HealthCheck check;
    AskToken token = 0;  // of the check under way
  };
  HealthChecks(io::Loop& loop, const Clock& clock, const HealthSettings& settings,
               std::vector<Target> targets);
  Status write_question();
  void send_due();
  Checked* find(AskToken token);
  void failed(Checked& checked, std::string_view cause);
  void publish(Checked& checked, HealthCheck::Change change, std::string_view cause);

  const Clock& clock_;
  const HealthSettings settings_;
  std::vector<Checked> checked_;
  Octets question_;
  uint32_t sent_ = 0;
  io::Timer timer_;
  bool stopped_ = false;
};

}  // namespace weir::edge
