// The sending side of a dnstap stream: when data may go, and what control frames go around it.
// The data frames are written by the owner (frames.h), to whom sockets, files and time belong.
#pragma once

#include <cstdint>

#include "proto/dnstap/frame_reader.h"

namespace weir::dnstap {

class Sender {
 public:
  enum class Mode : uint8_t {
    kBidirectional,   // READY, await ACCEPT, START, data, STOP, await FINISH
    kUnidirectional,  // START, data, STOP: files, and receivers that cannot answer
  };
  enum class State : uint8_t {
    kAccepting,  // READY is out; no data yet
    kOpen,       // data may be sent
    kFinishing,  // STOP is out; FINISH has to come, or the peer closes
    kClosed,
    kFailed,  // `fault()`: close
  };

  /// Begins at once: `take_output` has the first octets.
  explicit Sender(Mode mode);

  /// The octets to send now, once: before any data frame that follows.
  Octets take_output();
  /// What the peer sent. The state afterwards says what it meant.
  void feed(Bytes piece);
  /// The peer closed its end of the stream. That is an answer to STOP, and a fault before.
  void on_end();
  /// No more data will come. Before ACCEPT there is no stream to stop: the state is kClosed.
  void close();

  State state() const { return state_; }
  StreamFault fault() const { return fault_; }
  /// Control frames of unknown types, passed over.
  uint64_t unknown_controls() const { return unknown_controls_; }

 private:
  void send(ControlType type);
  void fail(StreamFault fault);
  void on_control(const Control& control);

  FrameReader reader_;
  Mode mode_;
  State state_;
  StreamFault fault_ = StreamFault::kNone;
  Octets output_;
  uint64_t unknown_controls_ = 0;
};

}  // namespace weir::dnstap
