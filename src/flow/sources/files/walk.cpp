// Files to chunks.
#include "flow/sources/files/walk.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace weir::flow::files {
namespace {

/// Whether the message asks. Its QR bit says; of one that is too short for that, the ports.
bool is_query(const packet::Message& message, const packet::Extractor& extractor) {
  if (message.octets.size() > 2) return (message.octets[2] & 0x80) == 0;
  return extractor.is_dns_port(message.to.port);
}

}  // namespace

Walk::Walk(const FileSettings& settings)
    : settings_(settings), extractor_({.ports = settings.ports, .fragments = {}, .streams = {}}) {}

bool Walk::fill(Chunk& chunk) {
  chunk.clear();
  while (chunk.empty()) {
    if (stopped()) return false;
    if (!open_ && !open_next()) {
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
  if (files_.size() == settings_.paths.size()) return false;
  const std::string& path = settings_.paths[files_.size()];
  files_.push_back({path});
  reader_ = {};
  carry_.clear();
  wanted_ = 0;
  open_ = true;
  if (path == "-") {
    fd_ = STDIN_FILENO;
    return true;
  }
  owned_ = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  fd_ = owned_.get();
  if (fd_ < 0) {
    close(std::nullopt, system_error("cannot open", errno).what);
  } else {
    ::posix_fadvise(fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  return true;
}

void Walk::close(std::optional<uint64_t> truncated_at, std::string trouble) {
  FileReport& file = files_.back();
  file.octets = reader_.offset();
  file.truncated_at = truncated_at;
  file.trouble = std::move(trouble);
  other_blocks_ += reader_.other_blocks();
  orphans_ += reader_.orphans();
  owned_.reset();
  fd_ = -1;
  open_ = false;
}

/// Puts what was carried over and at least what the next step needs into the chunk. False when the
/// file has ended, or was not opened.
bool Walk::read_more(Chunk& chunk) {
  if (!open_) return false;
  Octets& octets = chunk.octets();
  // Room for a whole record, and for a read that is worth its call.
  const size_t room = std::max(wanted_, carry_.size() + Chunk::kOctets / 2);
  if (octets.size() < room) octets.resize(room);
  std::copy(carry_.begin(), carry_.end(), octets.begin());
  filled_ = carry_.size();
  const size_t least = std::max(wanted_, filled_ + 1);
  while (filled_ < least) {
    const ssize_t count = ::read(fd_, octets.data() + filled_, octets.size() - filled_);
    if (count > 0) {
      filled_ += static_cast<size_t>(count);
    } else if (count == 0) {
      at_end();
      return false;
    } else if (errno != EINTR) {
      close(std::nullopt, system_error("cannot read", errno).what);
      return false;
    } else if (stopped()) {
      return false;
    }
  }
  return true;
}

void Walk::at_end() {
  if (filled_ > 0) return close(reader_.offset(), {});
  close(std::nullopt, reader_.started() ? "" : "the file is empty");
}

bool Walk::stopped() const {
  return settings_.stop != nullptr && settings_.stop->load(std::memory_order_relaxed);
}

/// Walks the packets in the chunk's octets; what is left over is carried to the next chunk. False
/// when the file broke.
bool Walk::parse(Chunk& chunk) {
  Bytes window = Bytes(chunk.octets()).first(filled_);
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
  for (const packet::Message& message : messages) {
    const bool query = is_query(message, extractor_);
    const Bytes octets = chunk.keep(message.octets);
    model::Observation& seen = chunk.add();
    seen.source = model::SourceKind::kFile;
    seen.protocol =
        message.protocol == packet::kProtocolTcp ? model::Protocol::kTcp : model::Protocol::kUdp;
    seen.defragmented = message.defragmented;
    seen.reassembled = message.reassembled;
    seen.type = query ? model::MessageType::kClientQuery : model::MessageType::kClientResponse;
    seen.query_endpoint = query ? message.from : message.to;
    seen.response_endpoint = query ? message.to : message.from;
    (query ? seen.query_message : seen.response_message) = octets;
    if (timed) (query ? seen.query_time : seen.response_time) = message.time;
  }
}

void Walk::report(ReadSummary& summary) const {
  const packet::Extractor::Counts& counts = extractor_.counts();
  const packet::Fragments::Counts& fragments = extractor_.fragment_counts();
  const packet::TcpStreams::Counts& streams = extractor_.stream_counts();
  summary.files = files_;
  summary.packets = counts.packets;
  summary.octets = counts.octets;
  const auto add = [&](std::string reason, uint64_t count) {
    if (count != 0) summary.reasons.emplace_back(std::move(reason), count);
  };
  for (size_t i = 0; i < packet::kRefusals; ++i)
    add(std::string(to_text(static_cast<packet::Refusal>(i))), counts.refused[i]);
  add("fragments_held", counts.fragments_held);
  add("fragments_duplicate", fragments.duplicates);
  add("fragmented_packets_completed", fragments.completed);
  add("fragmented_packets_expired", fragments.expired);
  add("fragmented_packets_evicted", fragments.evicted);
  add("tcp_segments", counts.tcp_segments);
  add("tcp_messages", counts.tcp_messages);
  add("tcp_retransmitted", streams.retransmitted);
  add("tcp_overlapping", streams.overlapping);
  add("tcp_out_of_order", streams.early);
  add("tcp_outside_window", streams.outside_window);
  add("tcp_unplaced", streams.unplaced);
  add("tcp_holes", streams.holes);
  add("tcp_joined_midstream", streams.joined);
  add("tcp_lost_track", streams.lost_track);
  add("tcp_empty_messages", streams.empty);
  add("tcp_unfinished_messages", streams.unfinished);
  add("tcp_streams_evicted", streams.evicted);
  add("pcapng_other_blocks", other_blocks_);
  add("pcapng_orphan_packets", orphans_);
}

}  // namespace weir::flow::files
