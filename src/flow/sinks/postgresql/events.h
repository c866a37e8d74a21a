// The columns of the event table, and an observation as one of its rows.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "flow/sinks/postgresql/copy_rows.h"
#include "model/observation.h"

namespace weir::flow::postgresql {

struct Column {
  std::string_view name;
  std::string_view type;
};

/// In the order in which `EventRows` writes them.
inline constexpr std::array kEventColumns = {
    Column{"time", "timestamptz"},   Column{"type", "text"},
    Column{"source", "text"},        Column{"sequence", "bigint"},
    Column{"identity", "text"},      Column{"protocol", "text"},
    Column{"client", "inet"},        Column{"client_port", "integer"},
    Column{"server", "inet"},        Column{"server_port", "integer"},
    Column{"qname", "text"},         Column{"qtype", "text"},
    Column{"qclass", "text"},        Column{"opcode", "text"},
    Column{"rcode", "text"},         Column{"aa", "boolean"},
    Column{"tc", "boolean"},         Column{"rd", "boolean"},
    Column{"ra", "boolean"},         Column{"ad", "boolean"},
    Column{"cd", "boolean"},         Column{"latency", "interval"},
    Column{"answer_source", "text"}, Column{"upstream", "text"},
    Column{"size", "integer"},       Column{"malformed", "text"},
    Column{"query", "bytea"},        Column{"response", "bytea"},
    Column{"answers", "integer"},    Column{"addresses", "inet[]"},
};

/// `"time", "type", …`.
std::string event_columns();

class EventRows {
 public:
  /// `identity` is ours, for observations that have none.
  EventRows(std::string_view identity, bool raw_messages)
      : identity_(identity), raw_messages_(raw_messages) {}

  void add(const model::Observation& observation, CopyRows& rows);

 private:
  void add_question(const model::Observation& observation, CopyRows& rows);
  void add_outcome(const model::Observation& observation, CopyRows& rows);
  void add_answers(const model::Observation& observation, CopyRows& rows);

  const std::string identity_;
  const bool raw_messages_;
  std::string name_;
  std::vector<IpAddress> addresses_;
};

}  // namespace weir::flow::postgresql
