// The receiving side of a dnstap stream: it follows the conversation, says what to answer, and
// gives the payloads. Sockets, files and time are its owner's.
#pragma once

#include <cstdint>
#include <string_view>

#include "proto/dnstap/frame_reader.h"

namespace weir::dnstap {

/// Where a stream comes from.
enum class Medium : uint8_t {
  /// One stream. It opens with READY (we answer with ACCEPT, and STOP with FINISH) or, from senders
  /// that expect no answers, with START.
  kConnection,
  /// Nobody to answer, so no READY. A file may hold several streams, one behind the other: writers
  /// that append to a file leave that, with or without the STOP of the one before.
  kFile,
};

/// What the receiver found for its owner.
struct Received {
  enum class Kind : uint8_t {
    kNone,      // the piece is used up: send `take_replies()`, feed the next
    kData,      // `payload`: a dnstap frame, never empty
    kOversize,  // a data frame of `size_octets` was passed over
    kStopped,   // the sender is done: send `take_replies()` and close
    kFault,     // `Receiver::fault()`: close. No more will come.
  };
  Kind kind = Kind::kNone;
  uint32_t size_octets = 0;
  Bytes payload;
};

class Receiver {
 public:
  enum class State : uint8_t { kOpening, kAccepted, kStreaming, kStopped, kFailed };
  /// How a stream ended, should its octets end now.
  enum class Ending : uint8_t {
    kEmpty,    // before START
    kClean,    // after STOP
    kUnclean,  // without STOP, between frames: some senders just close
    kTorn,     // within a frame
    kFailed,
  };

  explicit Receiver(Medium medium, size_t most_octets = kMaxData)
      : reader_(most_octets), medium_(medium) {}

  /// As FrameReader's: the piece stays as it is until `next` has given kNone.
  void feed(Bytes piece) { reader_.feed(piece); }
  /// The views hold until the next call of `next` or `feed`.
  Received next();
  /// The octets to send to the peer now, once. A peer that does not want them is no fault: some
  /// senders close right after STOP.
  Octets take_replies();

  State state() const { return state_; }
  StreamFault fault() const { return fault_; }
  /// True once READY has been answered: the peer waits for FINISH after its STOP.
  bool is_bidirectional() const { return bidirectional_; }
  Ending ending() const;
  /// Streams begun: more than one only in files.
  uint64_t streams() const { return streams_; }
  /// Control frames of unknown types, passed over.
  uint64_t unknown_controls() const { return unknown_controls_; }
  /// Where the frame after the last one given begins.
  uint64_t position() const { return reader_.position(); }

 private:
  Received fail(StreamFault fault);
  StreamFault on_control(const Control& control);
  StreamFault on_ready(const Control& control);
  StreamFault on_start(const Control& control);
  StreamFault on_stop(const Control& control);

  FrameReader reader_;
  Medium medium_;
  State state_ = State::kOpening;
  StreamFault fault_ = StreamFault::kNone;
  bool bidirectional_ = false;
  Octets replies_;
  uint64_t streams_ = 0;
  uint64_t unknown_controls_ = 0;
};
/// `clean`.
std::string_view to_text(Receiver::Ending ending);

}  // namespace weir::dnstap
