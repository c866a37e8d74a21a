// The conversation of a receiver: which control frame may come when, and what follows.
#include "proto/dnstap/receiver.h"

#include <utility>

namespace weir::dnstap {
namespace {

void append(Octets& out, Bytes octets) { out.insert(out.end(), octets.begin(), octets.end()); }

}  // namespace

Received Receiver::next() {
  for (;;) {
    if (state_ == State::kFailed) return {Received::Kind::kFault};
    const Frame frame = reader_.next();
    const bool is_data = frame.kind == Frame::Kind::kData || frame.kind == Frame::Kind::kOversize;
    if (is_data && state_ != State::kStreaming)
      return fail(state_ == State::kStopped ? StreamFault::kAfterStop : StreamFault::kNotStarted);
    switch (frame.kind) {
      case Frame::Kind::kNone: return {};
      case Frame::Kind::kData: return {Received::Kind::kData, 0, frame.payload};
      case Frame::Kind::kOversize: return {Received::Kind::kOversize, frame.size_octets};
      case Frame::Kind::kFault: return fail(frame.fault);
      case Frame::Kind::kControl: break;
    }
    const StreamFault fault = on_control(frame.control);
    if (fault != StreamFault::kNone) return fail(fault);
    if (state_ == State::kStopped && is_known(frame.control.type))
      return {Received::Kind::kStopped};
  }
}

Octets Receiver::take_replies() { return std::exchange(replies_, {}); }

Received Receiver::fail(StreamFault fault) {
  state_ = State::kFailed;
  fault_ = fault;
  return {Received::Kind::kFault};
}

StreamFault Receiver::on_control(const Control& control) {
  switch (control.type) {
    case ControlType::kReady: return on_ready(control);
    case ControlType::kStart: return on_start(control);
    case ControlType::kStop:
    case ControlType::kFinish: return on_stop(control);
    case ControlType::kAccept: return StreamFault::kUnexpectedControl;
  }
  ++unknown_controls_;
  return StreamFault::kNone;
}

StreamFault Receiver::on_ready(const Control& control) {
  if (state_ != State::kOpening || medium_ == Medium::kFile) return StreamFault::kUnexpectedControl;
  if (!offers_dnstap(control)) return StreamFault::kForeignContent;
  state_ = State::kAccepted;
  bidirectional_ = true;
  append(replies_, control_frame(ControlType::kAccept));
  return StreamFault::kNone;
}

StreamFault Receiver::on_start(const Control& control) {
  const bool first = state_ == State::kOpening || state_ == State::kAccepted;
  if (!first && medium_ == Medium::kConnection) return StreamFault::kSecondStart;
  if (!offers_dnstap(control)) return StreamFault::kForeignContent;
  state_ = State::kStreaming;
  ++streams_;
  return StreamFault::kNone;
}

/// FINISH is the receiver's word, but there are senders that close with it. It means the same and
/// wants no answer.
StreamFault Receiver::on_stop(const Control& control) {
  if (state_ != State::kStreaming) return StreamFault::kUnexpectedControl;
  state_ = State::kStopped;
  if (bidirectional_ && control.type == ControlType::kStop)
    append(replies_, control_frame(ControlType::kFinish));
  return StreamFault::kNone;
}

Receiver::Ending Receiver::ending() const {
  if (state_ == State::kFailed) return Ending::kFailed;
  if (reader_.torn()) return Ending::kTorn;
  if (state_ == State::kStreaming) return Ending::kUnclean;
  return state_ == State::kStopped ? Ending::kClean : Ending::kEmpty;
}

std::string_view to_text(Receiver::Ending ending) {
  switch (ending) {
    case Receiver::Ending::kEmpty: return "empty";
    case Receiver::Ending::kClean: return "clean";
    case Receiver::Ending::kUnclean: return "unclean";
    case Receiver::Ending::kTorn: return "torn";
    case Receiver::Ending::kFailed: return "failed";
  }
  return "unknown";
}

}  // namespace weir::dnstap
