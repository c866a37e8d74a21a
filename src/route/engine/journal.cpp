// Records to octets and back, and a thread that waits for the disk.
#include "route/engine/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/hash.h"
#include "base/log.h"
#include "base/wire.h"
#include "names/files/collection.h"
#include "proto/dns/name.h"

namespace weir::route {
namespace {

constexpr std::string_view kMagic = "weirrt1\n";
constexpr size_t kHead = 12;
constexpr size_t kMostPayload = 1 + 255 + 1 + 16 + 8 + dns::kMaxName;
constexpr size_t kGrowth = 4;  // times its compact size
constexpr unsigned kMode = 0640;

Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// True for a whole uncompressed name that takes all of `wire`.
bool is_name(Bytes wire) {
  size_t at = 0;
  while (at < wire.size() && wire[at] != 0) {
    if (wire[at] > dns::kMaxLabel) return false;
    at += wire[at] + size_t{1};
  }
  return wire.size() <= dns::kMaxName && at + 1 == wire.size();
}

std::optional<SavedLease> read_payload(Bytes payload) {
  WireReader reader(payload);
  SavedLease lease;
  const Bytes set = reader.bytes(reader.u8());
  lease.set.assign(set.begin(), set.end());
  const auto address = IpAddress::from_octets(reader.bytes(reader.u8()));
  lease.expires = wall_time(static_cast<int64_t>(reader.u64()));
  const Bytes name = reader.rest();
  if (!reader.ok() || !address || !is_name(name)) return std::nullopt;
  lease.address = *address;
  lease.name.assign(name.begin(), name.end());
  return lease;
}

Status write_all(int fd, Bytes octets) {
  while (!octets.empty()) {
    const ssize_t wrote = ::write(fd, octets.data(), octets.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return system_error("cannot write", errno);
    octets = octets.subspan(static_cast<size_t>(wrote));
  }
  if (::fdatasync(fd) != 0) return system_error("cannot make lasting", errno);
  return Done{};
}

}  // namespace

void append_record(Octets& out, const SavedLease& lease) {
  std::array<uint8_t, kHead + kMostPayload> buffer;
  WireWriter writer(buffer);
  writer.u32(0);
  writer.u64(0);
  writer.u8(static_cast<uint8_t>(lease.set.size()));
  writer.bytes(as_bytes(lease.set));
  writer.u8(static_cast<uint8_t>(lease.address.octets().size()));
  writer.bytes(lease.address.octets());
  writer.u64(static_cast<uint64_t>(to_nanoseconds(lease.expires)));
  writer.bytes(lease.name);
  const size_t end = writer.position();
  writer.rewind(0);
  writer.u32(static_cast<uint32_t>(end - kHead));
  writer.u64(hash64(Bytes(buffer).subspan(kHead, end - kHead)));
  out.insert(out.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(end));
}

std::optional<std::vector<SavedLease>> read_records(Bytes file, size_t& whole) {
  std::vector<SavedLease> leases;
  whole = 0;
  if (file.size() < kMagic.size() || std::memcmp(file.data(), kMagic.data(), kMagic.size()) != 0)
    return std::nullopt;
  WireReader reader(file);
  reader.skip(kMagic.size());
  for (;;) {
    whole = reader.position();
    const uint32_t length = reader.u32();
    const uint64_t hash = reader.u64();
    if (!reader.ok() || length > kMostPayload) return leases;
    const Bytes payload = reader.bytes(length);
    if (!reader.ok() || hash64(payload) != hash) return leases;
    auto lease = read_payload(payload);
    if (!lease) return leases;
    leases.push_back(*std::move(lease));
  }
}

Journal::Journal(io::Loop& loop, Settings settings)
    : settings_(std::move(settings)), commit_(loop) {}

Result<std::unique_ptr<Journal>> Journal::open(io::Loop& loop, Settings settings) {
  std::unique_ptr<Journal> journal(new Journal(loop, std::move(settings)));
  TRY_DONE(journal->read());
  journal->thread_ = std::thread([raw = journal.get()] { raw->writer_.run(); });
  return journal;
}

/// What is no file of ours is put aside, not overwritten.
Status Journal::read() {
  const std::string& path = settings_.path;
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  size_t whole = 0;
  if (std::filesystem::exists(path, ignored)) {
    TRY(const std::string text, names::read_text(path));
    auto saved = read_records(as_bytes(text), whole);
    torn_ = whole != text.size();
    if (saved) {
      saved_ = *std::move(saved);
    } else if (!text.empty() && std::rename(path.c_str(), (path + ".bad").c_str()) != 0) {
      return system_error("cannot put " + path + " aside", errno);
    }
  }
  file_ = UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, kMode));
  if (!file_) return system_error("cannot open " + path, errno);
  if (::ftruncate(file_.get(), static_cast<off_t>(whole)) != 0)
    return system_error("cannot cut what is torn off " + path, errno);
  if (whole == 0) TRY_DONE(write_all(file_.get(), as_bytes(kMagic)));
  size_ = std::max(whole, kMagic.size());
  compact_ = size_;
  return Done{};
}

Journal::~Journal() {
  flush();
  writer_.post([this] { writer_.stop(); });
  if (thread_.joinable()) thread_.join();
}

void Journal::add(const SavedLease& lease) {
  if (waiting_.empty()) commit_.start(settings_.commit, [this] { flush(); });
  append_record(waiting_, lease);
  if (is_anew()) append_record(anew_, lease);
}

bool Journal::has_grown() const {
  return size_ > settings_.least_growth && size_ > kGrowth * compact_;
}

void Journal::flush() {
  if (waiting_.empty()) return;
  if (unwritten_.load() > settings_.most_waiting) {
    lost_.add();
    waiting_.clear();
    return;
  }
  size_ += waiting_.size();
  unwritten_ += waiting_.size();
  auto octets = std::make_shared<const Octets>(std::exchange(waiting_, {}));
  writer_.post([this, octets] { write(*octets); });
}

void Journal::begin_anew() {
  const Bytes magic = as_bytes(kMagic);
  anew_.assign(magic.begin(), magic.end());
}

void Journal::finish_anew() {
  flush();
  size_ = compact_ = anew_.size();
  unwritten_ += anew_.size();
  auto octets = std::make_shared<const Octets>(std::exchange(anew_, {}));
  writer_.post([this, octets] { replace(*octets); });
}

// The writer's thread.

void Journal::write(const Octets& octets) {
  const Status wrote = write_all(file_.get(), octets);
  unwritten_ -= octets.size();
  if (!wrote) return complain(wrote.error().what);
  complained_ = false;
}

/// The old file stays until the new one is whole and on the disk.
void Journal::replace(const Octets& octets) {
  const std::string path = settings_.path + ".new";
  UniqueFd next(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, kMode));
  unwritten_ -= octets.size();
  if (!next) return complain(system_error("cannot open " + path, errno).what);
  if (const Status wrote = write_all(next.get(), octets); !wrote)
    return complain(wrote.error().what);
  if (std::rename(path.c_str(), settings_.path.c_str()) != 0)
    return complain(system_error("cannot rename " + path, errno).what);
  const std::string folder = std::filesystem::path(settings_.path).parent_path().string();
  const UniqueFd directory(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_CLOEXEC));
  if (directory) ::fsync(directory.get());
  file_ = std::move(next);
}

void Journal::complain(const std::string& what) {
  failed_.add();
  if (std::exchange(complained_, true)) return;
  log::error(settings_.path + ": routes are not kept for the next start: " + what);
}

}  // namespace weir::route
