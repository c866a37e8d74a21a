// What record data consists of: one word of field letters a type. One reader cuts data by it, and
// so validating (here), printing (rdata_print.cpp), parsing (rdata_parse.cpp) and copying
// (builder.cpp) share one table.
#pragma once

#include <optional>
#include <string_view>

#include "proto/dns/message.h"

namespace weir::dns {

/// The letters of a format. "Rest" runs to the end of the data.
enum class Field : char {
  kU8 = '1',
  kU16 = '2',
  kU32 = '4',
  kTime = 't',         // u32, as YYYYMMDDHHmmSS
  kType = 'T',         // u16, as a mnemonic
  kCertificate = 'c',  // u16, as a mnemonic of RFC 4398 §2.1
  kName = 'n',
  kNames = 'N',  // rest: any number of names
  kIp4 = 'a',
  kIp6 = 'A',
  kString = 's',          // counted by an octet, quoted
  kOptionalString = 'o',  // one or none at the end
  kStrings = 'S',         // rest: at least one string
  kTag = 'g',             // counted by an octet, letters and digits
  kText = 'q',            // rest, as one quoted string
  kHex = 'x',             // rest, at least one octet
  kBase64 = 'b',          // rest, at least one octet
  kOptionalBase64 = 'B',  // rest
  kCountedHex = 'h',      // counted by an octet; "-" when empty
  kCountedBase32 = 'H',   // counted by an octet
  kBitmap = 'm',          // rest: types as in NSEC (RFC 4034 §4.1.2)
  kEui48 = 'e',
  kEui64 = 'E',
  kLocator = 'l',    // eight octets (RFC 6742)
  kLocation = 'L',   // the whole of LOC (RFC 1876)
  kPrefixes = 'P',   // rest: items of APL (RFC 3123)
  kSvcParams = 'p',  // rest: RFC 9460 §2.2
  kHipHead = 'i',    // RFC 8005 §5 up to the rendezvous servers
  kGateway = 'k',    // gateway type, algorithm and gateway (RFC 4025 §2.1)
  kNoGateway = '.',  // no octets, as "."
};

/// The fields of a type in order; empty for a type whose data is opaque.
std::string_view rdata_fields(Type type);
/// True when data of the type may hold a name, hence a compression pointer.
bool has_names(Type type);
/// True for the types of RFC 1035, in whose data names may be compressed (RFC 3597 §4).
bool may_compress(Type type);

/// Cuts record data into its fields, checking each.
class RdataReader {
 public:
  struct Piece {
    Field field{};
    Bytes octets;   // counted fields without their count
    NameView name;  // of kName
  };
  explicit RdataReader(const Record& record);

  /// The next field; nothing at the end and where the data does not fit its type (see `ok`). What
  /// repeats (kStrings, kNames, kPrefixes) comes one by one, as kString, kName and kPrefixes.
  std::optional<Piece> next();
  bool ok() const { return ok_; }

 private:
  bool finish_repeat(Field field);
  std::optional<Piece> take(Field field);
  std::optional<Piece> take_name();
  std::optional<Piece> take_octets(Field field, size_t count);
  std::optional<Piece> take_counted(Field field);
  std::optional<Piece> fail();
  size_t left() const { return end_ - at_; }

  Bytes message_;
  size_t at_ = 0;
  size_t end_ = 0;
  std::string_view fields_;
  bool repeated_ = false;
  bool ok_ = true;
};

}  // namespace weir::dns
