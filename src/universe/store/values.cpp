// Values to columns and back.
#include "universe/store/values.h"

namespace weir::universe {

int64_t to_seconds_of_store(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

void bind_rdata(sqlite::Statement& statement, int index, Bytes rdata) {
  static constexpr uint8_t kNothing = 0;
  statement.bind_blob(index, rdata.empty() ? Bytes{&kNothing, 0} : rdata);
}

std::optional<SeenRow> read_row(const sqlite::Statement& row, int column) {
  auto name = dns::Name::parse(row.text(column));
  if (!name) return std::nullopt;
  const Bytes rdata = row.blob(column + 3);
  const auto time = [&](int at) { return WallTime(std::chrono::seconds(row.number(at))); };
  return SeenRow{.name = *name,
                 .type = static_cast<dns::Type>(row.number(column + 1)),
                 .klass = static_cast<dns::Class>(row.number(column + 2)),
                 .rdata = Octets(rdata.begin(), rdata.end()),
                 .ttl = static_cast<uint32_t>(row.number(column + 4)),
                 .first = time(column + 5),
                 .last = time(column + 6),
                 .count = static_cast<uint64_t>(row.number(column + 7))};
}

}  // namespace weir::universe
