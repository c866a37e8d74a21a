// The kernel runs the filter on frames that are sent through a pair of Unix sockets.
#include "io/capture/coarse_filter.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/unique_fd.h"
#include "io/capture/selection.h"
#include "kit/packets.h"

namespace weir::io {
namespace {

/// How many octets of `frame` come through.
ssize_t through(Bytes frame, const std::vector<uint16_t>& ports, uint32_t snap = 65600,
                bool contacts = false) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends) != 0) return -2;
  const UniqueFd out(ends[0]), in(ends[1]);
  auto code = coarse_filter(ports, contacts, true, snap);
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  if (::setsockopt(in.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) != 0)
    return -3;
  static_cast<void>(::send(out.get(), frame.data(), frame.size(), 0));
  std::array<uint8_t, 4096> read;
  return ::recv(in.get(), read.data(), read.size(), 0);
}

const Endpoint kClient = kit::endpoint("192.0.2.1:4000"), kServer = kit::endpoint("192.0.2.53:53");
const Endpoint kClient6 = kit::endpoint("[2001:db8::1]:4000"),
               kServer6 = kit::endpoint("[2001:db8::53]:53");
const Octets kQuery = kit::dns_message(7, "www");

TEST(CoarseFilter, never_leaves_out_what_is_wanted) {
  const CaptureOptions options{.ports = {53, 5353}};
  const Selection selection(options);
  std::vector<Octets> frames = {
      kit::udp_frame(kClient, kServer, kQuery), kit::udp_frame(kServer6, kClient6, kQuery),
      kit::tcp_frame(kServer, kClient, 1, 2, {}), kit::tcp_frame(kClient6, kServer6, 1, 2, {}),
      kit::udp_frame(kClient, kit::endpoint("192.0.2.53:5353"), kQuery)};
  frames.push_back(kit::ethernet(Bytes(frames[0]).subspan(14), {1}));
  frames.push_back(kit::ethernet(Bytes(frames[1]).subspan(14), {1, 2}));
  for (const auto& [from, to] : {std::pair{kClient, kServer}, {kClient6, kServer6}})
    for (const Octets& part :
         kit::fragments(from.address, to.address, 17, kit::udp(1, 2, Octets(2000)), 1000, 9))
      frames.push_back(kit::ethernet(part));
  const Octets behind = kit::joined({Octets{17, 0, 5, 2, 0, 0, 1, 0}, kit::udp(1, 53, kQuery)});
  for (const uint8_t extension : {0, 60})
    frames.push_back(
        kit::ethernet(kit::ipv6(kClient6.address, kServer6.address, extension, behind)));
  for (const Octets& frame : frames) {
    ASSERT_EQ(selection.of_frame(frame, true), Fate::kTaken);
    EXPECT_EQ(through(frame, options.ports), static_cast<ssize_t>(frame.size()));
  }
}

TEST(CoarseFilter, N17_openings_of_connections_pass_when_they_are_wanted) {
  const auto passes = [](const Octets& frame, bool contacts = true) {
    return through(frame, {53}, 65600, contacts) == static_cast<ssize_t>(frame.size());
  };
  const Octets initial(1200, 0xc3), short_header(1200, 0x43);
  for (const auto& [from, to] : {std::pair{kClient, kServer}, {kClient6, kServer6}})
    for (const uint16_t port : {443, 853}) {
      const Endpoint server{to.address, port};
      EXPECT_TRUE(passes(kit::tcp_frame(from, server, 1, 0x02, {})));
      EXPECT_TRUE(passes(kit::udp_frame(from, server, initial)));
      EXPECT_FALSE(passes(kit::tcp_frame(from, server, 1, 0x02, {}), false));
      EXPECT_FALSE(passes(kit::tcp_frame(from, server, 1, 0x10, Octets(400))));
      EXPECT_FALSE(passes(kit::udp_frame(from, server, short_header)));
      EXPECT_FALSE(passes(kit::tcp_frame(server, from, 1, 0x12, {})));
      EXPECT_FALSE(passes(kit::udp_frame(from, {to.address, 8443}, initial)));
    }
  EXPECT_TRUE(passes(kit::udp_frame(kClient, kServer, kQuery)));
}

TEST(CoarseFilter, leaves_out_most_of_the_rest) {
  const Endpoint other = kit::endpoint("192.0.2.53:54"), other6 = kit::endpoint("[2001:db8::1]:54");
  for (const Octets& frame :
       {kit::udp_frame(kClient, other, kQuery), kit::tcp_frame(kClient6, other6, 1, 2, kQuery),
        kit::ethernet(kit::ipv4(kClient.address, kServer.address, 1, kQuery)),
        kit::ethernet(kit::ipv6(kClient6.address, kServer6.address, 58, kQuery)),
        kit::ethernet(kit::ipv6(kClient6.address, kServer6.address, 0, Octets(40, 58))),
        Octets(60, 8)})
    EXPECT_EQ(through(frame, {53}), -1);
}

TEST(CoarseFilter, cuts_at_the_snap_length_and_takes_all_when_there_are_too_many_ports) {
  EXPECT_EQ(through(kit::udp_frame(kClient, kServer, kQuery), {53}, 50), 50);
  std::vector<uint16_t> ports;
  for (uint16_t port = 1000; port < 1032; ++port) ports.push_back(port);
  EXPECT_EQ(through(kit::udp_frame(kClient, kServer, kQuery), ports), -1);
  ports.push_back(1032);
  EXPECT_GT(through(kit::udp_frame(kClient, kServer, kQuery), ports), 0);
}

}  // namespace
}  // namespace weir::io
