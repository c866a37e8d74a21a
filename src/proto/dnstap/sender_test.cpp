// A sender's conversation with good receivers and bad ones, and with our own receiver.
#include "proto/dnstap/sender.h"

#include <gtest/gtest.h>

#include "kit/dnstap.h"
#include "kit/dnstap_peers.h"
#include "kit/program.h"
#include "kit/temporary.h"
#include "proto/dnstap/receiver.h"

namespace weir::dnstap {
namespace {

using kit::append;
using Mode = Sender::Mode;
using State = Sender::State;

Octets whole(ControlType type) {
  const Bytes frame = control_frame(type);
  return {frame.begin(), frame.end()};
}

/// A sender whose READY has been accepted, and whose START has been taken.
Sender accepted() {
  Sender sender(Mode::kBidirectional);
  EXPECT_EQ(sender.take_output(), whole(ControlType::kReady));
  sender.feed(control_frame(ControlType::kAccept));
  EXPECT_EQ(sender.take_output(), whole(ControlType::kStart));
  return sender;
}

/// The fault that octets of a receiver cause, fed at once or octet by octet; kNone if they do not.
StreamFault fault_after(Bytes octets) {
  Sender at_once(Mode::kBidirectional), slowly(Mode::kBidirectional);
  at_once.feed(octets);
  for (size_t at = 0; at < octets.size(); ++at) slowly.feed(octets.subspan(at, 1));
  EXPECT_EQ(at_once.state(), slowly.state());
  EXPECT_EQ(at_once.fault(), slowly.fault());
  EXPECT_EQ(at_once.state() == State::kFailed, at_once.fault() != StreamFault::kNone);
  EXPECT_EQ(at_once.take_output().empty(), at_once.fault() != StreamFault::kNone);
  return at_once.fault();
}

TEST(Sender, asks_starts_stops_and_awaits_the_end) {
  Sender sender = accepted();
  EXPECT_EQ(sender.state(), State::kOpen);
  EXPECT_TRUE(sender.take_output().empty());
  sender.close();
  EXPECT_EQ(sender.take_output(), whole(ControlType::kStop));
  EXPECT_EQ(sender.state(), State::kFinishing);
  sender.feed(control_frame(ControlType::kFinish));
  EXPECT_EQ(sender.state(), State::kClosed);
  EXPECT_EQ(sender.fault(), StreamFault::kNone);
}

TEST(Sender, without_answers_it_starts_and_stops) {
  Sender sender(Mode::kUnidirectional);
  EXPECT_EQ(sender.state(), State::kOpen);
  EXPECT_EQ(sender.take_output(), whole(ControlType::kStart));
  sender.close();
  EXPECT_EQ(sender.take_output(), whole(ControlType::kStop));
  EXPECT_EQ(sender.state(), State::kClosed);
  sender.on_end();
  EXPECT_EQ(sender.state(), State::kClosed);
}

TEST(Sender, a_receiver_that_closes_instead_of_finish_is_no_fault) {
  Sender sender = accepted();
  sender.close();
  sender.on_end();
  EXPECT_EQ(sender.state(), State::kClosed);
}

TEST(Sender, a_receiver_that_closes_before_stop_is_one) {
  Sender waiting(Mode::kBidirectional), open = accepted(), alone(Mode::kUnidirectional);
  for (Sender* sender : {&waiting, &open, &alone}) {
    sender->on_end();
    EXPECT_EQ(sender->state(), State::kFailed);
    EXPECT_EQ(sender->fault(), StreamFault::kClosedEarly);
  }
}

TEST(Sender, close_before_accept_sends_nothing_more) {
  Sender sender(Mode::kBidirectional);
  EXPECT_EQ(sender.take_output(), whole(ControlType::kReady));
  sender.close();
  EXPECT_EQ(sender.state(), State::kClosed);
  EXPECT_TRUE(sender.take_output().empty());
}

TEST(Sender, accept_must_name_dnstap) {
  const std::string_view foreign = "protobuf:other", both[] = {foreign, kContentType};
  Octets other, none, two;
  append_control_frame(other, ControlType::kAccept, std::span(&foreign, 1));
  append_control_frame(none, ControlType::kAccept, {});
  append_control_frame(two, ControlType::kAccept, both);
  EXPECT_EQ(fault_after(other), StreamFault::kForeignContent);
  EXPECT_EQ(fault_after(none), StreamFault::kForeignContent);
  EXPECT_EQ(fault_after(two), StreamFault::kNone);
}

TEST(Sender, a_receiver_has_no_data_to_send) {
  EXPECT_EQ(fault_after(kit::octets_of("00000001aa")), StreamFault::kDataFromReceiver);
  EXPECT_EQ(fault_after(as_bytes("HTTP/1.1 400 Bad Request")), StreamFault::kDataFromReceiver);
  Sender open = accepted();
  open.feed(kit::octets_of("00000001aa"));
  EXPECT_EQ(open.fault(), StreamFault::kDataFromReceiver);
}

TEST(Sender, other_control_frames_have_no_place) {
  for (const ControlType type :
       {ControlType::kReady, ControlType::kStart, ControlType::kStop, ControlType::kFinish}) {
    EXPECT_EQ(fault_after(control_frame(type)), StreamFault::kUnexpectedControl);
    Sender open = accepted();
    open.feed(control_frame(type));
    EXPECT_EQ(open.fault(), StreamFault::kUnexpectedControl);
  }
  Sender open = accepted();
  open.feed(control_frame(ControlType::kAccept));
  EXPECT_EQ(open.fault(), StreamFault::kUnexpectedControl);
}

TEST(Sender, a_broken_control_frame_is_a_fault) {
  EXPECT_EQ(fault_after(kit::octets_of("0000000000000201")), StreamFault::kControlTooLarge);
  EXPECT_EQ(fault_after(kit::octets_of("0000000000000002abcd")), StreamFault::kControlMalformed);
}

TEST(Sender, E07_unknown_control_types_are_counted_and_ignored) {
  Octets answer = kit::octets_of("000000000000000600000063abcd");
  append(answer, control_frame(ControlType::kAccept));
  Sender sender(Mode::kBidirectional);
  sender.feed(answer);
  EXPECT_EQ(sender.state(), State::kOpen);
  EXPECT_EQ(sender.unknown_controls(), 1U);
}

TEST(Sender, a_fault_stays) {
  Sender sender(Mode::kBidirectional);
  sender.feed(control_frame(ControlType::kStop));
  sender.feed(control_frame(ControlType::kAccept));
  sender.close();
  sender.on_end();
  EXPECT_EQ(sender.state(), State::kFailed);
  EXPECT_EQ(sender.fault(), StreamFault::kUnexpectedControl);
  EXPECT_TRUE(sender.take_output().empty());
}

/// Carries octets between a sender and a receiver, `grain` at a time, until neither has any.
class Line {
 public:
  Line(Mode mode, size_t grain) : sender_(mode), grain_(grain) {}

  void send(Bytes payload) {
    carry();
    ASSERT_EQ(sender_.state(), State::kOpen);
    Octets frame;
    ASSERT_TRUE(append_data_frame(frame, payload));
    deliver(frame);
  }
  void close() {
    sender_.close();
    carry();
  }
  void carry() {
    for (;;) {
      const Octets there = sender_.take_output();
      deliver(there);
      const Octets back = receiver_.take_replies();
      for (const Bytes piece : cut(back)) sender_.feed(piece);
      if (there.empty() && back.empty()) return;
    }
  }
  const Sender& sender() const { return sender_; }
  const Receiver& receiver() const { return receiver_; }
  const std::vector<Octets>& payloads() const { return payloads_; }

 private:
  std::vector<Bytes> cut(Bytes octets) const {
    std::vector<Bytes> pieces;
    for (size_t at = 0; at < octets.size(); at += grain_)
      pieces.push_back(octets.subspan(at, std::min(grain_, octets.size() - at)));
    return pieces;
  }
  void deliver(Bytes octets) {
    for (const Bytes piece : cut(octets)) {
      receiver_.feed(piece);
      for (Received got = receiver_.next(); got.kind != Received::Kind::kNone;
           got = receiver_.next()) {
        ASSERT_NE(got.kind, Received::Kind::kFault) << to_text(receiver_.fault());
        if (got.kind == Received::Kind::kData)
          payloads_.emplace_back(got.payload.begin(), got.payload.end());
      }
    }
  }

  Sender sender_;
  Receiver receiver_{Medium::kConnection};
  size_t grain_;
  std::vector<Octets> payloads_;
};

TEST(Sender, B09_and_receiver_understand_each_other_whatever_the_pieces) {
  const std::vector<Octets> payloads = {Octets(1, 1), Octets(82, 2), Octets(1000, 3)};
  for (const Mode mode : {Mode::kBidirectional, Mode::kUnidirectional}) {
    for (size_t grain = 1; grain < 60; ++grain) {
      Line line(mode, grain);
      for (const Octets& payload : payloads) line.send(payload);
      line.close();
      EXPECT_EQ(line.payloads(), payloads);
      EXPECT_EQ(line.sender().state(), State::kClosed);
      EXPECT_EQ(line.receiver().ending(), Receiver::Ending::kClean);
      EXPECT_EQ(line.receiver().is_bidirectional(), mode == Mode::kBidirectional);
    }
  }
}

TEST(Sender, fstrm_dump_reads_our_files) {
  const kit::TemporaryFolder folder;
  const Octets file = kit::dnstap_file(kit::dnstap_payloads());
  kit::write_file(folder / "ours", file);
  kit::Program dump({"fstrm_dump", folder / "ours", folder / "copy"});
  const std::string said = dump.finish();
  EXPECT_EQ(dump.exit_status(), 0) << said;
  EXPECT_NE(said.find("\"protobuf:dnstap.Dnstap\""), std::string::npos) << said;
  EXPECT_NE(said.find("FSTRM_CONTROL_STOP"), std::string::npos) << said;
  EXPECT_EQ(kit::read_file(folder / "copy"), file);
}

TEST(Sender, golang_dnstap_reads_every_field_of_our_files) {
  const kit::TemporaryFolder folder;
  const std::vector<Octets> made = kit::dnstap_payloads();
  kit::write_file(folder / "ours", kit::dnstap_file(made));
  kit::Program reader({"dnstap", "-j", "-r", folder / "ours"});
  const std::string said = reader.finish();
  ASSERT_EQ(reader.exit_status(), 0) << said;
  size_t at = said.find('{');
  for (const Octets& payload : made) {
    const auto envelope = decode(payload);
    ASSERT_TRUE(envelope.ok());
    const Message& message = *envelope->message;
    const size_t end = said.find('\n', at);
    ASSERT_NE(end, std::string::npos) << said;
    const std::string line = said.substr(at, end - at);
    at = end + 1;
    std::vector<std::string> wanted = {
        "\"identity\":\"" + std::string(as_text(*envelope->identity)) + '"',
        "\"query_time\":\"2020-09-13T12:26:40.123456789Z\"",
        "\"query_address\":\"192.0.2.1\"",
        "\"response_address\":\"127.0.0.1\"",
        "\"query_port\":54321",
        "\"response_port\":53",
        "example.com."};
    wanted.push_back("\"type\":\"" + std::string(to_text(message.type)) + '"');
    // Its schema ends with DOH; it shows the numbers of the others.
    const SocketProtocol protocol = *message.socket_protocol;
    const bool named = protocol <= SocketProtocol::kDoh;
    wanted.push_back(
        "\"socket_protocol\":\"" +
        (named ? std::string(to_text(protocol)) : std::to_string(static_cast<int32_t>(protocol))) +
        '"');
    if (message.response_message)
      wanted.emplace_back("\"response_time\":\"2020-09-13T12:26:41.000000001Z\"");
    for (const std::string& words : wanted)
      EXPECT_NE(line.find(words), std::string::npos) << words << "\n" << line;
  }
}

/// Connects to the program, sends to it, and follows the conversation to FINISH.
void send_to(const std::string& path, const std::vector<Octets>& payloads) {
  const UniqueFd peer = kit::connected_to(path);
  Sender sender(Sender::Mode::kBidirectional);
  const auto listen_while = [&](Sender::State state) {
    while (sender.state() == state) {
      const Octets piece = kit::receive(peer);
      ASSERT_FALSE(piece.empty()) << "closed without an answer";
      sender.feed(piece);
    }
  };
  kit::send_all(peer, sender.take_output());
  listen_while(Sender::State::kAccepting);
  ASSERT_EQ(sender.state(), Sender::State::kOpen) << to_text(sender.fault());
  kit::send_all(peer, sender.take_output());
  for (const Octets& payload : payloads) {
    Octets frame;
    ASSERT_TRUE(append_data_frame(frame, payload));
    kit::send_all(peer, frame);
  }
  sender.close();
  kit::send_all(peer, sender.take_output());
  listen_while(Sender::State::kFinishing);
  EXPECT_EQ(sender.state(), Sender::State::kClosed) << to_text(sender.fault());
}

TEST(Sender, we_send_to_libfstrm) {
  const kit::TemporaryFolder folder;
  const std::vector<Octets> made = kit::dnstap_payloads();
  kit::Program receiver({"fstrm_capture", "-t", std::string(kContentType), "-u", folder / "socket",
                         "-w", folder / "theirs"});
  send_to(folder / "socket", made);
  const std::string said = receiver.finish(SIGINT);
  EXPECT_EQ(kit::dnstap_payloads_in(kit::read_file(folder / "theirs")), made) << said;
}

TEST(Sender, we_send_to_golang_dnstap) {
  const kit::TemporaryFolder folder;
  kit::Program receiver({"dnstap", "-y", "-u", folder / "socket"});
  const std::vector<Octets> made = kit::dnstap_payloads();
  send_to(folder / "socket", made);
  for (size_t i = 0; i < made.size(); ++i)
    EXPECT_TRUE(receiver.says("identity: \"edge" + std::to_string(i) + '"'));
}

}  // namespace
}  // namespace weir::dnstap
