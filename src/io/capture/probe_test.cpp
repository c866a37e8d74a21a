// Both probes on the loopback interface of a namespace of the test's own.
#include "io/capture/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "io/capture/rights.h"
#include "kit/lone_network.h"
#include "kit/packets.h"
#include "proto/pcap/link_type.h"

namespace weir::io {
namespace {

struct Taken final : FrameTaker {
  void take(const Frame& frame) override {
    octets.emplace_back(frame.octets.begin(), frame.octets.end());
    last = frame;
  }
  std::vector<Octets> octets;
  Frame last;
};

/// Drains until `count` frames came, or for ten seconds.
void await(Probe& probe, Taken& taken, size_t count) {
  for (int i = 0; i < 1000 && taken.octets.size() < count; ++i) {
    pollfd ready{probe.fd(), POLLIN, 0};
    ::poll(&ready, 1, 10);
    probe.drain(1000, taken);
  }
}

class Probes : public ::testing::TestWithParam<CaptureMethod> {
 protected:
  /// Calls `work` with a probe on loopback, in a namespace of its own.
  void with_probe(const CaptureOptions& options, const std::function<void(Probe&)>& work) {
    const SystemClock clock;
    std::string skip;
    const bool made = kit::in_lone_network([&] {
      std::string refusal;
      auto probe = make_probe(GetParam(), options, clock, refusal);
      if (!probe) return void(skip = probe.error().what);
      const auto lo = Interfaces::open()->find("lo");
      const auto how = (*probe)->attach(*lo);
      if (!how) return void(skip = how.error().what);
      work(**probe);
    });
    if (!made) GTEST_SKIP() << "no network namespace: needs CAP_SYS_ADMIN";
    if (!skip.empty()) GTEST_SKIP() << skip;
  }
};

INSTANTIATE_TEST_SUITE_P(, Probes, ::testing::Values(CaptureMethod::kEbpf, CaptureMethod::kPacket),
                         [](const auto& method) {
                           return std::string(method.param == CaptureMethod::kEbpf ? "ebpf"
                                                                                   : "packet");
                         });

TEST_P(Probes, K09_hand_over_frames_as_they_were_sent_with_the_kernels_time) {
  with_probe({}, [](Probe& probe) {
    const SystemClock clock;
    const WallTime before = clock.wall_now();
    const Octets message = kit::dns_message(7, "www");
    kit::send_datagram(53, message);
    Taken taken;
    await(probe, taken, 1);
    ASSERT_EQ(taken.octets.size(), 1u) << "once, not on its way out and in";
    const Octets& frame = taken.octets[0];
    ASSERT_EQ(frame.size(), 14u + 20 + 8 + message.size());
    EXPECT_TRUE(std::equal(message.begin(), message.end(), frame.begin() + 42));
    EXPECT_EQ(taken.last.original_size, frame.size());
    EXPECT_EQ(taken.last.link_type, pcap::kLinkEthernet);
    EXPECT_GE(taken.last.time, before - 1ms);
    EXPECT_LE(taken.last.time, clock.wall_now() + 1ms);
  });
}

TEST_P(Probes, count_what_they_do_not_take_by_reason) {
  with_probe({.responses_only = true}, [](Probe& probe) {
    kit::send_datagram(54, kit::dns_message(7, "www"));
    kit::send_datagram(53, kit::dns_message(7, "www"));
    kit::send_datagram(53, kit::dns_message(7, "www", 0x8180));
    Taken taken;
    await(probe, taken, 1);
    EXPECT_EQ(taken.octets.size(), 1u);
    EXPECT_EQ(probe.counts()[Fate::kTaken], 1u);
    EXPECT_EQ(probe.counts()[Fate::kQuery], 1u);
    if (GetParam() == CaptureMethod::kPacket) return;  // whose filter counts nothing
    EXPECT_EQ(probe.counts()[Fate::kOtherPort], 1u);
    EXPECT_EQ(probe.counts()[Fate::kOtherProtocol], 3u) << "port unreachable, for each";
  });
}

TEST_P(Probes, snap_what_is_longer_and_say_how_long_it_was) {
  with_probe({.snap_octets = 100}, [](Probe& probe) {
    kit::send_datagram(53, kit::large_message(7, "www", 1000));
    Taken taken;
    await(probe, taken, 1);
    ASSERT_EQ(taken.octets.size(), 1u);
    EXPECT_EQ(taken.octets[0].size(), 100u);
    EXPECT_GT(taken.last.original_size, 1000u);
  });
}

TEST_P(Probes, take_frames_of_every_size) {
  with_probe({}, [](Probe& probe) {
    const std::vector<size_t> sizes = {1,   62,   63,   190,  191,  446,   447,  958,
                                       959, 2006, 2007, 8150, 8151, 30000, 65000};
    for (const size_t size : sizes) kit::send_datagram(53, Octets(size, 1));
    Taken taken;
    await(probe, taken, sizes.size());
    ASSERT_EQ(taken.octets.size(), sizes.size());
    for (size_t i = 0; i < sizes.size(); ++i) EXPECT_EQ(taken.octets[i].size(), 42 + sizes[i]);
  });
}

TEST_P(Probes, K10_count_what_a_full_ring_has_no_room_for) {
  with_probe({.ring_octets = 1 << 18}, [](Probe& probe) {
    constexpr size_t kSent = 4000;
    for (size_t i = 0; i < kSent; ++i) kit::send_datagram(53, Octets(1000, 1));
    Taken taken;
    FateCounts counts;
    for (int i = 0; i < 1000 && counts[Fate::kTaken] + counts[Fate::kRingFull] < kSent; ++i) {
      pollfd ready{probe.fd(), POLLIN, 0};
      ::poll(&ready, 1, 10);
      probe.drain(1000, taken);
      counts = probe.counts();
    }
    EXPECT_GT(counts[Fate::kRingFull], 0u);
    EXPECT_EQ(counts[Fate::kTaken], taken.octets.size());
    EXPECT_EQ(counts[Fate::kTaken] + counts[Fate::kRingFull], kSent);
  });
}

TEST(Probe, a_thread_without_rights_is_told_which_it_needs) {
  const SystemClock clock;
  std::string refusal, packet;
  std::thread([&] {
    lower_rights({});
    const auto ebpf = make_probe(CaptureMethod::kEbpf, {}, clock, refusal);
    refusal = ebpf ? "" : ebpf.error().what;
    std::string unused;
    const auto probe = make_probe(CaptureMethod::kPacket, {}, clock, unused);
    const auto how = (*probe)->attach(*Interfaces::open()->find("lo"));
    packet = how ? "" : how.error().what;
  }).join();
#ifdef WEIR_EBPF
  EXPECT_THAT(refusal, ::testing::HasSubstr("setcap cap_bpf,cap_net_admin=ep"));
#else
  EXPECT_NE(refusal, "");
#endif
  EXPECT_THAT(packet, ::testing::HasSubstr("setcap cap_net_raw=ep"));
}

}  // namespace
}  // namespace weir::io
