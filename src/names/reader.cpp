// The whole text: line by line, or as JSON; counting, and keeping the first complaints.
#include "names/reader.h"

#include <numeric>

#include "names/line.h"
#include "names/sing_box.h"

namespace weir::names {
namespace {

constexpr size_t kMostExcerpt = 80;

/// The beginning of a line, cut where a character begins, with blanks for what is not printable.
std::string excerpt(std::string_view line) {
  line = trim(line);
  size_t size = std::min(line.size(), kMostExcerpt);
  while (size < line.size() && size != 0 && (line[size] & 0xc0) == 0x80) --size;
  std::string text(line.substr(0, size));
  for (char& c : text)
    if (static_cast<uint8_t>(c) < ' ' || c == 0x7f) c = ' ';
  return text;
}

class TextReader {
 public:
  TextReader(const ReadOptions& options, Reading& into)
      : reading_(into), writer_(options, into.list) {}

  void read_lines(std::string_view text) {
    while (!text.empty()) {
      std::string_view line = take_until(text, '\n');
      ++number_;
      if (line.size() > kMostLine)
        count(number_, line, Taken::refused(Refusal::kTooLong));
      else if (continues(line))
        read_continued(line, text);
      else
        count(number_, line, read_line(line, writer_));
    }
  }
  void read_json(std::string_view text) {
    read_sing_box(text, writer_, [&](size_t number, Taken taken) { count(number, {}, taken); });
  }

 private:
  /// RouterOS breaks long entries after a backslash.
  static bool continues(std::string_view line) {
    const std::string_view whole = trim(line);
    return whole.ends_with('\\') && whole.starts_with("add ");
  }
  void read_continued(std::string_view line, std::string_view& text) {
    const size_t first = number_;
    std::string whole;
    for (;;) {
      line = trim(line);
      const bool more = line.ends_with('\\') && !text.empty();
      whole += line.ends_with('\\') ? line.substr(0, line.size() - 1) : line;
      if (whole.size() > kMostLine) return count(first, whole, Taken::refused(Refusal::kTooLong));
      if (!more) break;
      line = take_until(text, '\n');
      ++number_;
    }
    count(first, whole, read_line(whole, writer_));
  }
  void count(size_t number, std::string_view line, Taken taken) {
    if (taken.what == Taken::What::kNothing) return;
    ++reading_.lines;
    if (taken.what == Taken::What::kFiltered) ++reading_.filtered;
    if (taken.what != Taken::What::kRefused) return;
    ++reading_.refused[static_cast<size_t>(taken.refusal)];
    if (reading_.diagnostics.size() < kMostDiagnostics)
      reading_.diagnostics.push_back({number, taken.refusal, excerpt(line)});
  }

  Reading& reading_;
  RuleWriter writer_;
  size_t number_ = 0;
};

}  // namespace

std::string_view to_text(Refusal refusal) {
  switch (refusal) {
    case Refusal::kBadName: return "bad_name";
    case Refusal::kBadPattern: return "bad_pattern";
    case Refusal::kBadNetwork: return "bad_network";
    case Refusal::kUnsupported: return "unsupported";
    case Refusal::kTooLong: return "too_long";
    case Refusal::kTooMany: return "too_many";
  }
  return "unknown";
}

size_t Reading::refused_total() const {
  return std::accumulate(refused.begin(), refused.end(), size_t{0});
}

Reading read_list(std::string_view text, const ReadOptions& options) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Reading reading;
  const size_t first = text.find_first_not_of(" \t\r\n");
  const char mark = first == std::string_view::npos ? '\0' : text[first];
  reading.is_markup = mark == '<';
  if (reading.is_markup) return reading;
  reading.list.expect(text.size());
  TextReader reader(options, reading);
  if (mark == '{')
    reader.read_json(text);
  else
    reader.read_lines(text);
  return reading;
}

}  // namespace weir::names
