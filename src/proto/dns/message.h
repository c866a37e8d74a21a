// A DNS message as a checked view over its octets: parsed once, nothing copied (RFC 1035 §4.1).
#pragma once

#include <cstdint>
#include <iterator>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "proto/dns/name.h"
#include "proto/dns/types.h"

namespace weir::dns {

inline constexpr size_t kHeaderSize = 12;
inline constexpr size_t kMaxMessage = 65535;

/// What is wrong with a message, and where. `to_text(MalformedCode)` gives the words for people.
enum class MalformedCode : uint8_t {
  kNone,
  kShortHeader,
  kShortQuestion,
  kShortRecord,
  kShortRdata,
  kLabelTooLong,
  kNameTooLong,
  kBadLabelType,
  kPointerForward,
  kPointerLoop,
  kTrailingOctets,
  kOptMisplaced,
  kOptDuplicate,
  kOptOwner,
  kShortOption,
  kBadRdata,
  kTooManyRecords,
};
struct Malformed {
  MalformedCode code = MalformedCode::kNone;
  uint16_t offset = 0;  // octets from the start of the message
};
std::string_view to_text(MalformedCode code);

/// A name inside a message, perhaps compressed. Views of a parsed message always expand.
class NameView {
 public:
  NameView() = default;
  NameView(Bytes message, uint16_t offset) : message_(message), offset_(offset) {}
  Name expand() const;
  uint16_t offset() const { return offset_; }

 private:
  Bytes message_;
  uint16_t offset_ = 0;
};

/// Walks a name at `offset`: label lengths, total length, pointers backwards only and bounded
/// (≤ 128 hops). The result is the offset after the name where it stands.
Result<uint16_t, Malformed> check_name(Bytes message, size_t offset);

struct Question {
  NameView name;
  Type type{};
  Class klass{};
  uint16_t end = 0;  // offset after the question
};

struct Record {
  NameView owner;
  Type type{};
  Class klass{};     // OPT: the sender's UDP payload size
  uint32_t ttl = 0;  // OPT: extended rcode, version, flags
  uint16_t ttl_offset = 0;
  uint16_t rdata_offset = 0;
  Bytes rdata;
  Bytes message;  // the whole message: names in rdata may point anywhere into it
};

enum class Section : uint8_t { kAnswer, kAuthority, kAdditional };

/// Iterates over records that have been checked.
class RecordRange {
 public:
  class Iterator {
   public:
    using value_type = Record;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(Bytes message, uint16_t offset, uint16_t left);
    const Record& operator*() const { return record_; }
    const Record* operator->() const { return &record_; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return left_ == 0; }

   private:
    void load();
    Bytes message_;
    Record record_;
    uint32_t next_ = 0;
    uint16_t left_ = 0;
  };
  RecordRange(Bytes message, uint16_t offset, uint16_t count)
      : message_(message), offset_(offset), count_(count) {}
  Iterator begin() const { return {message_, offset_, count_}; }
  std::default_sentinel_t end() const { return {}; }
  uint16_t count() const { return count_; }

 private:
  Bytes message_;
  uint16_t offset_;
  uint16_t count_;
};

/// The OPT pseudo-record (RFC 6891).
struct Edns {
  uint16_t udp_size = 0;
  uint8_t extended_rcode = 0;
  uint8_t version = 0;
  bool dnssec_ok = false;
  uint16_t z = 0;              // the 15 flag bits after DO
  uint16_t record_offset = 0;  // of the OPT record in the message
  Bytes options;               // checked: a run of {u16 code, u16 length, octets}
};

/// One EDNS option.
struct EdnsOption {
  Option code{};
  Bytes data;
};
/// Takes the next option off the front of `options` (as in `Edns::options`); nothing at the end.
std::optional<EdnsOption> next_option(Bytes& options);
std::optional<EdnsOption> find_option(const Edns& edns, Option code);

/// Header flags: bits of the second 16-bit word.
namespace flag {
inline constexpr uint16_t kQr = 0x8000, kAa = 0x0400, kTc = 0x0200, kRd = 0x0100, kRa = 0x0080,
                          kZ = 0x0040, kAd = 0x0020, kCd = 0x0010;
}

/// The twelve octets at the front; always readable when there are twelve.
struct Header {
  uint16_t id = 0;
  uint16_t flags = 0;
  uint16_t counts[4] = {};  // questions, answers, authority, additional

  static std::optional<Header> read(Bytes message);
  bool is_response() const { return (flags & flag::kQr) != 0; }
  bool has(uint16_t bit) const { return (flags & bit) != 0; }
  Opcode opcode() const { return static_cast<Opcode>(flags >> 11 & 15); }
  uint8_t rcode() const { return static_cast<uint8_t>(flags & 15); }
};

class Message {
 public:
  /// Checks every count, name, record and option of `octets`, which must outlive the view. Trailing
  /// octets after the last record are an error; use `parse_prefix` to allow them. Rdata is opaque
  /// here (proto/dns/rdata.h looks into it).
  static Result<Message, Malformed> parse(Bytes octets);
  static Result<Message, Malformed> parse_prefix(Bytes octets);

  const Header& header() const { return header_; }
  Bytes octets() const { return octets_; }
  /// The first question, if there is one.
  const std::optional<Question>& question() const { return question_; }
  RecordRange section(Section which) const {
    const auto i = static_cast<size_t>(which);
    return {octets_, section_offset_[i], header_.counts[i + 1]};
  }
  RecordRange answers() const { return section(Section::kAnswer); }
  RecordRange authority() const { return section(Section::kAuthority); }
  RecordRange additional() const { return section(Section::kAdditional); }
  const std::optional<Edns>& edns() const { return edns_; }
  /// The header's four bits and EDNS's eight together.
  Rcode rcode() const;

 private:
  friend class MessageParser;
  Bytes octets_;
  Header header_;
  std::optional<Question> question_;
  uint16_t section_offset_[3] = {};
  std::optional<Edns> edns_;
};

}  // namespace weir::dns
