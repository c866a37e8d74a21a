// The sequential part of reading files: octets to packets, packets to messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "flow/file_source.h"
#include "flow/sources/files/chunk.h"
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
  bool open_next();
  void close(std::optional<uint64_t> truncated_at, std::string trouble);
  bool read_more(Chunk& chunk);
  bool parse(Chunk& chunk);
  void at_end();
  bool stopped() const;
  void see(const pcap::Packet& packet, Chunk& chunk);
  void keep(std::span<const packet::Message> messages, bool timed, Chunk& chunk);

  const FileSettings& settings_;
  packet::Extractor extractor_;
  std::vector<FileReport> files_;  // begun
  bool open_ = false;
  bool finished_ = false;
  UniqueFd owned_;
  int fd_ = -1;
  pcap::Reader reader_;
  Octets carry_;       // the beginning of a record whose rest has not been read
  size_t filled_ = 0;  // octets in the chunk
  size_t wanted_ = 0;  // octets that the next step needs
  WallTime now_{};     // of the latest packet that says
  uint64_t other_blocks_ = 0;
  uint64_t orphans_ = 0;
};

}  // namespace weir::flow::files
