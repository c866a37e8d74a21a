// Sets into rows, sorted, cut to a page.
#include "universe/table_pages.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <tuple>

namespace weir::universe {
namespace {

// Sets that one question looks at, at most.
constexpr size_t kMostSets = 65'536;

void add_rows(const RecordSet& set, const SeenQuery& query, std::vector<SeenRow>& rows) {
  if (query.type && set.type != *query.type) return;
  const auto* address = std::get_if<IpAddress>(&query.of);
  for (const SeenRecord& record : set.records)
    if (address == nullptr || equal(record.rdata, address->octets()))
      rows.push_back({set.name, set.type, set.klass, record.rdata, set.ttl, record.first_seen,
                      record.last_seen, record.count});
}

}  // namespace

Result<SeenPage> page_of(const Table& table, const SeenQuery& query) {
  size_t skip = 0;
  const char* const end = query.cursor.data() + query.cursor.size();
  const auto [stop, failed] = std::from_chars(query.cursor.data(), end, skip);
  if (!query.cursor.empty() && (failed != std::errc() || stop != end))
    return Error{Fault::kConfig, "cursor: expected what `next` of the page before said", false};
  const auto* name = std::get_if<dns::Name>(&query.of);
  std::vector<SeenRow> rows;
  for (const RecordSet& set :
       name != nullptr ? table.find(*name) : table.find(std::get<IpAddress>(query.of), kMostSets))
    add_rows(set, query, rows);
  std::ranges::sort(rows, [](const SeenRow& a, const SeenRow& b) {
    if (a.name != b.name) return (a.name <=> b.name) < 0;
    return std::tie(a.type, a.klass, a.rdata) < std::tie(b.type, b.klass, b.rdata);
  });
  SeenPage page;
  const size_t begin = std::min(skip, rows.size());
  const size_t many = std::min(query.limit, rows.size() - begin);
  if (begin + many < rows.size()) page.next = std::to_string(begin + many);
  const auto first = rows.begin() + static_cast<std::ptrdiff_t>(begin);
  page.rows.assign(std::make_move_iterator(first),
                   std::make_move_iterator(first + static_cast<std::ptrdiff_t>(many)));
  return page;
}

}  // namespace weir::universe
