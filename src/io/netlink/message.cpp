// Lengths are filled in when what they measure has ended.
#include "io/netlink/message.h"

#include <linux/netlink.h>

#include "base/check.h"

namespace weir::io {
namespace {

void append(Octets& out, const void* data, size_t size) {
  const auto* octets = static_cast<const uint8_t*>(data);
  out.insert(out.end(), octets, octets + size);
}

}  // namespace

void NetlinkWriter::align() { octets_.resize(NLMSG_ALIGN(octets_.size())); }

void NetlinkWriter::begin(uint16_t type, uint16_t flags, uint32_t sequence, Bytes family_header) {
  end();
  open_ = octets_.size() + 1;
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<uint16_t>(flags | NLM_F_REQUEST);
  header.nlmsg_seq = sequence;
  append(octets_, &header, sizeof header);
  append(octets_, family_header.data(), family_header.size());
  align();
}

void NetlinkWriter::end() {
  if (open_ == 0) return;
  const size_t at = open_ - 1;
  const auto length = static_cast<uint32_t>(octets_.size() - at);
  std::memcpy(&octets_[at], &length, sizeof length);
  open_ = 0;
}

void NetlinkWriter::attribute(uint16_t type, Bytes value) {
  const nlattr header{static_cast<uint16_t>(sizeof(nlattr) + value.size()), type};
  append(octets_, &header, sizeof header);
  append(octets_, value.data(), value.size());
  align();
}

void NetlinkWriter::text(uint16_t type, std::string_view value) {
  const nlattr header{static_cast<uint16_t>(sizeof(nlattr) + value.size() + 1), type};
  append(octets_, &header, sizeof header);
  append(octets_, value.data(), value.size());
  octets_.push_back(0);
  align();
}

void NetlinkWriter::u32(uint16_t type, uint32_t value) {
  uint8_t octets[4];
  store_u32(octets, value);
  attribute(type, octets);
}

void NetlinkWriter::u64(uint16_t type, uint64_t value) {
  uint8_t octets[8];
  store_u64(octets, value);
  attribute(type, octets);
}

size_t NetlinkWriter::begin_nest(uint16_t type) {
  const size_t at = octets_.size();
  const nlattr header{0, static_cast<uint16_t>(type | NLA_F_NESTED)};
  append(octets_, &header, sizeof header);
  return at;
}

void NetlinkWriter::end_nest(size_t at) {
  const size_t size = octets_.size() - at;
  CHECK(size <= UINT16_MAX);
  const auto length = static_cast<uint16_t>(size);
  std::memcpy(&octets_[at], &length, sizeof length);
}

Bytes NetlinkWriter::octets() {
  end();
  return octets_;
}

void NetlinkWriter::clear() {
  octets_.clear();
  open_ = 0;
}

}  // namespace weir::io
