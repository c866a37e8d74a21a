// A dnstap stream: what came as a dnstap frame is that frame again, octet for octet.
#include <memory>
#include <string>

#include "flow/encoder.h"
#include "flow/wire/dnstap_observation.h"
#include "proto/dnstap/frames.h"

namespace weir::flow {
namespace {

class Dnstap final : public Encoder {
 public:
  Dnstap(std::string_view identity, std::string_view version)
      : identity_(identity), version_(version) {}

  bool is_text() const override { return false; }
  void head(std::string& out) override {
    out += as_text(dnstap::control_frame(dnstap::ControlType::kStart));
  }
  void tail(std::string& out) override {
    out += as_text(dnstap::control_frame(dnstap::ControlType::kStop));
  }
  void encode(const model::Observation& observation, std::string& out) override {
    payload_.clear();
    if (!append_dnstap(observation, identity_, version_, payload_)) return;
    const auto header = dnstap::data_frame_header(static_cast<uint32_t>(payload_.size()));
    out += as_text(header);
    out += as_text(payload_);
  }

 private:
  const std::string identity_;
  const std::string version_;
  Octets payload_;
};

}  // namespace

std::unique_ptr<Encoder> make_dnstap_encoder(std::string_view identity, std::string_view version) {
  return std::make_unique<Dnstap>(identity, version);
}

}  // namespace weir::flow
