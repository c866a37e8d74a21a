// Files to chunks.
#include "flow/sources/files/walk.h"

#include <algorithm>

namespace weir::flow::files {

Walk::Walk(const FileSettings& settings)
    : settings_(settings),
      extractor_({.ports = settings.ports, .fragments = {}, .streams = {}}),
      receiver_(dnstap::Medium::kFile) {}

bool Walk::fill(Chunk& chunk) {
  chunk.clear();
  while (chunk.empty()) {
    if (stopped()) {
      if (input_) close(std::nullopt, {});
      return false;
    }
    if (!input_ && !open_next()) {
      if (finished_) return false;
      finished_ = true;
      keep(extractor_.finish(), true, chunk);
      continue;
    }
    if (!read_more(chunk)) continue;
    if (!parse(chunk)) continue;
  }
  return true;
}

bool Walk::open_next() {
  if (begun_ == settings_.paths.size()) return false;
  open(settings_.paths[begun_++]);
  return true;
}

void Walk::open(const std::string& path) {
  files_.push_back({path});
  format_ = Format::kUnknown;
  reader_ = {};
  receiver_ = dnstap::Receiver(dnstap::Medium::kFile, settings_.most_frame_octets);
  carry_.clear();
  wanted_ = 0;
  auto input = Input::open(path, settings_.stop);
  if (input)
    input_ = *std::move(input);
  else
    close(std::nullopt, input.error().what);
}

void Walk::close(std::optional<uint64_t> truncated_at, std::string trouble) {
  FileReport& file = files_.back();
  file.octets = format_ == Format::kFrames ? receiver_.position() : reader_.offset();
  file.truncated_at = truncated_at;
  file.trouble = std::move(trouble);
  other_blocks_ += reader_.other_blocks();
  orphans_ += reader_.orphans();
  unknown_controls_ += receiver_.unknown_controls();
  if (input_) before_ += input_->position();
  input_.reset();
}

/// Puts what was carried over and at least what the next step needs into the chunk. False when the
/// file has ended, or was not opened.
bool Walk::read_more(Chunk& chunk) {
  if (!input_) return false;
  Octets& octets = chunk.octets();
  // Room for a whole record, and for a read that is worth its call.
  const size_t room = std::max(wanted_, carry_.size() + Chunk::kOctets / 2);
  if (octets.size() < room) octets.resize(room);
  std::copy(carry_.begin(), carry_.end(), octets.begin());
  filled_ = carry_.size();
  const size_t least = std::max(wanted_, filled_ + 1);
  while (filled_ < least) {
    const auto count = input_->read(MutableBytes(octets).subspan(filled_));
    if (!count) {
      close(std::nullopt, count.error().what);
      return false;
    }
    filled_ += *count;
    if (*count > 0 || go_on()) continue;
    if (!stopped()) at_end();
    return false;
  }
  if (settings_.progress != nullptr) settings_.progress->octets = before_ + input_->position();
  return true;
}

/// At the end of a file that is followed: waits until there is more.
bool Walk::go_on() {
  if (!settings_.follow || begun_ < settings_.paths.size() || !input_->is_regular()) return false;
  switch (input_->wait_for_more()) {
    case Input::More::kGrown: return true;
    case Input::More::kReplaced: --begun_; return false;  // the path is opened again
    case Input::More::kStopped: return false;
  }
  return false;
}

void Walk::at_end() {
  if (format_ == Format::kFrames) return at_end_of_frames();
  if (filled_ > 0) return close(reader_.offset(), {});
  if (!input_->is_whole()) return close(reader_.offset(), {});
  close(std::nullopt, reader_.started() ? "" : "the file is empty");
}

void Walk::at_end_of_frames() {
  using Ending = dnstap::Receiver::Ending;
  const Ending ending = receiver_.ending();
  if (ending == Ending::kUnclean) ++unended_;
  if (ending == Ending::kTorn || !input_->is_whole()) return close(receiver_.position(), {});
  close(std::nullopt, ending == Ending::kEmpty ? "holds no dnstap stream" : "");
}

bool Walk::stopped() const {
  return settings_.stop != nullptr && settings_.stop->load(std::memory_order_relaxed);
}

bool Walk::parse(Chunk& chunk) {
  const Bytes window = Bytes(chunk.octets()).first(filled_);
  if (format_ == Format::kUnknown) recognise(window);
  return format_ == Format::kFrames ? parse_frames(window, chunk) : parse_packets(window, chunk);
}

/// Frame Streams begin with an escape, which is no magic number of a capture file.
void Walk::recognise(Bytes window) {
  if (window.size() < 4) return;
  format_ = load_u32(window.data()) == 0 ? Format::kFrames : Format::kPackets;
}

/// Walks the frames in the window; the receiver keeps what is left over. False when the file broke.
bool Walk::parse_frames(Bytes window, Chunk& chunk) {
  using Kind = dnstap::Received::Kind;
  carry_.clear();
  wanted_ = 0;
  receiver_.feed(window);
  for (;;) {
    const dnstap::Received received = receiver_.next();
    switch (received.kind) {
      case Kind::kNone: return true;
      case Kind::kData:
        ++frames_;
        ++files_.back().packets;
        chunk.add_frame(received.payload);
        break;
      case Kind::kOversize: ++oversize_; break;
      case Kind::kStopped: break;  // there may be another stream behind it
      case Kind::kFault:
        close(std::nullopt, std::string(to_text(receiver_.fault())) + ", before octet " +
                                std::to_string(receiver_.position()));
        return false;
    }
  }
}

/// Walks the packets in the window; what is left over is carried to the next chunk. False when the
/// file broke.
bool Walk::parse_packets(Bytes window, Chunk& chunk) {
  pcap::Packet packet;
  for (;;) {
    const pcap::Step step = reader_.next(window, packet);
    window = window.subspan(step.consumed);
    if (step.kind == pcap::Step::Kind::kPacket) {
      see(packet, chunk);
      continue;
    }
    if (step.kind == pcap::Step::Kind::kBroken) {
      close(std::nullopt,
            std::string(to_text(step.trouble)) + ", at octet " + std::to_string(reader_.offset()));
      return false;
    }
    carry_.assign(window.begin(), window.end());
    wanted_ = step.wanted;
    return true;
  }
}

void Walk::see(const pcap::Packet& packet, Chunk& chunk) {
  ++files_.back().packets;
  if (packet.time) now_ = *packet.time;
  keep(extractor_.add(packet.link_type, packet.octets, packet.original_size, now_),
       packet.time.has_value(), chunk);
}

void Walk::keep(std::span<const packet::Message> messages, bool timed, Chunk& chunk) {
  for (packet::Message message : messages) {
    message.octets = chunk.keep(message.octets);
    describe_travel(message, extractor_, model::SourceKind::kFile, timed, chunk.add());
  }
}

void Walk::report(ReadSummary& summary) const {
  summary.files = files_;
  summary.packets = extractor_.counts().packets;
  summary.octets = extractor_.counts().octets;
  summary.frames = frames_;
  add_reasons(extractor_, summary.reasons);
  const auto add = [&](std::string reason, uint64_t count) {
    if (count != 0) summary.reasons.emplace_back(std::move(reason), count);
  };
  add("dnstap_frames_oversize", oversize_);
  add("dnstap_streams_not_ended", unended_);
  add("dnstap_unknown_control_frames", unknown_controls_);
  add("pcapng_other_blocks", other_blocks_);
  add("pcapng_orphan_packets", orphans_);
}

}  // namespace weir::flow::files
