// JSON out by hand, JSON in by simdjson.
#include "flow/sinks/kinesis/records.h"

#include <simdjson.h>

#include "flow/text.h"

namespace weir::flow::kinesis {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void append_base64(std::string& out, std::string_view octets) {
  for (size_t i = 0; i < octets.size(); i += 3) {
    const size_t left = std::min<size_t>(3, octets.size() - i);
    uint32_t word = 0;
    for (size_t k = 0; k < 3; ++k)
      word = word << 8 | (k < left ? static_cast<uint8_t>(octets[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) out += k <= left ? kDigits[word >> (18 - 6 * k) & 63] : '=';
  }
}

std::string_view text_of(simdjson::dom::element from, std::string_view key) {
  std::string_view text;
  if (from[key].get(text) != simdjson::SUCCESS) return {};
  return text;
}

}  // namespace

std::string put_records_body(std::string_view stream, const std::vector<Record>& records) {
  std::string body = "{\"StreamName\":\"";
  append_json_escaped(body, stream);
  body += "\",\"Records\":[";
  for (const Record& record : records) {
    if (body.back() == '}') body += ',';
    body += "{\"Data\":\"";
    append_base64(body, record.data);
    body += "\",\"PartitionKey\":\"";
    append_json_escaped(body, record.key);
    body += "\"}";
  }
  return body + "]}";
}

std::optional<Answer> parse_answer(std::string_view body, size_t count) {
  simdjson::dom::parser parser;
  simdjson::dom::array records;
  if (parser.parse(body.data(), body.size())["Records"].get(records) != simdjson::SUCCESS ||
      records.size() != count)
    return std::nullopt;
  Answer answer;
  size_t place = 0;
  for (const simdjson::dom::element record : records) {
    const std::string_view code = text_of(record, "ErrorCode");
    if (!code.empty()) {
      answer.failed.push_back(place);
      if (code == "ProvisionedThroughputExceededException") ++answer.throttled;
      if (answer.what.empty()) answer.what = code;
    }
    ++place;
  }
  return answer;
}

std::string parse_error(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::element error;
  if (parser.parse(body.data(), body.size()).get(error) != simdjson::SUCCESS)
    return std::string(body.substr(0, 200));
  std::string_view type = text_of(error, "__type");
  if (const size_t mark = type.find('#'); mark != type.npos) type.remove_prefix(mark + 1);
  std::string_view message = text_of(error, "message");
  if (message.empty()) message = text_of(error, "Message");
  std::string text(type);
  if (!message.empty()) (text += ": ") += message;
  return text;
}

}  // namespace weir::flow::kinesis
