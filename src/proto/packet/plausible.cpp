// A guess at the beginning of a message, from its first fourteen octets.
#include "proto/packet/plausible.h"

namespace weir::packet {

bool plausible_message(Bytes data) {
  constexpr size_t kHeader = 12, kLeastQuestion = 5, kLeastRecord = 11;
  if (data.size() < kPlausibleOctets) return false;
  const size_t length = load_u16(data.data());
  const uint16_t flags = load_u16(&data[4]);
  const size_t questions = load_u16(&data[6]);
  const size_t records = size_t{load_u16(&data[8])} + load_u16(&data[10]) + load_u16(&data[12]);
  const unsigned opcode = flags >> 11 & 15;
  const bool response = (flags & 0x8000) != 0;
  if (opcode != 0 && opcode != 4 && opcode != 5) return false;
  if ((flags & 0x0040) != 0) return false;           // the bit that is still reserved
  if (!response && (flags & 15) != 0) return false;  // a query has no response code
  // Every query has one question; the later messages of a zone transfer have none.
  if (questions > 1 || (questions == 0 && (!response || records == 0))) return false;
  return length >= kHeader + questions * kLeastQuestion + records * kLeastRecord;
}

}  // namespace weir::packet
