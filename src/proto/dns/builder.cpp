// Writes messages. A name is looked for among the labels written so far, suffix by suffix; what was
// found is replaced by a pointer, so pointers always go backwards.
#include "proto/dns/builder.h"

#include <algorithm>

#include "proto/dns/rdata_format.h"

namespace weir::dns {
namespace {

constexpr size_t kPointerReach = 0x4000;

/// True when the name at `at`, which this builder wrote, is `suffix`.
bool is_name_at(const uint8_t* message, size_t at, Bytes suffix) {
  while (true) {
    while (message[at] >= 0xc0) at = load_u16(message + at) & 0x3fff;
    const size_t size = message[at] + size_t{1};
    if (message[at] != suffix[0]) return false;
    if (size == 1) return true;
    if (!equal_folded({message + at, size}, suffix.first(size))) return false;
    at += size;
    suffix = suffix.subspan(size);
  }
}

}  // namespace

Builder::Builder(MutableBytes buffer, uint16_t id, uint16_t flags)
    : writer_(buffer.first(std::min(buffer.size(), kMaxMessage))), buffer_(buffer) {
  writer_.u16(id);
  writer_.u16(flags);
  writer_.u64(0);
}

void Builder::question(const Name& owner, Type type, Class klass) {
  name(owner, true);
  writer_.u16(static_cast<uint16_t>(type));
  writer_.u16(static_cast<uint16_t>(klass));
  count(0);
}

void Builder::record(Section section, const Name& owner, Type type, Class klass, uint32_t ttl,
                     Bytes rdata) {
  head(owner, type, static_cast<uint16_t>(klass), ttl);
  writer_.u16(static_cast<uint16_t>(rdata.size()));
  writer_.bytes(rdata);
  count(static_cast<size_t>(section) + 1);
}

void Builder::copy(Section section, const Record& record, uint32_t ttl) {
  head(record.owner.expand(), record.type, static_cast<uint16_t>(record.klass), ttl);
  const size_t length_at = writer_.position();
  const size_t targets = target_count_;
  writer_.u16(static_cast<uint16_t>(record.rdata.size()));
  if (!has_names(record.type)) {
    writer_.bytes(record.rdata);
  } else if (copy_fields(record)) {
    writer_.patch_u16(length_at, static_cast<uint16_t>(writer_.position() - length_at - 2));
  } else if (writer_.ok()) {
    writer_.rewind(length_at + 2);
    target_count_ = targets;
    writer_.bytes(record.rdata);
  }
  count(static_cast<size_t>(section) + 1);
}

/// False when the data does not fit its type.
bool Builder::copy_fields(const Record& record) {
  const bool compress = may_compress(record.type);
  RdataReader reader(record);
  Bytes rest = record.rdata;  // from the end of the last name on
  size_t copied = 0;
  while (const auto piece = reader.next()) {
    if (piece->field != Field::kName) continue;
    const auto start = static_cast<size_t>(piece->octets.data() - record.rdata.data());
    writer_.bytes(record.rdata.subspan(copied, start - copied));
    name(piece->name.expand(), compress);
    copied = start + piece->octets.size();
    rest = record.rdata.subspan(copied);
  }
  writer_.bytes(rest);
  return reader.ok();
}

void Builder::head(const Name& owner, Type type, uint16_t klass, uint32_t ttl) {
  name(owner, true);
  writer_.u16(static_cast<uint16_t>(type));
  writer_.u16(klass);
  writer_.u32(ttl);
}

void Builder::begin_edns(uint16_t udp_size, uint8_t extended_rcode, uint8_t version,
                         bool dnssec_ok) {
  const uint32_t ttl = static_cast<uint32_t>(extended_rcode) << 24 |
                       static_cast<uint32_t>(version) << 16 | (dnssec_ok ? 0x8000u : 0u);
  head(Name(), Type::kOpt, udp_size, ttl);
  edns_length_at_ = writer_.position();
  writer_.u16(0);
  count(static_cast<size_t>(Section::kAdditional) + 1);
}

void Builder::option(Option code, Bytes data) {
  writer_.u16(static_cast<uint16_t>(code));
  writer_.u16(static_cast<uint16_t>(data.size()));
  writer_.bytes(data);
}

void Builder::extended_error(ExtendedError code, std::string_view text) {
  writer_.u16(static_cast<uint16_t>(Option::kExtendedError));
  writer_.u16(static_cast<uint16_t>(text.size() + 2));
  writer_.u16(static_cast<uint16_t>(code));
  writer_.bytes(as_bytes(text));
}

void Builder::pad_to(size_t block) {
  constexpr size_t kOptionHead = 4;
  // Where the buffer ends first, padding ends with it (RFC 8467 §4.1).
  if (!writer_.ok() || block == 0 || writer_.remaining() < kOptionHead) return;
  const size_t over = (writer_.position() + kOptionHead) % block;
  const size_t room = writer_.remaining() - kOptionHead;
  const size_t count = std::min(over == 0 ? 0 : block - over, room);
  writer_.u16(static_cast<uint16_t>(Option::kPadding));
  writer_.u16(static_cast<uint16_t>(count));
  for (size_t i = 0; i < count; ++i) writer_.u8(0);
}

void Builder::end_edns() {
  writer_.patch_u16(edns_length_at_,
                    static_cast<uint16_t>(writer_.position() - edns_length_at_ - 2));
}

void Builder::name(const Name& name, bool compress) {
  const size_t known = target_count_;  // the labels of this name are no targets until it is whole
  Bytes rest = name.wire();
  for (; compress && rest.size() > 1; rest = rest.subspan(rest[0] + size_t{1})) {
    if (const auto target = find_target(rest, known)) {
      writer_.u16(static_cast<uint16_t>(0xc000 | *target));
      rest = {};
      break;
    }
    if (writer_.position() < kPointerReach && target_count_ < targets_.size())
      targets_[target_count_++] = static_cast<uint16_t>(writer_.position());
    writer_.bytes(rest.first(rest[0] + size_t{1}));
  }
  writer_.bytes(rest);
  if (!writer_.ok()) target_count_ = known;
}

std::optional<uint16_t> Builder::find_target(Bytes suffix, size_t known) const {
  for (size_t i = 0; i < known; ++i)
    if (is_name_at(buffer_.data(), targets_[i], suffix)) return targets_[i];
  return std::nullopt;
}

void Builder::count(size_t index) {
  if (!writer_.ok()) return;
  uint8_t* const at = buffer_.data() + 4 + 2 * index;
  store_u16(at, static_cast<uint16_t>(load_u16(at) + 1));
}

}  // namespace weir::dns
