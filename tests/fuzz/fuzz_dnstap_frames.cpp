// Arbitrary octets as a Frame Stream: reader, receiver and sender find the same however the octets
// come in pieces, and hold no more than one frame.
//
// The first three octets of the input choose the pieces and the ceiling; the rest is the stream.
#include <algorithm>

#include "base/check.h"
#include "base/hash.h"
#include "proto/dnstap/receiver.h"
#include "proto/dnstap/sender.h"

namespace weir::dnstap {
namespace {

/// Cuts a stream into pieces: as a whole for zero, else of changing sizes that `seed` chooses.
class Pieces {
 public:
  Pieces(Bytes stream, uint16_t seed) : rest_(stream), seed_(seed) {}
  bool next(Bytes& piece) {
    if (rest_.empty()) return false;
    state_ = state_ * 1'103'515'245 + seed_;
    const size_t most = seed_ == 0 ? rest_.size() : 1 + (state_ >> 16) % (1 + seed_ % 64);
    piece = rest_.first(std::min(most, rest_.size()));
    rest_ = rest_.subspan(piece.size());
    return true;
  }

 private:
  Bytes rest_;
  uint32_t seed_;
  uint32_t state_ = 1;
};

uint64_t mix(uint64_t sum, Bytes octets, uint64_t more) { return hash64(octets, sum * 31 + more); }

uint64_t read(Bytes stream, uint16_t seed, size_t most) {
  FrameReader reader(most);
  Pieces pieces(stream, seed);
  uint64_t sum = 0, begin = 0;
  for (Bytes piece; pieces.next(piece);) {
    reader.feed(piece);
    for (;;) {
      const Frame frame = reader.next();
      if (frame.kind == Frame::Kind::kNone) break;
      sum = mix(sum, frame.payload, static_cast<uint64_t>(frame.kind) + frame.size_octets);
      sum = mix(sum, frame.control.fields, static_cast<uint64_t>(frame.control.type));
      if (frame.kind == Frame::Kind::kFault)
        return mix(sum, {}, static_cast<uint64_t>(frame.fault));
      CHECK(reader.position() > begin);
      begin = reader.position();
      if (frame.kind != Frame::Kind::kData) continue;
      CHECK(!frame.payload.empty() && frame.payload.size() <= most);
      CHECK(
          equal(frame.payload, stream.subspan(begin - frame.payload.size(), frame.payload.size())));
    }
  }
  CHECK(reader.torn() == (reader.position() != stream.size()));
  return mix(sum, {}, reader.position());
}

uint64_t receive(Bytes stream, uint16_t seed, size_t most, Medium medium) {
  Receiver receiver(medium, most);
  Pieces pieces(stream, seed);
  uint64_t sum = 0;
  Octets replies;  // as one stream: several may come of one piece
  for (Bytes piece; pieces.next(piece);) {
    receiver.feed(piece);
    for (;;) {
      const Received received = receiver.next();
      const Octets more = receiver.take_replies();
      replies.insert(replies.end(), more.begin(), more.end());
      if (received.kind == Received::Kind::kNone) break;
      sum = mix(sum, received.payload, static_cast<uint64_t>(received.kind) + received.size_octets);
      if (received.kind != Received::Kind::kFault) continue;
      CHECK(receiver.fault() != StreamFault::kNone);
      CHECK(receiver.ending() == Receiver::Ending::kFailed);
      return mix(sum, replies, static_cast<uint64_t>(receiver.fault()));
    }
  }
  CHECK(receiver.fault() == StreamFault::kNone);
  CHECK(medium == Medium::kFile || receiver.streams() <= 1);
  return mix(sum, replies, static_cast<uint64_t>(receiver.ending()) + receiver.unknown_controls());
}

uint64_t answer(Bytes stream, uint16_t seed) {
  Sender sender(Sender::Mode::kBidirectional);
  Pieces pieces(stream, seed);
  for (Bytes piece; pieces.next(piece);) sender.feed(piece);
  const uint64_t sum = mix(static_cast<uint64_t>(sender.state()), sender.take_output(),
                           static_cast<uint64_t>(sender.fault()));
  return sum + sender.unknown_controls();
}

}  // namespace
}  // namespace weir::dnstap

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir::dnstap;
  if (size < 3) return 0;
  const uint16_t seed = weir::load_u16(data);
  const size_t most = size_t{data[2]} + 1;
  const weir::Bytes stream(data + 3, size - 3);
  CHECK(read(stream, 0, most) == read(stream, seed, most));
  for (const Medium medium : {Medium::kConnection, Medium::kFile})
    CHECK(receive(stream, 0, most, medium) == receive(stream, seed, most, medium));
  CHECK(answer(stream, 0) == answer(stream, seed));
  return 0;
}
