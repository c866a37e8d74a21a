// Record data in the one form in which equal data has equal octets.
#include "proto/dns/rdata.h"
#include "proto/dns/rdata_format.h"

namespace weir::dns {
namespace {

void append(Octets& out, Bytes octets) { out.insert(out.end(), octets.begin(), octets.end()); }

}  // namespace

bool append_canonical_rdata(const Record& record, Octets& out) {
  const size_t begin = out.size();
  RdataReader reader(record);
  Bytes rest = record.rdata;  // from the end of the last name on
  while (const auto piece = reader.next()) {
    if (piece->field != Field::kName) continue;
    append(out, {rest.data(), piece->octets.data()});
    append(out, piece->name.expand().folded().wire());
    rest = {piece->octets.data() + piece->octets.size(), rest.data() + rest.size()};
  }
  append(out, rest);
  if (reader.ok()) return true;
  out.resize(begin);
  append(out, record.rdata);
  return false;
}

}  // namespace weir::dns
