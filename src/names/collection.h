// Sets of names as their owner keeps them: each from a few files and lines, read again on request
// and compiled together. A file that got worse than it was is not taken: what it said last stays.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.h"
#include "base/result.h"
#include "names/guard.h"
#include "names/matcher.h"
#include "names/reader.h"

namespace weir::names {

struct SetSource {
  std::string name;
  std::vector<std::string> files;
  std::vector<std::string> lines;  // of the set itself, in any syntax of lists
};

/// What became of one file.
struct FileReport {
  std::string set;
  std::string file;  // "(lines)" for those of the set itself
  size_t rules = 0;  // in use now
  size_t refused = 0;
  std::array<size_t, kRefusals> refused_by{};
  std::vector<Diagnostic> diagnostics;
  std::string problem;  // why it was not taken; empty when it was

  bool taken() const { return problem.empty(); }
};

class Collection {
 public:
  Collection(std::vector<SetSource> sets, const GuardLimits& limits, uint64_t seed)
      : sets_(std::move(sets)), limits_(limits), seed_(seed) {}

  struct Loaded {
    std::shared_ptr<const Matcher> matcher;     // its sets have the numbers of the sources
    std::vector<std::vector<Prefix>> networks;  // of each set
    std::vector<FileReport> reports;
  };
  /// Reads all files; blocks meanwhile. One thread at a time. Fails when a set has nothing to go on
  /// with, or the whole cannot be compiled: then nothing has changed. A first reading with bad
  /// lines is taken without them, for there is nothing better.
  Result<Loaded> load();

  const std::vector<SetSource>& sets() const { return sets_; }

 private:
  /// Lists by file name; a file may belong to several sets.
  using Shelf = std::map<std::string, std::shared_ptr<const List>>;
  struct Work;
  Status read_set(const SetSource& set, Work& work);
  void read_file(const std::string& file, const Inclusion* inclusion, unsigned depth, Work& work);
  void take(const std::string& key, Reading reading, FileReport& report, Work& work);
  static void put(const std::string& key, std::shared_ptr<const List> list, FileReport& report,
                  Work& work);

  std::vector<SetSource> sets_;
  GuardLimits limits_;
  uint64_t seed_;
  Shelf in_use_;
};

/// The text of a file of at most kMostFile octets.
inline constexpr size_t kMostFile = 256 << 20;
Result<std::string> read_text(const std::string& path);

}  // namespace weir::names
