// The sequential part of reading files: octets to packets or dnstap frames, packets to messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flow/file_source.h"
#include "flow/sources/files/chunk.h"
#include "flow/sources/files/input.h"
#include "proto/dnstap/receiver.h"
#include "proto/packet/extractor.h"
#include "proto/pcap/reader.h"

namespace weir::flow::files {

class Walk {
 public:
  explicit Walk(const FileSettings& settings);

  /// Fills `chunk` with the messages of the next run of octets; false, and the chunk empty, at the
  /// end of the last file.
  bool fill(Chunk& chunk);
  /// Adds to `summary` what was read and refused; after the end.
  void report(ReadSummary& summary) const;

 private:
  enum class Format : uint8_t { kUnknown, kPackets, kFrames };

  bool open_next();
  void open(const std::string& path);
  void close(std::optional<uint64_t> truncated_at, std::string trouble);
  bool read_more(Chunk& chunk);
  bool go_on();
  void recognise(Bytes window);
  bool parse(Chunk& chunk);
  bool parse_packets(Bytes window, Chunk& chunk);
  bool parse_frames(Bytes window, Chunk& chunk);
  void at_end();
  void at_end_of_frames();
  bool stopped() const;
  void see(const pcap::Packet& packet, Chunk& chunk);
  void keep(std::span<const packet::Message> messages, bool timed, Chunk& chunk);

  const FileSettings& settings_;
  packet::Extractor extractor_;
  std::vector<FileReport> files_;  // begun
  size_t begun_ = 0;               // of the paths
  bool finished_ = false;
  std::optional<Input> input_;  // open
  uint64_t before_ = 0;         // octets of the files before it
  Format format_ = Format::kUnknown;
  pcap::Reader reader_;
  dnstap::Receiver receiver_;
  Octets carry_;       // the beginning of a record whose rest has not been read
  size_t filled_ = 0;  // octets in the chunk
  size_t wanted_ = 0;  // octets that the next step needs
  WallTime now_{};     // of the latest packet that says
  uint64_t other_blocks_ = 0;
  uint64_t orphans_ = 0;
  uint64_t frames_ = 0;
  uint64_t oversize_ = 0;
  uint64_t unended_ = 0;  // dnstap streams without a STOP
  uint64_t unknown_controls_ = 0;
};

}  // namespace weir::flow::files
