// What a text for an output becomes, and what is said of wrong ones (rows E-04, E-05, D-47).
#include "producer/output.h"

#include <gmock/gmock.h>

namespace weir::producer {
namespace {

using testing::HasSubstr;

std::string fault_of(const std::string& output) {
  tap::Options options;
  options.output = output;
  auto target = target_of(options);
  return target ? "" : target.error().what;
}

template <typename Target>
Target made(tap::Options options, const std::string& output) {
  options.output = output;
  auto target = target_of(options);
  EXPECT_TRUE(target.ok()) << target.error().what;
  return std::get<Target>(*target);
}

TEST(Output, E02_a_path_is_a_file) {
  EXPECT_EQ(made<emit::FileTarget>({}, "/var/log/x").path, "/var/log/x");
  tap::Options options;
  options.file = {1 << 20, 1h, 3, 2s};
  const auto target = made<emit::FileTarget>(options, "file:x");
  EXPECT_EQ(target.rotate_octets, 1U << 20);
  EXPECT_EQ(target.rotate_age, 1h);
  EXPECT_EQ(target.keep, 3U);
  EXPECT_EQ(target.sync, emit::FileTarget::Sync::kInterval);
  EXPECT_EQ(target.sync_interval, 2s);
}

TEST(Output, E05_streams_have_defaults) {
  const auto target = made<emit::TcpTarget>({}, "tcp:192.0.2.1:6000");
  EXPECT_EQ(target.host, "192.0.2.1");
  EXPECT_EQ(target.port, 6000);
  EXPECT_TRUE(target.bidirectional);
  EXPECT_EQ(target.connect_timeout, 5s);
  EXPECT_EQ(target.handshake_timeout, 5s);
  const Backoff::Limits again = backoff_of(tap::Options().reconnect);
  EXPECT_EQ(again.first, 1s);
  EXPECT_EQ(again.most, 60s);
  EXPECT_FALSE(again.attempts);
  EXPECT_EQ(again.jitter_percent, 0U);
}

TEST(Output, D47_a_unix_socket_has_the_options_of_a_stream) {
  tap::Options options;
  options.bidirectional = false;
  options.connect_timeout = 1s;
  options.handshake_timeout = 2s;
  const auto target = made<emit::UnixTarget>(options, "unix:/run/x.sock");
  EXPECT_EQ(target.path, "/run/x.sock");
  EXPECT_FALSE(target.bidirectional);
  EXPECT_EQ(target.connect_timeout, 1s);
  EXPECT_EQ(target.handshake_timeout, 2s);
}

TEST(Output, hosts_are_names_or_addresses) {
  EXPECT_EQ(made<emit::TcpTarget>({}, "tcp:[2001:db8::1]:1").host, "2001:db8::1");
  tap::Options options;
  options.tls.subject_name = "other";
  options.tls.pins = {"abc"};
  const auto target = made<emit::TlsTarget>(options, "tls:collector.example:65535");
  EXPECT_EQ(target.host, "collector.example");
  EXPECT_EQ(target.port, 65535);
  EXPECT_EQ(target.subject_name, "other");
  EXPECT_EQ(target.pins, std::vector<std::string>{"abc"});
}

TEST(Output, E04_every_mistake_has_words_of_its_own) {
  EXPECT_THAT(fault_of(""), HasSubstr("output: \"\" is not"));
  EXPECT_THAT(fault_of("unix:"), HasSubstr("lacks a path"));
  EXPECT_THAT(fault_of("tcp::6000"), HasSubstr("lacks a host"));
  EXPECT_THAT(fault_of("tls:host"), HasSubstr("output: \"tls:host\" lacks a port"));
  for (const char* port : {"0", "65536", "-1", "53x"})
    EXPECT_THAT(fault_of(std::string("tcp:host:") + port), HasSubstr("between 1 and 65535"))
        << port;
}

TEST(Output, limits_that_make_no_sense_are_refused) {
  EXPECT_TRUE(check_limits({}).ok());
  const auto refused = [](auto spoil) {
    tap::Options options;
    spoil(options);
    return !check_limits(options).ok();
  };
  EXPECT_TRUE(refused([](tap::Options& o) { o.queue_octets = o.most_frame_octets; }));
  EXPECT_TRUE(refused([](tap::Options& o) { o.most_frame_octets = 0; }));
  EXPECT_TRUE(refused([](tap::Options& o) { o.most_threads = 0; }));
  EXPECT_TRUE(refused([](tap::Options& o) { o.flush_interval = 0s; }));
  EXPECT_TRUE(refused([](tap::Options& o) { o.block_for = -1s; }));
  EXPECT_TRUE(refused([](tap::Options& o) { o.handshake_timeout = 0s; }));
  EXPECT_TRUE(refused([](tap::Options& o) { o.reconnect.first = 0s; }));
  EXPECT_TRUE(refused([](tap::Options& o) { o.reconnect.most = 1ms; }));
  EXPECT_TRUE(refused([](tap::Options& o) { o.reconnect.jitter_percent = 101; }));
  EXPECT_TRUE(refused([](tap::Options& o) { o.identity.assign(2000, 'x'); }));
}

}  // namespace
}  // namespace weir::producer
