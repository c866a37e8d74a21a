// A receiver's conversation with good senders, bad ones, and files (rows B-09, B-10, B-13).
#include "proto/dnstap/receiver.h"

#include <gtest/gtest.h>

#include <map>

#include "kit/dnstap.h"
#include "kit/dnstap_peers.h"
#include "kit/program.h"
#include "kit/temporary.h"

namespace weir::dnstap {
namespace {

using kit::append;
using kit::Words;

/// A stream out of letters: R A S T F are the control frames with dnstap's content type, r and s
/// those with a foreign one, b READY with both, n and m READY and START with none, u a control
/// frame of an unknown type, d data, D data above the ceiling of 8 octets.
Octets stream_of(std::string_view letters) {
  const std::string_view foreign = "protobuf:other", both[] = {foreign, kContentType};
  Octets out;
  for (const char letter : letters) {
    switch (letter) {
      case 'R': append(out, control_frame(ControlType::kReady)); break;
      case 'A': append(out, control_frame(ControlType::kAccept)); break;
      case 'S': append(out, control_frame(ControlType::kStart)); break;
      case 'T': append(out, control_frame(ControlType::kStop)); break;
      case 'F': append(out, control_frame(ControlType::kFinish)); break;
      case 'r': append_control_frame(out, ControlType::kReady, std::span(&foreign, 1)); break;
      case 's': append_control_frame(out, ControlType::kStart, std::span(&foreign, 1)); break;
      case 'b': append_control_frame(out, ControlType::kReady, both); break;
      case 'n': append_control_frame(out, ControlType::kReady, {}); break;
      case 'm': append_control_frame(out, ControlType::kStart, {}); break;
      case 'u': append(out, kit::octets_of("000000000000000600000063abcd")); break;
      case 'd': EXPECT_TRUE(append_data_frame(out, Octets(3, 0xda))); break;
      case 'D': EXPECT_TRUE(append_data_frame(out, Octets(9, 0xdb))); break;
      default: ADD_FAILURE() << letter;
    }
  }
  return out;
}

/// The words of a conversation for every split of the stream, one after the other.
std::string conversation(std::string_view letters, Medium medium = Medium::kConnection) {
  const std::map<std::string, std::string> short_words = {
      {"reply " + to_hex(control_frame(ControlType::kAccept)), "accept"},
      {"reply " + to_hex(control_frame(ControlType::kFinish)), "finish"},
      {"data dadada", "data"}};
  const Words words = kit::for_every_split(stream_of(letters), [&](const kit::Pieces& pieces) {
    return kit::received_from(pieces, medium, 8);
  });
  std::string text;
  for (const std::string& word : words) {
    const auto found = short_words.find(word);
    text += (text.empty() ? "" : ", ") + (found == short_words.end() ? word : found->second);
  }
  return text;
}

TEST(Receiver, B09_answers_ready_with_accept_and_stop_with_finish) {
  EXPECT_EQ(conversation("RSddT"), "accept, data, data, finish, stopped, clean");
}

TEST(Receiver, B09_takes_senders_that_begin_with_start) {
  EXPECT_EQ(conversation("SddT"), "data, data, stopped, clean");
}

TEST(Receiver, B09_a_stream_may_end_without_stop) {
  EXPECT_EQ(conversation(""), "empty");
  EXPECT_EQ(conversation("R"), "accept, empty");
  EXPECT_EQ(conversation("RSd"), "accept, data, unclean");
  EXPECT_EQ(conversation("Sd"), "data, unclean");
}

TEST(Receiver, a_stream_may_end_within_a_frame_and_that_is_told_apart) {
  const Octets stream = stream_of("Sd");
  for (size_t cut = 1; cut < stream.size(); ++cut) {
    const Words words = kit::received_from({Bytes(stream).first(cut)}, Medium::kConnection);
    EXPECT_EQ(words, Words{cut == 42 ? "unclean" : "torn"}) << cut;
  }
}

TEST(Receiver, B10_a_foreign_content_type_ends_it) {
  EXPECT_EQ(conversation("rSdT"), "fault content_type");
  EXPECT_EQ(conversation("sdT"), "fault content_type");
  EXPECT_EQ(conversation("RsdT"), "accept, fault content_type");
  EXPECT_EQ(conversation("sd", Medium::kFile), "fault content_type");
}

TEST(Receiver, B09_chooses_dnstap_among_several_content_types) {
  EXPECT_EQ(conversation("bSdT"), "accept, data, finish, stopped, clean");
}

TEST(Receiver, no_content_type_matches_any) {
  EXPECT_EQ(conversation("nmdT"), "accept, data, finish, stopped, clean");
  EXPECT_EQ(conversation("md", Medium::kFile), "data, unclean");
}

TEST(Receiver, B13_an_oversize_frame_is_passed_over) {
  EXPECT_EQ(conversation("SdDdT"), "data, oversize 9, data, stopped, clean");
}

TEST(Receiver, E07_unknown_control_types_are_counted_and_ignored) {
  EXPECT_EQ(conversation("uRuSuduTu"), "accept, data, finish, stopped, clean");
  Receiver receiver(Medium::kConnection);
  const Octets stream = stream_of("uSuduT");
  receiver.feed(stream);
  while (receiver.next().kind != Received::Kind::kNone) continue;
  EXPECT_EQ(receiver.unknown_controls(), 3U);
  EXPECT_EQ(receiver.position(), stream.size());
}

TEST(Receiver, frames_out_of_order_end_it) {
  EXPECT_EQ(conversation("d"), "fault not_started");
  EXPECT_EQ(conversation("D"), "fault not_started");
  EXPECT_EQ(conversation("Rd"), "accept, fault not_started");
  EXPECT_EQ(conversation("SdSd"), "data, fault second_start");
  EXPECT_EQ(conversation("STSd"), "stopped, fault second_start");
  EXPECT_EQ(conversation("STd"), "stopped, fault after_stop");
  EXPECT_EQ(conversation("STD"), "stopped, fault after_stop");
  for (const std::string_view letters : {"A", "T", "F"})
    EXPECT_EQ(conversation(letters), "fault unexpected_control") << letters;
  for (const std::string_view letters : {"RR", "RA", "RT", "RF"})
    EXPECT_EQ(conversation(letters), "accept, fault unexpected_control") << letters;
  for (const std::string_view letters : {"SR", "SA"})
    EXPECT_EQ(conversation(letters), "fault unexpected_control") << letters;
  for (const std::string_view letters : {"STT", "STF", "STR", "STA"})
    EXPECT_EQ(conversation(letters), "stopped, fault unexpected_control") << letters;
}

TEST(Receiver, a_sender_that_closes_with_finish_is_done_and_wants_no_answer) {
  EXPECT_EQ(conversation("RSdF"), "accept, data, stopped, clean");
  EXPECT_EQ(conversation("SdF"), "data, stopped, clean");
}

TEST(Receiver, a_broken_control_frame_ends_it) {
  Octets stream = stream_of("Sd");
  append(stream, kit::octets_of("0000000000000201"));
  const Words words = kit::for_every_split(stream, [](const kit::Pieces& pieces) {
    return kit::received_from(pieces, Medium::kConnection);
  });
  EXPECT_EQ(words, (Words{"data dadada", "fault control_too_large"}));
}

TEST(Receiver, another_protocol_is_refused_at_once) {
  for (const std::string_view text : {"GET / HTTP/1.1\r\n", "SSH-2.0-OpenSSH_9.2\r\n"}) {
    const Words words = kit::received_from({as_bytes(text)}, Medium::kConnection);
    EXPECT_EQ(words, Words{"fault not_started"}) << text;
  }
}

TEST(Receiver, a_file_may_hold_several_streams) {
  EXPECT_EQ(conversation("SdTSddT", Medium::kFile), "data, stopped, data, data, stopped, clean");
  EXPECT_EQ(conversation("SdSd", Medium::kFile), "data, data, unclean");
  EXPECT_EQ(conversation("SdTs", Medium::kFile), "data, stopped, fault content_type");
  EXPECT_EQ(conversation("SdTd", Medium::kFile), "data, stopped, fault after_stop");
  Receiver receiver(Medium::kFile);
  const Octets stream = stream_of("STSSdT");
  receiver.feed(stream);
  while (receiver.next().kind != Received::Kind::kNone) continue;
  EXPECT_EQ(receiver.streams(), 3U);
}

TEST(Receiver, a_file_offers_no_conversation) {
  EXPECT_EQ(conversation("RS", Medium::kFile), "fault unexpected_control");
  EXPECT_EQ(conversation("SdT", Medium::kFile), "data, stopped, clean");
}

TEST(Receiver, a_fault_stays_and_nothing_is_sent_or_processed_after_it) {
  Receiver receiver(Medium::kConnection);
  const Octets stream = stream_of("rRSd");
  receiver.feed(stream);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(receiver.next().kind, Received::Kind::kFault);
    EXPECT_TRUE(receiver.take_replies().empty());
  }
  receiver.feed(stream);
  EXPECT_EQ(receiver.next().kind, Received::Kind::kFault);
  EXPECT_EQ(receiver.state(), Receiver::State::kFailed);
  EXPECT_EQ(receiver.ending(), Receiver::Ending::kFailed);
}

TEST(Receiver, we_read_files_of_golang_dnstap) {
  const kit::TemporaryFolder folder;
  const std::vector<Octets> made = kit::dnstap_payloads();
  kit::write_file(folder / "ours", kit::dnstap_file(made));
  kit::Program copier({"dnstap", "-r", folder / "ours", "-w", folder / "theirs"});
  const std::string said = copier.finish();
  ASSERT_EQ(copier.exit_status(), 0) << said;
  EXPECT_EQ(kit::dnstap_payloads_in(kit::read_file(folder / "theirs")), made);
}

/// Listens, lets the program connect, and follows it to the end.
void expect_to_receive(const std::vector<Octets>& wanted, const std::string& path,
                       const std::vector<std::string>& words) {
  const UniqueFd listener = kit::unix_socket();
  const sockaddr_un address = kit::address_of(path);
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  kit::Program sender(words);
  const UniqueFd peer(::accept(listener.get(), nullptr, nullptr));
  ASSERT_TRUE(peer.get() >= 0) << sender.finish(SIGTERM);
  Receiver receiver(Medium::kConnection);
  std::vector<Octets> found;
  for (Octets piece = kit::receive(peer); !piece.empty(); piece = kit::receive(peer)) {
    receiver.feed(piece);
    for (Received got = receiver.next(); got.kind != Received::Kind::kNone; got = receiver.next()) {
      ASSERT_NE(got.kind, Received::Kind::kFault) << to_text(receiver.fault());
      if (got.kind == Received::Kind::kData)
        found.emplace_back(got.payload.begin(), got.payload.end());
    }
    kit::send_all(peer, receiver.take_replies());
    if (receiver.state() == Receiver::State::kStopped) break;
  }
  EXPECT_EQ(found, wanted);
  EXPECT_TRUE(receiver.is_bidirectional());
  EXPECT_EQ(receiver.ending(), Receiver::Ending::kClean);
  const std::string said = sender.finish();
  EXPECT_EQ(sender.exit_status(), 0) << said;
}

TEST(Receiver, B09_libfstrm_sends_to_us) {
  const kit::TemporaryFolder folder;
  const std::vector<Octets> made = kit::dnstap_payloads();
  kit::write_file(folder / "ours", kit::dnstap_file(made));
  expect_to_receive(made, folder / "socket",
                    {"fstrm_replay", "-t", std::string(kContentType), "-r", folder / "ours", "-u",
                     folder / "socket"});
}

TEST(Receiver, B09_golang_dnstap_sends_to_us) {
  const kit::TemporaryFolder folder;
  const std::vector<Octets> made = kit::dnstap_payloads();
  kit::write_file(folder / "ours", kit::dnstap_file(made));
  expect_to_receive(made, folder / "socket",
                    {"dnstap", "-r", folder / "ours", "-U", folder / "socket"});
}

}  // namespace
}  // namespace weir::dnstap
