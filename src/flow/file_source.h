// Files as a source: `weir read` walks captures (pcap, pcapng) and dnstap files, compressed by zstd
// or not, in the order given, and records every DNS message in them. Implemented by
// flow/sources/files.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "model/tap.h"

namespace weir::flow {

struct FileSettings {
  std::vector<std::string> paths;         // "-" is standard input
  std::vector<uint16_t> ports{53, 5353};  // of the answering side
  /// 1: all in the caller's thread. More: one thread walks the packets, the others parse, and the
  /// caller's pairs and records. The result does not depend on it.
  unsigned threads = 1;
  /// How long after a query its response is believed to belong to it.
  Duration pairing_patience{std::chrono::seconds(10)};
  /// Larger dnstap frames are passed over and counted.
  size_t most_frame_octets = 256 << 10;
  /// At the end of the last file, waits for what is appended to it, and goes on with the next file
  /// when one takes its name; until stopped. The caller's thread does it all.
  bool follow = false;
  /// Ends the reading early when it becomes true; may be null.
  const std::atomic<bool>* stop = nullptr;
  /// How far the reading has come; may be null.
  struct Progress {
    std::atomic<uint64_t> octets{0};  // of the files, as they lie on the disk
    std::atomic<uint64_t> messages{0};
  };
  Progress* progress = nullptr;
};

/// What became of one file.
struct FileReport {
  std::string path;
  uint64_t packets = 0;                  // or frames
  uint64_t octets = 0;                   // read and understood, decompressed
  std::optional<uint64_t> truncated_at;  // the file ended within the record that begins here
  std::string trouble;                   // why it was not read to its end, in words; or empty
  bool whole() const { return !truncated_at && trouble.empty(); }
};

struct ReadSummary {
  std::vector<FileReport> files;
  uint64_t packets = 0;
  uint64_t octets = 0;        // of packets, as captured
  uint64_t frames = 0;        // of dnstap
  uint64_t observations = 0;  // recorded
  uint64_t malformed = 0;     // of them
  uint64_t paired = 0;        // responses whose query was seen
  /// What gave no message, or not at once, by reason; in a fixed order, without zeros.
  std::vector<std::pair<std::string, uint64_t>> reasons;

  bool whole() const;
  /// For people, one line a fact: totals, reasons, and each file that was not read to its end.
  std::vector<std::string> lines() const;
};

/// Reads all files. The vocabulary is dnstap's, which has no word for a bystander: queries become
/// CLIENT_QUERY and responses CLIENT_RESPONSE, as other tools that turn captures into dnstap's
/// terms have it. A file that cannot be opened or read on is reported, and the next one is read.
/// Fragments, streams and queries that wait carry over from file to file: rotated captures are one
/// capture.
ReadSummary read_files(const FileSettings& settings, model::Tap& tap);

}  // namespace weir::flow
