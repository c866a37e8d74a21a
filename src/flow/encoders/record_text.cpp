// Short ways for owners, addresses and aliases; all else goes through proto/dns/rdata.h.
#include "flow/encoders/record_text.h"

#include "proto/dns/rdata.h"

namespace weir::flow {
namespace {

/// Where the name really begins: behind the pointer, if it is nothing but one.
uint16_t begin_of(const dns::Record& record) {
  const uint16_t offset = record.owner.offset();
  const uint8_t* const at = record.message.data() + offset;
  return at[0] < 0xc0 ? offset : static_cast<uint16_t>(load_u16(at) & 0x3fff);
}

/// False when the data is more or less than one name.
bool put_name(const dns::Record& record, JsonWriter& to) {
  const auto end = dns::check_name(record.message, record.rdata_offset);
  if (!end || *end != record.rdata_offset + record.rdata.size()) return false;
  const dns::NameView name(record.message, record.rdata_offset);
  to.name(name.expand().wire(), JsonWriter::Dot::kFinal);
  return true;
}

bool put_address(const dns::Record& record, size_t size, JsonWriter& to) {
  const auto address = IpAddress::from_octets(record.rdata);
  if (!address || record.rdata.size() != size) return false;
  to.room(2 * JsonWriter::kStep);
  to.address(*address);
  return true;
}

bool put_common(const dns::Record& record, JsonWriter& to) {
  switch (record.type) {
    case dns::Type::kA: return put_address(record, 4, to);
    case dns::Type::kAaaa: return put_address(record, 16, to);
    case dns::Type::kCname:
    case dns::Type::kNs:
    case dns::Type::kPtr: return put_name(record, to);
    default: return false;
  }
}

}  // namespace

void OwnerText::put(const dns::Record& record, JsonWriter& to) {
  const uint16_t offset = begin_of(record);
  if (size_ > 0 && offset == offset_) {
    to.room(size_ + JsonWriter::kStep);
    return to.again(at_, size_);
  }
  const size_t before = to.size();
  to.name(record.owner.expand().wire());
  remember(offset, before, to.size() - before);
}

void put_rdata(const dns::Record& record, JsonWriter& to) {
  if (!put_common(record, to)) to.escaped(dns::rdata_to_text(record));
}

}  // namespace weir::flow
