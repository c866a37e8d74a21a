// What a rule over several keys (Table::check) is given to complain with.
#pragma once

#include <string>
#include <string_view>

#include "config/node.h"

namespace weir::config {

class Report {
 public:
  Report(const Node& table, std::string path, Diagnostics& diagnostics)
      : table_(table), path_(std::move(path)), diagnostics_(diagnostics) {}

  /// The key, seen from the rule's table, is at fault: `max_ttl`, `cache.size`,
  /// `upstreams.2.address`. A key that was not written is shown where its table stands. `what` goes
  /// on after the key's name: `is below min_ttl`.
  void wrong(std::string_view key, std::string_view what, std::string expected = {});
  /// The table as a whole is at fault.
  void wrong_table(std::string_view what, std::string expected = {});

 private:
  const Node& table_;
  std::string path_;
  Diagnostics& diagnostics_;
};

}  // namespace weir::config
