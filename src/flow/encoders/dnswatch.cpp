// One JSON object of texts a line, as DNSWatch's resolver ships them: who asked what, and what
// became of it. A line stands for a look-up, so what else is seen has none; and what came in as
// such a line goes out as it came.
#include <memory>
#include <string>

#include "flow/encoder.h"
#include "flow/encoders/json_writer.h"
#include "proto/dns/message.h"
#include "proto/dns/types.h"

namespace weir::flow {
namespace {

/// `YYYY-MM-DD HH:MM:SS`, in UTC.
constexpr size_t kDate = 10;
constexpr size_t kTimeOfDay = 8;

class Dnswatch final : public Encoder {
 public:
  void encode(const model::Observation& observation, std::string& out) override {
    if (!is_lookup(observation)) return;
    line_.clear();
    line_.room(kRun);
    line_.put("{\"timestamp\":\"");
    time(observation);
    line_.put("\",\"client_ip\":\"");
    if (observation.query_endpoint) line_.address(observation.query_endpoint->address);
    line_.put("\",\"query\":\"");
    line_.name(observation.qname, JsonWriter::Dot::kFinal);
    line_.put("\",\"type\":\"");
    if (const auto type = static_cast<unsigned>(observation.qtype); type != 0)
      line_.number(type);
    else
      line_.put("UNKNOWN");
    const bool blocked = observation.answer_source == model::AnswerSource::kPolicy;
    line_.room(kRun);
    line_.put("\",\"action\":\"");
    line_.put(blocked ? "block" : "allow");
    response(observation, blocked);
    line_.put("\"}\n");
    out += line_.text();
  }

 private:
  static constexpr size_t kRun = 256;

  static bool is_lookup(const model::Observation& observation) {
    return observation.type == model::MessageType::kClientResponse ||
           observation.type == model::MessageType::kAuthResponse || came_as_line(observation);
  }
  static bool came_as_line(const model::Observation& observation) {
    return observation.source == model::SourceKind::kJson &&
           observation.type == model::MessageType::kClientQuery;
  }

  /// When it was asked.
  void time(const model::Observation& observation) {
    char text[kTimeText];
    put_time(text, observation.query_time.value_or(observation.time()));
    line_.put(std::string_view(text, kDate));
    line_.put(' ');
    line_.put(std::string_view(text + kDate + 1, kTimeOfDay));
  }

  void response(const model::Observation& observation, bool blocked) {
    if (came_as_line(observation)) {
      if (observation.dnstap == nullptr || observation.dnstap->extra.empty()) return;
      line_.put("\",\"response\":\"");
      return line_.escaped(as_text(observation.dnstap->extra));
    }
    const auto message = dns::Message::parse_prefix(observation.message());
    if (!blocked || !message) return;
    for (const dns::Record& record : message->answers()) {
      if (record.type != dns::Type::kCname) continue;
      const dns::NameView target(record.message, record.rdata_offset);
      line_.put("\",\"response\":\"Redirected to ");
      return line_.name(target.expand().wire(), JsonWriter::Dot::kFinal);
    }
  }

  JsonWriter line_;
};

}  // namespace

std::unique_ptr<Encoder> make_dnswatch_encoder() { return std::make_unique<Dnswatch>(); }

}  // namespace weir::flow
