// Taking, writing, forcing to the disk, offering; and keeping within bounds.
#include "flow/journal/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/check.h"
#include "base/log.h"
#include "base/random.h"
#include "base/units.h"
#include "flow/journal/record.h"
#include "flow/journal/recovery.h"

namespace weir::flow::journal {
namespace {

// Taken from the queue at once.
constexpr size_t kTurn = 64;
// How often an idle journal looks whether segments may go.
constexpr Duration kIdleTick = 250ms;
// The pause after a failure to write.
constexpr Duration kRetryPause = 500ms;
// An active segment that is older is sealed, so that it can go.
constexpr Duration kSegmentAge = 1h;

Error trouble(const std::string& what, int error_number) {
  Error error = system_error(what, error_number);
  error.fault = Fault::kConfig;
  return error;
}

Result<UniqueFd> lock_folder(const std::string& folder) {
  const std::string path = folder + "/lock";
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!file) return trouble("open " + path, errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
  return Error{Fault::kConfig, "journal " + folder + ": another weir writes it", false};
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const JournalSettings& settings,
                                               std::string identity, std::string version,
                                               const Clock& clock) {
  std::unique_ptr<Journal> journal(
      new Journal(settings, std::move(identity), std::move(version), clock));
  TRY_DONE(journal->prepare());
  return journal;
}

Journal::Journal(const JournalSettings& settings, std::string identity, std::string version,
                 const Clock& clock)
    : settings_(settings),
      identity_(std::move(identity)),
      version_(std::move(version)),
      clock_(clock),
      queue_(settings.queue_batches, settings.queue_octets) {}

Journal::~Journal() {
  close();
  join();
}

Status Journal::prepare() {
  std::error_code failed;
  std::filesystem::create_directories(settings_.path, failed);
  if (failed) return trouble("make " + settings_.path, failed.value());
  TRY(lock_, lock_folder(settings_.path));
  TRY_DONE(find_id());
  TRY(Recovery recovery, recover(settings_.path));
  left_ = end_ = recovery.end;
  torn_octets_ = recovery.torn_octets;
  // One without records gives its name to the first of this run.
  if (!recovery.segments.empty() && recovery.segments.back().first == end_)
    recovery.segments.pop_back();
  for (Segment& segment : recovery.segments) segments_->add(std::move(segment));
  // A full disk costs observations, and nothing else: it is tried again.
  if (const Status begun = begin_segment(); !begun) complain(begun.error());
  return Done{};
}

/// Who this journal is, so that a position of another one (it was removed, and begun anew) is not
/// taken for one of this.
Status Journal::find_id() {
  const std::string path = settings_.path + "/id";
  std::ifstream(path) >> id_;
  if (!id_.empty()) return Done{};
  SystemRandom random;
  id_ = fmt::format("{:016x}", random.next());
  std::ofstream file(path);
  file << id_ << std::endl;
  if (!file) return trouble("write " + path, errno);
  return Done{};
}

Status Journal::add(std::shared_ptr<Lane> lane, std::shared_ptr<SinkBook> book,
                    const BatchSettings& batch) {
  TRY(OffsetFile offset, OffsetFile::open(settings_.path, lane->name()));
  auto cursor =
      std::make_shared<Cursor>(segments_, id_, left_, std::move(offset), batch, clock_, book);
  lane->follow(cursor);
  readers_.push_back({std::move(lane), std::move(book), std::move(cursor)});
  return Done{};
}

void Journal::expose(metrics::Registry& registry) const {
  const auto gauge = [&](std::string_view name, std::string_view help, auto read) {
    registry.callback(name, help, {}, false, [segments = segments_, read] {
      return static_cast<double>(read(*segments));
    });
  };
  gauge("weir_journal_bytes", "Disk that the journal takes.",
        [](const Segments& segments) { return segments.octets(); });
  gauge("weir_journal_segments", "Files that the journal has.",
        [](const Segments& segments) { return segments.count(); });
  registry.callback(
      "weir_journal_oldest_seconds", "Age of the oldest segment that a sink still waits for.", {},
      false, [segments = segments_, readers = readers_, clock = &clock_] {
        const bool waits = std::any_of(readers.begin(), readers.end(), [](const Reader& reader) {
          return reader.cursor->lag() > 0;
        });
        const auto oldest = segments->oldest();
        return waits && oldest ? to_seconds(clock->wall_now() - oldest->begun) : 0;
      });
  registry.callback(
      "weir_journal_written_total", "Observations that were journalled.", {}, true,
      [segments = segments_, left = left_] { return static_cast<double>(segments->end() - left); });
  for (const Reader& reader : readers_)
    registry.callback("weir_journal_lag", "Observations that wait in the journal for a sink.",
                      {{"sink", reader.lane->name()}}, false,
                      [cursor = reader.cursor] { return static_cast<double>(cursor->lag()); });
}

void Journal::start() {
  thread_ = std::thread([this] { run(); });
}

void Journal::offer(const model::SharedBatch& batch, bool waits) {
  for (const Reader& reader : readers_) reader.book->receive(batch->size());
  Waiting waiting{batch, clock_.now()};
  if (waits ? queue_.push(waiting) : queue_.try_push(waiting)) return;
  const Loss loss = queue_.closed() ? Loss::kShutdown : Loss::kQueueFull;
  for (const Reader& reader : readers_) reader.book->drop(loss, batch->size());
}

void Journal::close() {
  queue_.close();
  retry_.ring();
}

void Journal::join() {
  if (thread_.joinable()) thread_.join();
}

std::string Journal::complaint() const {
  const std::lock_guard lock(mutex_);
  return complaint_;
}

std::string Journal::summary() const {
  std::string text = fmt::format("journal: {}, {} in {} segments", settings_.path,
                                 format_size(segments_->octets()), segments_->count());
  for (const Reader& reader : readers_)
    if (const uint64_t lag = reader.cursor->lag(); lag > 0)
      text += fmt::format("; {} observations wait for {}", lag, reader.lane->name());
  if (torn_octets_ > 0)
    text += fmt::format("; {} octets of a torn write were cut off", torn_octets_);
  return text;
}

void Journal::run() {
  for (;;) {
    if (taken_.empty()) queue_.take(kTurn, patience(), taken_);
    Status written = write();
    if (written) {
      if (settings_.sync != emit::FileTarget::Sync::kInterval || clock_.now() >= next_sync_)
        written = publish();
      tend();
    } else {
      static_cast<void>(publish());
    }
    written ? be_well() : complain(written.error());
    const bool ends = queue_.closed() && (failing_ || (taken_.empty() && queue_.batches() == 0));
    if (ends) break;
    if (failing_) retry_.wait(kRetryPause);
  }
  static_cast<void>(publish());
  do {
    drop_from(taken_.size(), Loss::kShutdown);
    queue_.take(kTurn, Duration::zero(), taken_);
  } while (!taken_.empty());
  if (packing_) packing_->abandon();
  if (active_ && end_ > active_first_) static_cast<void>(end_segment());
}

Duration Journal::patience() const {
  if (written_.empty()) return kIdleTick;
  return std::clamp(next_sync_ - clock_.now(), Duration::zero(), kIdleTick);
}

Status Journal::write() {
  while (!taken_.empty()) {
    TRY_DONE(write(taken_.front().batch));
    taken_.pop_front();
  }
  return Done{};
}

Status Journal::write(const model::SharedBatch& batch) {
  frames_.clear();
  for (const model::Observation& observation : batch->observations())
    CHECK(append_record(observation, identity_, version_, frames_));
  if (!active_) TRY_DONE(begin_segment());
  if (!make_room(frames_.size())) {
    for (const Reader& reader : readers_) reader.book->drop(Loss::kJournalFull, batch->size());
    return Done{};
  }
  const bool has_records = end_ > active_first_;
  if (has_records && active_->octets() + frames_.size() > settings_.segment_octets)
    TRY_DONE(seal());
  TRY_DONE(append());
  end_ += batch->size();
  written_.push_back({batch, end_});
  return Done{};
}

Status Journal::append() {
  if (!active_) TRY_DONE(begin_segment());
  Status appended = active_->append(frames_);
  if (appended || appended.error().retry) return appended;
  // What was half written could not be taken back: the segment ends where it was whole.
  static_cast<void>(publish());
  segments_->seal(active_->octets());
  active_.reset();
  appended = Error{Fault::kResource, appended.error().what, true};
  return appended;
}

Status Journal::begin_segment() {
  TRY(active_, SegmentWriter::create(settings_.path, end_));
  begun_ = clock_.wall_now();
  active_first_ = end_;
  segments_->add({.first = end_,
                  .end = end_,
                  .octets = active_->octets(),
                  .begun = begun_,
                  .path = active_->path()});
  return Done{};
}

/// From here on it is on the disk, and lanes may have it. A disk that will not say so is complained
/// about, and the lanes go on.
Status Journal::publish() {
  if (written_.empty()) return Done{};
  Status synced = Done{};
  if (settings_.sync != emit::FileTarget::Sync::kNone) synced = active_->synchronise();
  next_sync_ = clock_.now() + settings_.sync_interval;
  segments_->publish(end_, active_->octets());
  for (const Written& written : written_)
    for (const Reader& reader : readers_) reader.lane->offer_journalled(written.batch, written.end);
  written_.clear();
  return synced;
}

Status Journal::end_segment() {
  TRY_DONE(publish());
  Status sealed = active_->seal();
  segments_->seal(active_->octets());
  active_.reset();
  return sealed;
}

Status Journal::seal() {
  TRY_DONE(end_segment());
  return begin_segment();
}

void Journal::tend() {
  if (!active_) return;
  if (end_ > active_first_ && clock_.wall_now() - begun_ >= kSegmentAge)
    if (const Status sealed = seal(); !sealed) return complain(sealed.error());
  remove_passed();
  remove_expired();
  pack();
}

/// A piece of a sealed segment that somebody still wants.
void Journal::pack() {
  if (!settings_.compress) return;
  if (!packing_) {
    for (const Segment& segment : segments_->list()) {
      if (!segment.sealed || segment.path.ends_with(kCompressedEnding)) continue;
      if (auto begun = Packing::begin(segment)) packing_.emplace(*std::move(begun));
      break;
    }
    return;
  }
  const auto done = packing_->step();
  if (done && !*done) return;
  if (done) {
    segments_->replace(packing_->first(), packing_->path(), packing_->octets());
    ::unlink(packing_->plain_path().c_str());
  } else {
    packing_->abandon();  // it stays as it is, and is tried again
  }
  packing_.reset();
}

/// False when there is none and the policy is to lose what comes.
bool Journal::make_room(uint64_t need) {
  const auto full = [&] {
    segments_->publish(segments_->end(), active_->octets());
    return segments_->octets() + need > settings_.octets;
  };
  if (!full()) return true;
  remove_passed();
  while (full()) {
    if (settings_.overflow != Overflow::kDropOldest) return false;
    if (!segments_->oldest()->sealed) {
      if (end_ == segments_->oldest()->first) return true;  // one batch is let in, however large
      if (!seal() || !active_) return false;
    }
    remove_oldest(Loss::kJournalEvicted);
  }
  return true;
}

void Journal::remove_passed() {
  const uint64_t passed = all_passed();
  for (auto oldest = segments_->oldest(); oldest && oldest->sealed && oldest->end <= passed;
       oldest = segments_->oldest())
    remove_oldest(std::nullopt);
}

void Journal::remove_expired() {
  if (settings_.age <= Duration::zero()) return;
  for (auto oldest = segments_->oldest();
       oldest && oldest->sealed && clock_.wall_now() - oldest->begun > settings_.age;
       oldest = segments_->oldest())
    remove_oldest(Loss::kJournalExpired);
}

/// There is always a younger one, whose name keeps the position.
void Journal::remove_oldest(std::optional<Loss> why) {
  const auto oldest = segments_->oldest();
  if (packing_ && packing_->first() == oldest->first) {
    packing_->abandon();
    packing_.reset();
  }
  segments_->remove_oldest(why);
  ::unlink(oldest->path.c_str());
}

uint64_t Journal::all_passed() const {
  uint64_t passed = end_;
  for (const Reader& reader : readers_) passed = std::min(passed, reader.cursor->passed());
  return passed;
}

void Journal::drop_from(size_t batches, Loss loss) {
  for (; batches > 0; --batches) {
    for (const Reader& reader : readers_) reader.book->drop(loss, taken_.front().batch->size());
    taken_.pop_front();
  }
}

/// One line in the log an outage, however often it is tried.
void Journal::complain(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    complaint_ = error.what;
  }
  if (!std::exchange(failing_, true)) log::warning("journal: " + log::escape_text(error.what));
}

void Journal::be_well() {
  if (!std::exchange(failing_, false)) return;
  {
    const std::lock_guard lock(mutex_);
    complaint_.clear();
  }
  log::info("journal: well again");
}

}  // namespace weir::flow::journal
