// The conversation of a sender: what it says, and what it may hear.
#include "proto/dnstap/sender.h"

#include <utility>

namespace weir::dnstap {

Sender::Sender(Mode mode) : mode_(mode) {
  const bool asks = mode == Mode::kBidirectional;
  state_ = asks ? State::kAccepting : State::kOpen;
  send(asks ? ControlType::kReady : ControlType::kStart);
}

Octets Sender::take_output() { return std::exchange(output_, {}); }

void Sender::feed(Bytes piece) {
  reader_.feed(piece);
  while (state_ != State::kFailed) {
    const Frame frame = reader_.next();
    switch (frame.kind) {
      case Frame::Kind::kNone: return;
      case Frame::Kind::kControl: on_control(frame.control); break;
      case Frame::Kind::kFault: fail(frame.fault); break;
      case Frame::Kind::kData:
      case Frame::Kind::kOversize: fail(StreamFault::kDataFromReceiver); break;
    }
  }
}

void Sender::on_control(const Control& control) {
  if (!is_known(control.type)) {
    ++unknown_controls_;
  } else if (state_ == State::kAccepting && control.type == ControlType::kAccept) {
    if (!names_dnstap(control)) return fail(StreamFault::kForeignContent);
    state_ = State::kOpen;
    send(ControlType::kStart);
  } else if (state_ == State::kFinishing && control.type == ControlType::kFinish) {
    state_ = State::kClosed;
  } else {
    fail(StreamFault::kUnexpectedControl);
  }
}

void Sender::on_end() {
  if (state_ == State::kAccepting || state_ == State::kOpen) fail(StreamFault::kClosedEarly);
  if (state_ == State::kFinishing) state_ = State::kClosed;
}

void Sender::close() {
  if (state_ == State::kAccepting) {
    output_.clear();
    state_ = State::kClosed;
  } else if (state_ == State::kOpen) {
    send(ControlType::kStop);
    state_ = mode_ == Mode::kBidirectional ? State::kFinishing : State::kClosed;
  }
}

void Sender::send(ControlType type) {
  const Bytes frame = control_frame(type);
  output_.insert(output_.end(), frame.begin(), frame.end());
}

void Sender::fail(StreamFault fault) {
  state_ = State::kFailed;
  fault_ = fault;
  output_.clear();
}

}  // namespace weir::dnstap
