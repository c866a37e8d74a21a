// One sender of lines: its connection, what of a line has come, and the limits it keeps within.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "flow/settings.h"
#include "flow/sources/json/counters.h"
#include "flow/sources/json/record_reader.h"
#include "flow/sources/sparse_log.h"
#include "io/loop.h"
#include "io/stream.h"
#include "model/tap.h"

namespace weir::flow::json_source {

class Session;

/// What all sessions share, and to whom they turn.
class Intake {
 public:
  virtual ~Intake() = default;
  /// False when the next line has to wait; the intake then pauses all sessions for a while.
  virtual bool has_room() = 0;
  /// Records the line, or counts why not.
  virtual void take(std::string_view line, Session& session) = 0;
  virtual void on_full() = 0;
  /// The last call, once; it may destroy the session.
  virtual void on_ended(Session& session) = 0;
};

class Session final : public io::StreamEvents {
 public:
  Session(io::Loop& loop, const Clock& clock, const JsonSourceSettings& settings,
          Counters& counters, SparseLog& troubles, std::string peer, Intake& intake);
  ~Session() override;
  /// `stream` has this object as its events.
  void begin(std::unique_ptr<io::Stream> stream);

  /// Stops reading until `resume`, which goes on with what was kept and may end the session.
  void pause();
  void resume();
  /// Said once for each sender; the counters know the rest.
  void complain(LineFault fault);

 private:
  void on_data(Bytes octets) override;
  void on_close(io::CloseCause cause, std::string_view detail) override;
  void work();
  void keep_rest(size_t taken);
  void watch_idleness();
  void on_silence();

  const Clock& clock_;
  const JsonSourceSettings& settings_;
  Counters& counters_;
  SparseLog& troubles_;
  const std::string peer_;
  Intake& intake_;
  std::string text_;           // not yet taken
  size_t seen_ = 0;            // of it: has no line end
  bool passing_over_ = false;  // the rest of a line that is too long
  bool paused_ = false;
  bool complained_ = false;
  Instant last_octet_{};
  io::Timer silence_;
  std::unique_ptr<io::Stream> stream_;
};

}  // namespace weir::flow::json_source
