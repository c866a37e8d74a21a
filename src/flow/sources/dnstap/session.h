// One sender: its connection, its conversation, and the limits that it keeps within or ends by.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "flow/settings.h"
#include "flow/sources/dnstap/counters.h"
#include "flow/sources/dnstap/intake.h"
#include "flow/sources/sparse_log.h"
#include "io/loop.h"
#include "io/stream.h"
#include "proto/dnstap/receiver.h"

namespace weir::flow::dnstap_source {

/// What the sessions of a thread share. All of it outlives them.
struct SessionContext {
  io::Loop& loop;
  const Clock& clock;
  const DnstapSourceSettings& settings;
  Counters& counters;
  Intake& intake;
  SparseLog& troubles;
  SparseLog& news;

  io::StreamOptions stream_options() const;
};

class Session;

class SessionEvents {
 public:
  virtual ~SessionEvents() = default;
  /// The sender's stream has begun.
  virtual void on_started(Session& session) = 0;
  /// The intake has no room. The session keeps what it has, and goes on at `resume`.
  virtual void on_full() = 0;
  /// The last call, once; it may destroy the session. `why` in words.
  virtual void on_ended(Session& session, std::string_view why) = 0;
};

class Session final : public io::StreamEvents {
 public:
  enum class Side : uint8_t { kAccepted, kDialled };
  /// `peer` is what the log calls the sender.
  Session(const SessionContext& context, Side side, std::string peer, SessionEvents& events);
  ~Session() override;
  /// `stream` has this object as its events.
  void begin(std::unique_ptr<io::Stream> stream);

  /// Stops reading until `resume`, which goes on with what was kept and may end the session.
  void pause();
  void resume();
  Side side() const { return side_; }

 private:
  void on_open() override { opened_ = true; }
  void on_data(Bytes octets) override;
  void on_close(io::CloseCause cause, std::string_view detail) override;

  void work();
  void take(Bytes payload);
  void start();
  void end_of_piece();
  bool exceeds_rate();
  void throttle();
  void go_on();
  void on_silence();
  void misbehaved(std::string_view how, std::string_view what);
  void fail(std::string_view reason, std::string_view why);
  void end(std::string_view why);

  const SessionContext context_;
  const Side side_;
  const std::string peer_;
  SessionEvents& events_;
  dnstap::Receiver receiver_;
  Octets kept_;  // what came with the last piece and had to wait
  std::unique_ptr<io::Stream> stream_;
  io::Timer silence_;  // until the stream begins, then between its octets
  io::Timer rate_;
  Instant last_octet_{};
  Instant second_began_{};
  uint64_t in_second_ = 0;  // frames
  uint64_t in_piece_ = 0;   // frames, not yet counted
  bool opened_ = false;
  bool started_ = false;
  bool paused_ = false;      // for want of room
  bool throttled_ = false;   // for its rate
  bool complained_ = false;  // of its frames
};

}  // namespace weir::flow::dnstap_source
