// Reading the files of sets, with what they include, and weighing them against what is in use.
#include "names/collection.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

namespace weir::names {
namespace {

constexpr unsigned kMostDepth = 8;      // of inclusions
constexpr size_t kMostFilesOfSet = 256;  // inclusions included
constexpr const char* kLines = "(lines)";

std::string key_of(const std::string& file, const std::vector<std::string>& attributes) {
  std::string key = file;
  for (const std::string& attribute : attributes) key += '\n' + attribute;
  return key;
}

std::string join_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

}  // namespace

Result<std::string> read_text(const std::string& path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  if (failed) return Error{Fault::kConfig, "cannot read " + path + ": " + failed.message()};
  if (size > kMostFile)
    return Error{Fault::kConfig, path + " is larger than 256 MiB, the most a list may have"};
  std::ifstream file(path, std::ios::binary);
  std::string text(size, '\0');
  file.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<size_t>(file.gcount()));
  if (file.bad() || (!file && !file.eof())) return system_error("cannot read " + path, errno);
  return text;
}

/// One run of `load`: the shelf of the next state, and what is said of it.
struct Collection::Work {
  Shelf shelf;
  std::string set;
  std::vector<std::string> keys;  // of the set's lists, each once
  std::vector<FileReport> reports;
  size_t rules = 0;  // of the set
};

Result<Collection::Loaded> Collection::load() {
  Work work;
  std::vector<Matcher::Member> members;
  Loaded loaded;
  for (size_t number = 0; number < sets_.size(); ++number) {
    TRY_DONE(read_set(sets_[number], work));
    std::vector<Prefix>& networks = loaded.networks.emplace_back();
    for (const std::string& key : work.keys) {
      const List& list = *work.shelf.at(key);
      members.push_back({number, &list});
      networks.insert(networks.end(), list.prefixes().begin(), list.prefixes().end());
    }
  }
  TRY(loaded.matcher, Matcher::compile(members, seed_));
  loaded.reports = std::move(work.reports);
  in_use_ = std::move(work.shelf);
  return loaded;
}

Status Collection::read_set(const SetSource& set, Work& work) {
  work.set = set.name;
  work.keys.clear();
  work.rules = 0;
  if (!set.lines.empty()) {
    FileReport report{.set = set.name, .file = kLines};
    take(set.name + '\n' + kLines, read_list(join_lines(set.lines)), report, work);
    work.reports.push_back(std::move(report));
  }
  for (const std::string& file : set.files) read_file(file, nullptr, 0, work);
  if (work.rules != 0) return Done{};
  std::string why;
  for (const FileReport& report : work.reports)
    if (report.set == set.name && !report.taken()) why += "; " + report.file + ": " + report.problem;
  return Error{Fault::kConfig, "set " + set.name + " has no rule to go by" + why};
}

void Collection::read_file(const std::string& file, const Inclusion* inclusion, unsigned depth,
                           Work& work) {
  ReadOptions options;
  if (inclusion != nullptr) options.attributes = inclusion->attributes;
  const std::string key = key_of(file, options.attributes);
  if (std::ranges::find(work.keys, key) != work.keys.end()) return;
  FileReport report{.set = work.set, .file = file};
  if (depth > kMostDepth || work.keys.size() >= kMostFilesOfSet) {
    report.problem = "includes too much: at most 256 lists, 8 deep";
  } else if (const auto read = work.shelf.find(key); read != work.shelf.end()) {
    put(key, read->second, report, work);  // for another set, in this run
  } else if (auto text = read_text(file); !text) {
    report.problem = text.error().what;
    if (const auto last = in_use_.find(key); last != in_use_.end())
      put(key, last->second, report, work);
  } else {
    take(key, read_list(*text, options), report, work);
  }
  work.reports.push_back(std::move(report));
  if (work.keys.empty() || work.keys.back() != key) return;
  const std::shared_ptr<const List> list = work.shelf.at(key);
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  for (const Inclusion& each : list->inclusions())
    read_file((folder / each.list).string(), &each, depth + 1, work);
}

/// Puts the reading on the shelf, or what was in use before.
void Collection::take(const std::string& key, Reading reading, FileReport& report, Work& work) {
  const auto last = in_use_.find(key);
  const bool is_first = last == in_use_.end();
  report.refused = reading.refused_total();
  report.refused_by = reading.refused;
  report.diagnostics = std::move(reading.diagnostics);
  GuardLimits limits = limits_;
  if (is_first) limits.most_refused = 1;
  const auto in_use = is_first ? std::nullopt : std::optional(last->second->size());
  const auto rejection = reject(reading, in_use, limits);
  if (rejection) report.problem = to_text(*rejection);
  std::shared_ptr<const List> list;
  if (!rejection)
    list = std::make_shared<const List>(std::move(reading.list));
  else if (!is_first)
    list = last->second;
  if (list != nullptr) put(key, std::move(list), report, work);
}

/// The set has this list; others of the run may have it too.
void Collection::put(const std::string& key, std::shared_ptr<const List> list, FileReport& report,
                     Work& work) {
  report.rules = list->size();
  work.rules += report.rules;
  work.keys.push_back(key);
  work.shelf[key] = std::move(list);
}

}  // namespace weir::names
