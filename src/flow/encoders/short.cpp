// The short line that users of dnstap know from `dnstap -q`:
// time-of-day kind address protocol length "name" class type
#include <array>
#include <memory>
#include <string>

#include "flow/encoder.h"
#include "flow/text.h"
#include "proto/dns/types.h"

namespace weir::flow {
namespace {

constexpr std::array<std::string_view, 15> kKinds = {"--", "AQ", "AR", "RQ", "RR", "CQ", "CR", "FQ",
                                                     "FR", "SQ", "SR", "TQ", "TR", "UQ", "UR"};

/// Of one who serves, whom it serves; of one who asks, whom it asks.
const std::optional<Endpoint>& other_side(const model::Observation& observation) {
  switch (observation.type) {
    case model::MessageType::kAuthQuery:
    case model::MessageType::kAuthResponse:
    case model::MessageType::kClientQuery:
    case model::MessageType::kClientResponse: return observation.query_endpoint;
    default: return observation.response_endpoint;
  }
}

class Short final : public Encoder {
 public:
  void encode(const model::Observation& observation, std::string& out) override {
    time_of_day(observation, out);
    out += kKinds[static_cast<size_t>(observation.type) % kKinds.size()];
    out.push_back(' ');
    if (const auto& side = other_side(observation); side) {
      append_address(out, side->address);
    } else {
      out.push_back('-');
    }
    out.push_back(' ');
    out += model::to_text(observation.protocol);
    out.push_back(' ');
    append_number(out, observation.message().size());
    out.push_back('b');
    if (!observation.qname.empty()) question(observation, out);
    out.push_back('\n');
  }

 private:
  /// `12:26:40.123456`, cut out of `2020-09-13T12:26:40.123456789Z`.
  void time_of_day(const model::Observation& observation, std::string& out) {
    scratch_.clear();
    append_time(scratch_, observation.time());
    out.append(scratch_, 11, 15);
    out.push_back(' ');
  }

  void question(const model::Observation& observation, std::string& out) {
    scratch_.clear();
    append_name(scratch_, observation.qname);
    if (scratch_ != ".") scratch_.push_back('.');
    out += " \"";
    append_json_escaped(out, scratch_);
    out += "\" ";
    out += dns::to_text(observation.qclass);
    out.push_back(' ');
    out += dns::to_text(observation.qtype);
  }

  std::string scratch_;
};

}  // namespace

std::unique_ptr<Encoder> make_short_encoder() { return std::make_unique<Short>(); }

}  // namespace weir::flow
