// The whole source on the loopback interface of a network namespace of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "flow/settings.h"
#include "flow/source.h"
#include "kit/lone_network.h"
#include "kit/packets.h"

namespace weir::flow {

Result<std::unique_ptr<Source>> make_capture_source(const CaptureSourceSettings& settings,
                                                    SourceContext context);

namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

struct CountingTap final : model::Tap {
  void record(const model::Observation& observation) noexcept override {
    if (observation.latency()) ++paired;
    ++recorded;
  }
  void lose(uint64_t count) noexcept override { lost += count; }
  void flush() noexcept override {}
  std::atomic<uint64_t> recorded{0}, paired{0}, lost{0};
};

CaptureSourceSettings settings_of(io::CaptureMethod method) {
  CaptureSourceSettings settings;
  settings.name = "wire";
  settings.interfaces = {"lo"};
  settings.method = method;
  return settings;
}

bool await(const std::function<bool()>& happened) {
  const SystemClock clock;
  const Instant deadline = clock.now() + 10s;
  while (!happened() && clock.now() < deadline) std::this_thread::yield();
  return happened();
}

class CaptureSource : public ::testing::TestWithParam<io::CaptureMethod> {
 protected:
  void with_source(const CaptureSourceSettings& settings,
                   const std::function<void(Source&)>& work) {
    std::string skip;
    const bool made = kit::in_lone_network([&] {
      auto source = make_capture_source(
          settings, {"wire", [this]() -> model::Tap& { return tap_; }, registry_, clock_});
      if (!source) return void(skip = source.error().what);
      (*source)->start();
      work(**source);
      (*source)->stop();
    });
    if (!made) GTEST_SKIP() << "no network namespace: needs CAP_SYS_ADMIN";
    if (!skip.empty()) GTEST_SKIP() << skip;
  }
  const SystemClock clock_;
  metrics::Registry registry_;
  CountingTap tap_;
};

INSTANTIATE_TEST_SUITE_P(, CaptureSource,
                         ::testing::Values(io::CaptureMethod::kEbpf, io::CaptureMethod::kPacket),
                         [](const auto& method) {
                           return std::string(method.param == io::CaptureMethod::kEbpf ? "ebpf"
                                                                                       : "packet");
                         });

TEST_P(CaptureSource, records_what_passes_until_it_is_stopped) {
  with_source(settings_of(GetParam()), [this](Source& source) {
    for (uint16_t id = 0; id < 100; ++id) kit::send_datagram(53, kit::dns_message(id, "www"));
    source.stop();  // what was sent before is recorded, awaited or not
    EXPECT_EQ(tap_.recorded, 100u);
    kit::send_datagram(53, kit::dns_message(1, "www"));
    EXPECT_EQ(tap_.recorded, 100u);
    EXPECT_THAT(source.summary(), Contains(HasSubstr("100 messages, 0 malformed, 0 paired")));
    EXPECT_THAT(registry_.expose(),
                HasSubstr("weir_capture_messages_total{source=\"wire\"} 100\n"));
  });
}

TEST_P(CaptureSource, complains_while_the_interface_is_down) {
  with_source(settings_of(GetParam()), [](Source& source) {
    const auto set_flags = [](short flags) {
      const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM, 0));
      ifreq request{};
      request.ifr_name[0] = 'l';
      request.ifr_name[1] = 'o';
      request.ifr_flags = flags;
      return ::ioctl(fd.get(), SIOCSIFFLAGS, &request) == 0;
    };
    EXPECT_THAT(source.complaints(), ::testing::IsEmpty());
    ASSERT_TRUE(set_flags(0));
    EXPECT_TRUE(await([&] { return !source.complaints().empty(); }));
    EXPECT_THAT(source.complaints(), Contains("lo: it is down"));
    ASSERT_TRUE(set_flags(IFF_UP));
    EXPECT_TRUE(await([&] { return source.complaints().empty(); }));
  });
}

TEST_P(CaptureSource, waits_for_an_interface_unless_it_must_exist) {
  CaptureSourceSettings settings = settings_of(GetParam());
  settings.interfaces = {"lo", "weir-none"};
  with_source(settings, [](Source& source) {
    EXPECT_TRUE(await([&] { return !source.complaints().empty(); }));
    EXPECT_THAT(source.complaints(), Contains("weir-none: there is no such interface"));
  });
  settings.must_exist = true;
  const auto refused = make_capture_source(
      settings, {"wire", [this]() -> model::Tap& { return tap_; }, registry_, clock_});
  EXPECT_FALSE(refused);
}

}  // namespace
}  // namespace weir::flow
