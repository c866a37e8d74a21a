// Messages of packets become observations: who asked whom, when, and which answer belongs to it.
#include "flow/wire/captured.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/packets.h"
#include "proto/pcap/link_type.h"

namespace weir::flow {
namespace {

struct CountingTap final : model::Tap {
  void record(const model::Observation& observation) noexcept override {
    ++recorded;
    latency = observation.latency();
    type = observation.type;
  }
  void flush() noexcept override {}
  int recorded = 0;
  std::optional<Duration> latency;
  model::MessageType type{};
};

const Endpoint kClient = kit::endpoint("192.0.2.1:4000"), kServer = kit::endpoint("192.0.2.53:53");
const WallTime kStart = wall_time(1'700'000'000'000'000'000);

class Captured : public ::testing::Test {
 protected:
  void see(Bytes frame, WallTime time, bool timed = true) {
    for (const packet::Message& message :
         extractor_.add(pcap::kLinkEthernet, frame, static_cast<uint32_t>(frame.size()), time)) {
      seen_.observation = {};
      describe_travel(message, extractor_, model::SourceKind::kCapture, timed, seen_.observation);
      look_into(seen_);
      recorder_.record(seen_);
    }
  }
  packet::Extractor extractor_{{}};
  CountingTap tap_;
  CapturedRecorder recorder_{5s, 1024, tap_};
  Seen seen_;
};

TEST_F(Captured, a_response_has_the_time_of_its_query) {
  see(kit::udp_frame(kClient, kServer, kit::dns_message(7, "www")), kStart);
  EXPECT_EQ(tap_.type, model::MessageType::kClientQuery);
  see(kit::udp_frame(kServer, kClient, kit::dns_message(7, "www", 0x8180)), kStart + 3ms);
  EXPECT_EQ(tap_.type, model::MessageType::kClientResponse);
  EXPECT_EQ(tap_.latency, Duration(3ms));
  EXPECT_EQ(seen_.observation.query_endpoint, kClient);
  EXPECT_EQ(seen_.observation.response_endpoint, kServer);
  EXPECT_EQ(recorder_.pairing().paired(), 1u);
}

TEST_F(Captured, without_times_nothing_is_paired) {
  see(kit::udp_frame(kClient, kServer, kit::dns_message(7, "www")), kStart, false);
  see(kit::udp_frame(kServer, kClient, kit::dns_message(7, "www", 0x8180)), kStart, false);
  EXPECT_EQ(tap_.recorded, 2);
  EXPECT_EQ(recorder_.pairing().paired(), 0u);
}

TEST_F(Captured, a_message_too_short_for_a_qr_bit_goes_by_its_ports) {
  see(kit::udp_frame(kClient, kServer, Octets(2)), kStart);
  EXPECT_EQ(tap_.type, model::MessageType::kClientQuery);
  see(kit::udp_frame(kServer, kClient, Octets(2)), kStart);
  EXPECT_EQ(tap_.type, model::MessageType::kClientResponse);
  EXPECT_EQ(recorder_.malformed(), 2u);
}

TEST_F(Captured, reasons_name_what_gave_nothing_and_leave_out_zeros) {
  see(kit::udp_frame(kClient, kServer, kit::dns_message(7, "www")), kStart);
  see(kit::udp_frame(kServer, kClient, kit::dns_message(8, "www", 0x8180)), kStart);
  see(kit::udp_frame(kClient, kit::endpoint("192.0.2.53:54"), kit::dns_message(9, "www")), kStart);
  Reasons reasons;
  add_reasons(extractor_, reasons);
  add_reasons(recorder_.pairing(), reasons);
  using ::testing::Pair;
  EXPECT_THAT(reasons,
              ::testing::ElementsAre(Pair("other_port", 1), Pair("responses_without_query", 1),
                                     Pair("queries_without_response", 1)));
}

}  // namespace
}  // namespace weir::flow
