// The body of a PutRecords request, within the limits of Kinesis, and what its answer says of each
// record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weir::flow::kinesis {

/// Of one request: records, and octets of data and keys.
inline constexpr size_t kMostRecords = 500;
inline constexpr size_t kMostOctets = 5 << 20;
/// Of one record: data and key.
inline constexpr size_t kMostRecordOctets = 1 << 20;
inline constexpr size_t kMostKeyOctets = 256;

struct Record {
  std::string key;
  std::string data;
  size_t octets() const { return key.size() + data.size(); }
};

/// `{"StreamName":…,"Records":[{"Data":…,"PartitionKey":…},…]}`, data in base64.
std::string put_records_body(std::string_view stream, const std::vector<Record>& records);

/// What became of a request, by its answer.
struct Answer {
  std::vector<size_t> failed;  // places of records to send again, in order
  uint64_t throttled = 0;      // of those
  std::string what;            // of the first
};
/// Nothing when the octets are no answer to `count` records.
std::optional<Answer> parse_answer(std::string_view body, size_t count);
/// `ResourceNotFoundException: Stream dns under account … not found`, of an error's body.
std::string parse_error(std::string_view body);

}  // namespace weir::flow::kinesis
