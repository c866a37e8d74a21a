// Reassembly of TCP streams and their messages.
#include "proto/packet/tcp_streams.h"

#include <algorithm>
#include <chrono>

#include "base/hash.h"
#include "proto/packet/plausible.h"

namespace weir::packet {
namespace {

/// How far `to` lies after `from` in the circle of sequence numbers; negative: before.
int64_t distance(uint32_t from, uint32_t to) { return static_cast<int32_t>(to - from); }

/// False when the octets so far cannot be the beginning of a message.
bool believable(Bytes start) { return start.size() < kPlausibleOctets || plausible_message(start); }

}  // namespace

size_t TcpStreams::KeyHash::operator()(const Key& key) const noexcept {
  return hash64({key.data(), key.size()}, seed);
}

TcpStreams::Key TcpStreams::key_of(const Endpoint& from, const Endpoint& to) {
  Key key{};
  const Bytes source = from.address.octets(), destination = to.address.octets();
  std::copy(source.begin(), source.end(), key.begin());
  std::copy(destination.begin(), destination.end(), key.begin() + 16);
  store_u16(&key[32], from.port);
  store_u16(&key[34], to.port);
  return key;
}

std::span<const Message> TcpStreams::add(const Segment& segment, WallTime now) {
  messages_.clear();
  spent_.clear();
  expire(now);
  if ((segment.flags & tcp_flag::kRst) != 0) close_reverse(segment);
  Stream* const stream = find_or_begin(segment, now);
  if (stream == nullptr) return messages_;
  stream->touched = now;
  uint32_t sequence = segment.sequence;
  if ((segment.flags & tcp_flag::kSyn) != 0) handshake(*stream, ++sequence);
  if ((segment.flags & tcp_flag::kRst) != 0) {
    close(*stream);
    return messages_;
  }
  if (stream->phase == Phase::kClosed) return messages_;
  if (!segment.payload.empty()) place(*stream, sequence, segment.payload, now);
  if ((segment.flags & tcp_flag::kFin) != 0)
    stream->end = sequence + static_cast<uint32_t>(segment.payload.size());
  while (!stream->early.empty() && over_bounds(*stream, now)) give_up_hole(*stream);
  if (stream->end == stream->next) close(*stream);
  make_room(*stream);
  return messages_;
}

std::span<const Message> TcpStreams::finish() {
  messages_.clear();
  spent_.clear();
  while (!streams_.empty()) forget(streams_.begin());
  return messages_;
}

/// Only a SYN or payload begins a stream; the rest is of interest to known ones.
TcpStreams::Stream* TcpStreams::find_or_begin(const Segment& segment, WallTime now) {
  const Key key = key_of(segment.from, segment.to);
  if (const auto found = index_.find(key); found != index_.end()) {
    streams_.splice(streams_.end(), streams_, found->second);
    return &*found->second;
  }
  const bool begins = (segment.flags & tcp_flag::kSyn) != 0 || !segment.payload.empty();
  if (!begins || (segment.flags & tcp_flag::kRst) != 0) return nullptr;
  if (streams_.size() >= limits_.streams) {
    ++counts_.evicted;
    forget(streams_.begin());
  }
  ++counts_.streams;
  streams_.push_back(Stream{key, segment.from, segment.to});
  streams_.back().progressed = now;
  index_.emplace(key, std::prev(streams_.end()));
  return &streams_.back();
}

/// A SYN seen again changes nothing; another one begins another connection with the same ports.
void TcpStreams::handshake(Stream& stream, uint32_t start) {
  if (stream.phase != Phase::kNew && stream.start == start) {
    if (stream.phase == Phase::kGuessed) stream.phase = Phase::kCertain;
    return;
  }
  close(stream);
  stream.phase = Phase::kCertain;
  stream.start = stream.next = start;
  stream.end.reset();
}

void TcpStreams::place(Stream& stream, uint32_t sequence, Bytes data, WallTime now) {
  ++counts_.segments;
  if (stream.phase == Phase::kNew) {
    stream.phase = Phase::kLost;
    stream.start = stream.next = sequence;
  }
  const int64_t ahead = distance(stream.next, sequence);
  if (std::abs(ahead) > limits_.window) return far_away(stream, sequence, data, now);
  if (ahead > 0) {
    ++counts_.early;
    return keep_early(stream, sequence, data, now);
  }
  const auto known = static_cast<size_t>(-ahead);
  if (known >= data.size()) {
    ++counts_.retransmitted;
    return;
  }
  if (known > 0) ++counts_.overlapping;
  stream.progressed = now;
  data = data.subspan(known);
  if (stream.early.empty()) return take(stream, data, now);
  keep_early(stream, stream.next, data, now);  // some of it may have come before
  drain(stream, now);
}

/// A stray or forged segment must not move the stream; but when nothing else has come for as long
/// as a hole may stand, the capture has lost more than a window.
void TcpStreams::far_away(Stream& stream, uint32_t sequence, Bytes data, WallTime now) {
  ++counts_.outside_window;
  if (std::chrono::abs(now - stream.progressed) <= limits_.hole_age) return;
  while (!stream.early.empty()) give_up_hole(stream);
  ++counts_.holes;
  drop_partial(stream);
  stream.phase = Phase::kLost;
  stream.start = stream.next = sequence;
  stream.end.reset();
  stream.progressed = now;
  take(stream, data, now);
}

/// Keeps those parts of `data` that no earlier segment brought.
void TcpStreams::keep_early(Stream& stream, uint32_t sequence, Bytes data, WallTime now) {
  if (stream.early.empty()) stream.progressed = now;
  auto at = stream.early.begin();
  bool kept = false, cut = false;
  while (!data.empty()) {
    while (at != stream.early.end() && distance(at->end(), sequence) >= 0) ++at;
    size_t room = data.size();
    if (at != stream.early.end()) {
      const int64_t gap = distance(sequence, at->sequence);
      room = gap > 0 ? std::min(room, static_cast<size_t>(gap)) : 0;
    }
    if (room > 0) {
      at = stream.early.insert(at, Early{sequence, now, Octets(data.begin(), data.begin() + room)});
      stream.early_octets += room;
      held_ += room;
      kept = true;
    }
    if (room == data.size()) break;
    // The rest, if any, begins where the held segment ends.
    if (room > 0) ++at;
    const auto covered = static_cast<size_t>(distance(sequence, at->end()));
    cut = true;
    sequence = at->end();
    data = data.subspan(std::min(covered, data.size()));
  }
  if (!kept) ++counts_.retransmitted;
  if (kept && cut) ++counts_.overlapping;
}

bool TcpStreams::over_bounds(const Stream& stream, WallTime now) const {
  return stream.early_octets > limits_.ahead_octets ||
         stream.early.size() > limits_.ahead_segments ||
         std::chrono::abs(now - stream.progressed) > limits_.hole_age;
}

/// Takes what was held and now follows; at the time its hole filled, which is when the receiver
/// got it, or without one at the time it was seen.
void TcpStreams::drain(Stream& stream, std::optional<WallTime> now) {
  size_t used = 0;
  for (; used < stream.early.size(); ++used) {
    Early& early = stream.early[used];
    const int64_t known = distance(early.sequence, stream.next);
    if (known < 0) break;
    stream.early_octets -= early.octets.size();
    held_ -= early.octets.size();
    if (static_cast<size_t>(known) >= early.octets.size()) continue;
    spent_.push_back(std::move(early.octets));
    take(stream, Bytes(spent_.back()).subspan(static_cast<size_t>(known)),
         now.value_or(early.time));
  }
  stream.early.erase(stream.early.begin(),
                     stream.early.begin() + static_cast<std::ptrdiff_t>(used));
}

void TcpStreams::give_up_hole(Stream& stream) {
  ++counts_.holes;
  drop_partial(stream);
  stream.phase = Phase::kLost;
  stream.next = stream.early.front().sequence;
  stream.progressed = stream.early.front().time;
  drain(stream, std::nullopt);
}

/// Octets in order. Messages that lie whole in `data` are given as views of it.
void TcpStreams::take(Stream& stream, Bytes data, WallTime time) {
  stream.next += static_cast<uint32_t>(data.size());
  if (stream.phase == Phase::kLost) {
    if (!plausible_message(data)) {
      ++counts_.unplaced;
      return;
    }
    ++counts_.joined;
    stream.phase = Phase::kGuessed;
  }
  if (!complete_partial(stream, data, time)) return;
  while (data.size() >= 2) {
    if (stream.phase == Phase::kGuessed && !believable(data)) return lose_track(stream);
    const size_t length = load_u16(data.data());
    if (length > data.size() - 2) break;
    if (length == 0)
      ++counts_.empty;
    else
      emit(stream, data.subspan(2, length), false, time);
    data = data.subspan(2 + length);
  }
  stream.partial.assign(data.begin(), data.end());
  held_ += data.size();
}

/// Adds to the message that earlier segments began. False when it takes all of `data` and is not
/// complete, or turns out to be none.
bool TcpStreams::complete_partial(Stream& stream, Bytes& data, WallTime time) {
  Octets& partial = stream.partial;
  while (!partial.empty()) {
    const size_t wanted = partial.size() < 2 ? 2 : 2 + size_t{load_u16(partial.data())};
    const size_t part = std::min(wanted - partial.size(), data.size());
    partial.insert(partial.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(part));
    held_ += part;
    data = data.subspan(part);
    if (stream.phase == Phase::kGuessed && !believable(partial)) {
      lose_track(stream);
      return false;
    }
    if (partial.size() < 2) return false;
    const size_t whole = 2 + size_t{load_u16(partial.data())};
    if (partial.size() == whole) {
      held_ -= whole;
      if (whole == 2) {
        ++counts_.empty;
        partial.clear();
        continue;
      }
      spent_.push_back(std::move(partial));
      partial = {};
      emit(stream, Bytes(spent_.back()).subspan(2), true, time);
    } else if (data.empty()) {
      return false;
    }
  }
  return true;
}

void TcpStreams::lose_track(Stream& stream) {
  ++counts_.lost_track;
  drop_partial(stream);
  stream.phase = Phase::kLost;
}

void TcpStreams::drop_partial(Stream& stream) {
  if (!stream.partial.empty()) ++counts_.unfinished;
  held_ -= stream.partial.size();
  stream.partial = {};
}

void TcpStreams::emit(const Stream& stream, Bytes octets, bool reassembled, WallTime time) {
  messages_.push_back({stream.from, stream.to, kProtocolTcp, false, reassembled, time, octets});
}

/// What waits beyond holes is looked through a last time. The entry stays, so that retransmissions
/// after the end are not taken for the middle of a stream.
void TcpStreams::close(Stream& stream) {
  while (!stream.early.empty()) give_up_hole(stream);
  drop_partial(stream);
  stream.phase = Phase::kClosed;
}

void TcpStreams::close_reverse(const Segment& segment) {
  const auto found = index_.find(key_of(segment.to, segment.from));
  if (found != index_.end()) close(*found->second);
}

void TcpStreams::forget(Place place) {
  close(*place);
  index_.erase(place->key);
  streams_.erase(place);
}

void TcpStreams::make_room(const Stream& keep) {
  while (held_ > limits_.octets && &streams_.front() != &keep) {
    ++counts_.evicted;
    forget(streams_.begin());
  }
}

/// Captures put together from several files may step back in time: far is far in either direction.
void TcpStreams::expire(WallTime now) {
  while (!streams_.empty() && std::chrono::abs(now - streams_.front().touched) > limits_.idle) {
    ++counts_.expired;
    forget(streams_.begin());
  }
}

}  // namespace weir::packet
