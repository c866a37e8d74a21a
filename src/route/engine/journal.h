// Leases that outlive the program: a file to which each is appended, together with those of the
// next 50 ms, and which is written anew when it has grown. What a crash tears off at its end is
// left out; what it says is only believed as far as lists and admission still say so.
//
//   file   = "weirrt1\n" record…
//   record = length (u32) hash of the payload (u64) payload
//   payload = length and text of the set's name, length and octets of the address, expiry (i64,
//             nanoseconds since 1970), folded wire name
//
// All numbers are big-endian.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/endpoint.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "io/loop.h"
#include "metrics/counter.h"

namespace weir::route {

struct SavedLease {
  std::string set;
  Octets name;  // folded wire
  IpAddress address;
  WallTime expires{};
  bool operator==(const SavedLease&) const = default;
};

void append_record(Octets& out, const SavedLease& lease);
/// All records of a file up to the first that is torn or wrong; `whole` is how many octets these
/// have. Nothing when it is no such file.
std::optional<std::vector<SavedLease>> read_records(Bytes file, size_t& whole);

class Journal {
 public:
  struct Settings {
    std::string path;
    Duration commit = 50ms;
    size_t most_waiting = 64 << 20;  // octets the disk has not taken; more are lost, and counted
    size_t least_growth = 16 << 20;  // appended before the file is written anew
  };
  /// The loop outlives the journal; everything is called on its thread. The file is made if it is
  /// not there.
  static Result<std::unique_ptr<Journal>> open(io::Loop& loop, Settings settings);
  /// Writes what waits.
  ~Journal();

  /// What the file said when it was opened; once.
  std::vector<SavedLease> take_saved() { return std::move(saved_); }
  bool was_torn() const { return torn_; }

  void add(const SavedLease& lease);
  /// True when the file should be written anew.
  bool has_grown() const;
  /// Begins a new file; what is added until `finish` goes there too. `add_anew` is for what the old
  /// one has already.
  void begin_anew();
  void add_anew(const SavedLease& lease) { append_record(anew_, lease); }
  void finish_anew();
  bool is_anew() const { return !anew_.empty(); }

  uint64_t lost() const { return lost_.value(); }
  uint64_t failed() const { return failed_.value(); }

 private:
  Journal(io::Loop& loop, Settings settings);
  Status read();
  void flush();
  void write(const Octets& octets);
  void replace(const Octets& octets);
  void complain(const std::string& what);

  const Settings settings_;
  std::vector<SavedLease> saved_;
  bool torn_ = false;
  io::Timer commit_;
  Octets waiting_;      // of this commit
  Octets anew_;         // the next file so far
  size_t size_ = 0;     // of the file, as far as it was given to the writer
  size_t compact_ = 0;  // its size when it was last written anew
  std::atomic<size_t> unwritten_{0};
  metrics::LocalCounter lost_;

  // The writer's thread.
  UniqueFd file_;
  bool complained_ = false;
  metrics::LocalCounter failed_;
  io::Loop writer_;
  std::thread thread_;
};

}  // namespace weir::route
