// A capture file of what was seen: each message in an IP packet of its own, clear, between the ends
// that the observation names. Encrypted transports are written as UDP, at their ports, which is how
// collectors of dnstap export them.
#include <algorithm>
#include <memory>
#include <string>

#include "flow/encoder.h"
#include "proto/packet/compose.h"
#include "proto/pcap/link_type.h"
#include "proto/pcap/writer.h"

namespace weir::flow {
namespace {

class Pcap final : public Encoder {
 public:
  bool is_text() const override { return false; }

  void head(std::string& out) override {
    record_.clear();
    pcap::append_file_header(record_, pcap::kLinkRaw);
    out += as_text(record_);
  }

  void encode(const model::Observation& observation, std::string& out) override {
    record_.clear();
    const bool response = model::is_response(observation.type);
    Endpoint asking = observation.query_endpoint.value_or(Endpoint{});
    Endpoint answering = observation.response_endpoint.value_or(Endpoint{});
    fill_in(asking, answering, observation.query_endpoint.has_value());
    const Endpoint& from = response ? answering : asking;
    const Endpoint& to = response ? asking : answering;
    const Bytes message = observation.message();
    const bool large = message.size() > packet::kMaxUdpPayload;
    if (observation.protocol == model::Protocol::kTcp || large)
      segments(from, to, message, observation.time());
    else
      datagram(from, to, message, observation.time());
    out += as_text(record_);
  }

 private:
  /// An end that is not known is the unspecified address of the other's family; so is one of
  /// another family, which no packet can have.
  static void fill_in(Endpoint& asking, Endpoint& answering, bool asking_known) {
    if (asking.address.is_v6() == answering.address.is_v6()) return;
    Endpoint& wrong = asking_known ? answering : asking;
    const Endpoint& right = asking_known ? asking : answering;
    constexpr std::array<uint8_t, 16> kUnspecified{};
    wrong.address = right.address.is_v6() ? IpAddress::v6(kUnspecified.data())
                                          : IpAddress::v4(kUnspecified.data());
  }

  void datagram(const Endpoint& from, const Endpoint& to, Bytes message, WallTime time) {
    packet_.clear();
    packet::append_udp_packet(packet_, from, to, message);
    pcap::append_record(record_, time, packet_, static_cast<uint32_t>(packet_.size()));
  }

  /// With its length in front, in as many segments as it takes. The stream that they belong to is
  /// the file's own, so that no segment looks like one that was sent again.
  void segments(const Endpoint& from, const Endpoint& to, Bytes message, WallTime time) {
    Octets framed(2);
    store_u16(framed.data(), static_cast<uint16_t>(message.size()));
    framed.insert(framed.end(), message.begin(), message.end());
    for (size_t at = 0; at < framed.size();) {
      const size_t size = std::min(framed.size() - at, packet::kMaxTcpPayload);
      packet_.clear();
      packet::append_tcp_packet(packet_, from, to, sequence_, Bytes(framed).subspan(at, size));
      pcap::append_record(record_, time, packet_, static_cast<uint32_t>(packet_.size()));
      sequence_ += static_cast<uint32_t>(size);
      at += size;
    }
  }

  Octets record_;
  Octets packet_;
  uint32_t sequence_ = 1;
};

}  // namespace

std::unique_ptr<Encoder> make_pcap_encoder() { return std::make_unique<Pcap>(); }

}  // namespace weir::flow
