// Checks a message from front to back in one pass: what stands in it is looked at once, nothing is
// copied, and no step of the walk can be made to repeat (pointers go backwards, hops are counted).
#include "proto/dns/message.h"

#include <algorithm>

namespace weir::dns {
namespace {

constexpr int kMaxHops = 128;

/// How a walk over a name ended: `end` is the offset after it, or where it is wrong.
struct NameWalk {
  uint32_t end;
  MalformedCode code;  // kShortRecord stands for "the octets end here"
};

/// The part of a name behind its first pointer, which stands at `at`. `length` octets of the name
/// have been seen, in labels from `start` on.
MalformedCode follow_pointers(Bytes message, size_t at, size_t start, size_t length) {
  const uint8_t* const data = message.data();
  for (int hops = 0;; ++hops) {
    const size_t target = load_u16(data + at) & 0x3fff;
    if (target >= start)
      return target > at ? MalformedCode::kPointerForward : MalformedCode::kPointerLoop;
    if (hops == kMaxHops) return MalformedCode::kPointerLoop;
    at = start = target;
    while (data[at] != 0 && data[at] <= kMaxLabel) {
      length += data[at] + size_t{1};
      at += data[at] + size_t{1};
      if (length >= kMaxName) return MalformedCode::kNameTooLong;
      if (at >= message.size()) return MalformedCode::kShortRecord;
    }
    if (data[at] == 0) return MalformedCode::kNone;
    if (data[at] < 0xc0)
      return data[at] < 0x80 ? MalformedCode::kLabelTooLong : MalformedCode::kBadLabelType;
    if (at + 1 >= message.size()) return MalformedCode::kShortRecord;
  }
}

NameWalk walk_name(Bytes message, size_t start) {
  const uint8_t* const data = message.data();
  const size_t size = message.size();
  size_t at = start;
  while (true) {
    if (at >= size) return {static_cast<uint32_t>(size), MalformedCode::kShortRecord};
    const uint8_t length = data[at];
    if (length == 0) return {static_cast<uint32_t>(at + 1), MalformedCode::kNone};
    if (length > kMaxLabel) break;
    at += length + size_t{1};
    if (at - start >= kMaxName) return {static_cast<uint32_t>(start), MalformedCode::kNameTooLong};
  }
  const auto here = static_cast<uint32_t>(at);
  if (data[at] < 0xc0)
    return {here, data[at] < 0x80 ? MalformedCode::kLabelTooLong : MalformedCode::kBadLabelType};
  if (at + 1 >= size) return {static_cast<uint32_t>(size), MalformedCode::kShortRecord};
  const MalformedCode code = follow_pointers(message, at, start, at - start);
  return {code == MalformedCode::kNone ? here + 2 : here, code};
}

Malformed malformed(MalformedCode code, size_t offset) {
  return {code, static_cast<uint16_t>(offset)};
}

Malformed check_options(Bytes options, size_t offset) {
  for (size_t at = 0; at < options.size();) {
    if (options.size() - at < 4) return malformed(MalformedCode::kShortOption, offset + at);
    const size_t length = load_u16(&options[at + 2]);
    if (options.size() - at - 4 < length)
      return malformed(MalformedCode::kShortOption, offset + at);
    at += 4 + length;
  }
  return {};
}

Edns read_edns(uint16_t klass, uint32_t ttl, size_t record_offset, Bytes options) {
  return {.udp_size = klass,
          .extended_rcode = static_cast<uint8_t>(ttl >> 24),
          .version = static_cast<uint8_t>(ttl >> 16),
          .dnssec_ok = (ttl & 0x8000) != 0,
          .z = static_cast<uint16_t>(ttl & 0x7fff),
          .record_offset = static_cast<uint16_t>(record_offset),
          .options = options};
}

}  // namespace

std::string_view to_text(MalformedCode code) {
  switch (code) {
    case MalformedCode::kNone: return "well formed";
    case MalformedCode::kShortHeader: return "fewer octets than a header";
    case MalformedCode::kShortQuestion: return "the question is cut off";
    case MalformedCode::kShortRecord: return "a record is cut off";
    case MalformedCode::kShortRdata: return "record data is cut off";
    case MalformedCode::kLabelTooLong: return "a label is longer than 63 octets";
    case MalformedCode::kNameTooLong: return "a name is longer than 255 octets";
    case MalformedCode::kBadLabelType: return "an unknown type of label";
    case MalformedCode::kPointerForward: return "a compression pointer points forward";
    case MalformedCode::kPointerLoop: return "compression pointers loop or are too many";
    case MalformedCode::kTrailingOctets: return "octets follow the last record";
    case MalformedCode::kOptMisplaced: return "an OPT record outside the additional section";
    case MalformedCode::kOptDuplicate: return "a second OPT record";
    case MalformedCode::kOptOwner: return "the owner of an OPT record is not the root";
    case MalformedCode::kShortOption: return "an EDNS option is cut off";
    case MalformedCode::kBadRdata: return "record data does not fit its type";
    case MalformedCode::kTooManyRecords: return "the header counts more records than there are";
  }
  return "malformed";
}

Result<uint16_t, Malformed> check_name(Bytes message, size_t offset) {
  const NameWalk walk = walk_name(message, offset);
  if (walk.code != MalformedCode::kNone) return malformed(walk.code, walk.end);
  return static_cast<uint16_t>(walk.end);
}

Name NameView::expand() const {
  Name name;
  size_t length = 0;
  size_t at = offset_;
  for (int hops = 0; hops <= kMaxHops + 1; ++hops) {
    const size_t start = at;
    while (at < message_.size() && message_[at] != 0 && message_[at] <= kMaxLabel)
      at += message_[at] + size_t{1};
    if (at >= message_.size() || length + at - start >= kMaxName) break;
    std::memcpy(&name.octets_[length], &message_[start], at - start);
    length += at - start;
    if (message_[at] == 0) {
      name.octets_[length] = 0;
      name.size_ = static_cast<uint8_t>(length + 1);
      return name;
    }
    if (message_[at] < 0xc0 || at + 1 >= message_.size()) break;
    at = load_u16(&message_[at]) & 0x3fff;
  }
  name.octets_[0] = 0;  // not a view of a parsed message
  return name;
}

RecordRange::Iterator::Iterator(Bytes message, uint16_t offset, uint16_t left)
    : message_(message), next_(offset), left_(left) {
  load();
}

RecordRange::Iterator& RecordRange::Iterator::operator++() {
  --left_;
  load();
  return *this;
}

void RecordRange::Iterator::load() {
  if (left_ == 0) return;
  const uint8_t* const data = message_.data();
  size_t at = next_;
  while (at < message_.size() && data[at] != 0 && data[at] <= kMaxLabel) at += data[at] + size_t{1};
  if (at < message_.size()) at += data[at] == 0 ? 1 : 2;
  if (at + 10 > message_.size() || at + 10 + load_u16(data + at + 8) > message_.size()) {
    left_ = 0;  // not a range of a parsed message
    return;
  }
  const size_t length = load_u16(data + at + 8);
  record_.owner = NameView(message_, static_cast<uint16_t>(next_));
  record_.type = static_cast<Type>(load_u16(data + at));
  record_.klass = static_cast<Class>(load_u16(data + at + 2));
  record_.ttl = load_u32(data + at + 4);
  record_.ttl_offset = static_cast<uint16_t>(at + 4);
  record_.rdata_offset = static_cast<uint16_t>(at + 10);
  record_.rdata = message_.subspan(at + 10, length);
  record_.message = message_;
  next_ = static_cast<uint32_t>(at + 10 + length);
}

std::optional<EdnsOption> next_option(Bytes& options) {
  if (options.size() < 4) return std::nullopt;
  const size_t length = load_u16(&options[2]);
  if (options.size() - 4 < length) return std::nullopt;
  const EdnsOption option{static_cast<Option>(load_u16(options.data())),
                          options.subspan(4, length)};
  options = options.subspan(4 + length);
  return option;
}

std::optional<EdnsOption> find_option(const Edns& edns, Option code) {
  Bytes options = edns.options;
  while (const auto option = next_option(options))
    if (option->code == code) return option;
  return std::nullopt;
}

std::optional<Header> Header::read(Bytes message) {
  if (message.size() < kHeaderSize) return std::nullopt;
  const uint8_t* const data = message.data();
  return Header{
      .id = load_u16(data),
      .flags = load_u16(data + 2),
      .counts = {load_u16(data + 4), load_u16(data + 6), load_u16(data + 8), load_u16(data + 10)}};
}

/// The walk over questions and records; `at_` is the next octet to look at.
class MessageParser {
 public:
  MessageParser(Message& message, Bytes octets) : message_(message), octets_(octets) {}

  Malformed parse() {
    const auto header = Header::read(octets_);
    if (!header) return malformed(MalformedCode::kShortHeader, octets_.size());
    message_.octets_ = octets_;
    message_.header_ = *header;
    for (uint16_t i = 0; i < header->counts[0]; ++i)
      if (const Malformed fault = parse_question(i == 0); fault.code != MalformedCode::kNone)
        return fault;
    for (size_t section = 0; section < 3; ++section) {
      message_.section_offset_[section] = static_cast<uint16_t>(at_);
      for (uint16_t i = 0; i < header->counts[section + 1]; ++i)
        if (const Malformed fault = parse_record(section == 2); fault.code != MalformedCode::kNone)
          return fault;
    }
    return {};
  }
  size_t position() const { return at_; }

 private:
  Malformed parse_question(bool first) {
    const NameWalk name = walk_name(octets_, at_);
    if (name.code == MalformedCode::kShortRecord)
      return malformed(MalformedCode::kShortQuestion, name.end);
    if (name.code != MalformedCode::kNone) return malformed(name.code, name.end);
    if (octets_.size() - name.end < 4) return malformed(MalformedCode::kShortQuestion, name.end);
    const uint8_t* const fields = octets_.data() + name.end;
    if (first)
      message_.question_.emplace(Question{
          NameView(octets_, static_cast<uint16_t>(at_)), static_cast<Type>(load_u16(fields)),
          static_cast<Class>(load_u16(fields + 2)), static_cast<uint16_t>(name.end + 4)});
    at_ = name.end + size_t{4};
    return {};
  }

  Malformed parse_record(bool additional) {
    if (at_ == octets_.size()) return malformed(MalformedCode::kTooManyRecords, at_);
    const NameWalk owner = walk_name(octets_, at_);
    if (owner.code != MalformedCode::kNone) return malformed(owner.code, owner.end);
    const size_t left = octets_.size() - owner.end;
    if (left < 10) return malformed(MalformedCode::kShortRecord, owner.end);
    const uint8_t* const fields = octets_.data() + owner.end;
    const size_t length = load_u16(fields + 8);
    if (left - 10 < length) return malformed(MalformedCode::kShortRdata, owner.end + 10);
    if (static_cast<Type>(load_u16(fields)) == Type::kOpt)
      if (const Malformed fault = parse_opt(fields, length, additional);
          fault.code != MalformedCode::kNone)
        return fault;
    at_ = owner.end + 10 + length;
    return {};
  }

  Malformed parse_opt(const uint8_t* fields, size_t length, bool additional) {
    if (!additional) return malformed(MalformedCode::kOptMisplaced, at_);
    if (message_.edns_) return malformed(MalformedCode::kOptDuplicate, at_);
    if (octets_[at_] != 0) return malformed(MalformedCode::kOptOwner, at_);
    const Bytes options{fields + 10, length};
    message_.edns_ = read_edns(load_u16(fields + 2), load_u32(fields + 4), at_, options);
    return check_options(options, at_ + 11);
  }

  Message& message_;
  Bytes octets_;
  size_t at_ = kHeaderSize;
};

// One return statement each, so that the message is built where the caller wants it.
Result<Message, Malformed> Message::parse(Bytes octets) {
  Result<Message, Malformed> message = parse_prefix(octets);
  if (message && message->octets_.size() != octets.size())
    message = malformed(MalformedCode::kTrailingOctets, message->octets_.size());
  return message;
}

Result<Message, Malformed> Message::parse_prefix(Bytes octets) {
  octets = octets.first(std::min(octets.size(), kMaxMessage));
  Result<Message, Malformed> message{Message()};
  MessageParser parser(*message, octets);
  if (const Malformed fault = parser.parse(); fault.code != MalformedCode::kNone)
    message = fault;
  else
    message->octets_ = octets.first(parser.position());
  return message;
}

Rcode Message::rcode() const {
  const unsigned extended = edns_ ? edns_->extended_rcode : 0;
  return static_cast<Rcode>(extended << 4 | header_.rcode());
}

}  // namespace weir::dns
