// The reading side of the history: records of a name, names of an address, while weir writes, from
// this process or another.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "universe/store/row.h"

namespace weir::sqlite {
class Database;
}

namespace weir::universe {

/// One thread uses it.
class HistoryReader {
 public:
  static Result<std::unique_ptr<HistoryReader>> open(const std::string& path);
  ~HistoryReader();

  /// At most `limit` rows: of a name by type and data, of an address in the order in which its
  /// names came. A cursor that no page gave is an error of kConfig.
  Result<SeenPage> find(const SeenQuery& query);
  /// False when the file was deleted or replaced.
  bool in_place() const;

 private:
  explicit HistoryReader(std::unique_ptr<sqlite::Database> database);
  Result<SeenPage> find_name(const dns::Name& name, const SeenQuery& query);
  Result<SeenPage> find_address(const IpAddress& address, const SeenQuery& query);
  std::unique_ptr<sqlite::Database> database_;
};

}  // namespace weir::universe
