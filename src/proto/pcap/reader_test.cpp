// Capture files of both formats, both byte orders, cut at every length, and damaged.
#include "proto/pcap/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "proto/pcap/link_type.h"
#include "proto/pcap/time.h"

namespace weir::pcap {
namespace {

/// Numbers in either byte order.
class Script {
 public:
  explicit Script(bool big) : big_(big) {}
  Script& u16(uint16_t value) {
    for (int i = 0; i < 2; ++i) octets.push_back(octet(value, i, 2));
    return *this;
  }
  Script& u32(uint32_t value) {
    for (int i = 0; i < 4; ++i) octets.push_back(octet(value, i, 4));
    return *this;
  }
  Script& u64(uint64_t value) {
    for (int i = 0; i < 8; ++i) octets.push_back(octet(value, i, 8));
    return *this;
  }
  Script& text(std::string_view value) {
    octets.insert(octets.end(), value.begin(), value.end());
    return *this;
  }
  Script& pad() {
    while (octets.size() % 4 != 0) octets.push_back(0);
    return *this;
  }
  Script& file(uint32_t magic, uint32_t link_type) {
    return u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(link_type);
  }
  Script& record(uint32_t seconds, uint32_t fraction, std::string_view data) {
    const auto size = static_cast<uint32_t>(data.size());
    return u32(seconds).u32(fraction).u32(size).u32(size).text(data);
  }
  Script& block(uint32_t type, Script body) {
    const auto size = static_cast<uint32_t>(body.pad().octets.size() + 12);
    return u32(type).u32(size).text(as_text(body.octets)).u32(size);
  }
  Script body() const { return Script(big_); }
  Script& section() {
    return block(0x0a0d0d0a, body().u32(0x1a2b3c4d).u16(1).u16(0).u64(~uint64_t{0}));
  }
  Script& interface(uint16_t link_type, uint32_t snap, Script options) {
    return block(1, body().u16(link_type).u16(0).u32(snap).text(as_text(options.octets)));
  }
  Script& interface(uint16_t link_type) { return interface(link_type, 0, body()); }
  Script& enhanced(uint32_t interface, uint64_t time, std::string_view data) {
    const auto size = static_cast<uint32_t>(data.size());
    return block(6, body()
                        .u32(interface)
                        .u32(static_cast<uint32_t>(time >> 32))
                        .u32(static_cast<uint32_t>(time))
                        .u32(size)
                        .u32(size)
                        .text(data));
  }
  Octets octets;

 private:
  uint8_t octet(uint64_t value, int i, int count) const {
    return static_cast<uint8_t>(value >> 8 * (big_ ? count - 1 - i : i));
  }
  bool big_;
};

struct Got {
  std::vector<std::string> data;
  std::vector<std::optional<WallTime>> times;
  std::vector<uint32_t> link_types;
  std::vector<uint64_t> ends;  // offset after each packet
  Trouble trouble = Trouble::kNone;
  size_t left = 0;  // octets of a record that was cut
  uint64_t orphans = 0;
  uint64_t other_blocks = 0;
};

/// Reads everything; `grain` > 0 shows the octets in windows that grow by so many at a time.
Got read_all(Bytes file, size_t grain = 0) {
  Got got;
  Reader reader;
  size_t at = 0, shown = grain == 0 ? file.size() : 0;
  for (;;) {
    Packet packet;
    const Step step = reader.next(file.subspan(at, shown - at), packet);
    at += step.consumed;
    EXPECT_EQ(reader.offset(), at);
    if (step.kind == Step::Kind::kPacket) {
      got.data.emplace_back(as_text(packet.octets));
      got.times.push_back(packet.time);
      got.link_types.push_back(packet.link_type);
      got.ends.push_back(at);
    } else if (step.kind == Step::Kind::kMore && shown < file.size()) {
      EXPECT_GT(step.wanted, shown - at);
      shown = std::min(file.size(), shown + grain);
    } else {
      got.trouble = step.trouble;
      got.left = step.kind == Step::Kind::kMore ? file.size() - at : 0;
      break;
    }
  }
  got.orphans = reader.orphans();
  got.other_blocks = reader.other_blocks();
  return got;
}

Octets small_pcap(bool big) {
  return Script(big)
      .file(0xa1b2c3d4, 1)
      .record(1, 5, "first")
      .record(2, 999999, "")
      .record(3, 0, "third")
      .octets;
}
Octets small_pcapng(bool big) {
  return Script(big)
      .section()
      .interface(kLinkEthernet)
      .enhanced(0, 1'000'005, "first")
      .block(4, Script(big).text("names"))
      .enhanced(0, 2'999'999, "")
      .enhanced(0, 3'000'000, "third")
      .octets;
}

TEST(PcapReader, reads_both_byte_orders_and_both_resolutions) {
  for (const bool big : {false, true}) {
    const Got micro = read_all(small_pcap(big));
    EXPECT_EQ(micro.data, (std::vector<std::string>{"first", "", "third"}));
    EXPECT_EQ(micro.times[0], wall_time(1'000'005'000));
    EXPECT_EQ(micro.times[1], wall_time(2'999'999'000));
    EXPECT_EQ(micro.trouble, Trouble::kNone);
    EXPECT_EQ(micro.left, 0u);
    const Octets file = Script(big).file(0xa1b23c4d, 0xf0000000 | 101).record(1, 5, "x").octets;
    const Got nano = read_all(file);
    EXPECT_EQ(nano.times.at(0), wall_time(1'000'000'005));
    EXPECT_EQ(nano.link_types.at(0), 101u);
  }
}

TEST(PcapReader, reads_pcapng_in_both_byte_orders) {
  for (const bool big : {false, true}) {
    const Got got = read_all(small_pcapng(big));
    EXPECT_EQ(got.data, (std::vector<std::string>{"first", "", "third"}));
    EXPECT_EQ(got.times[0], wall_time(1'000'005'000));
    EXPECT_EQ(got.other_blocks, 1u);
    EXPECT_EQ(got.left, 0u);
  }
}

TEST(PcapReader, gives_the_same_however_the_octets_are_shown) {
  for (const Octets& file :
       {small_pcap(false), small_pcap(true), small_pcapng(false), small_pcapng(true)}) {
    const Got whole = read_all(file);
    for (size_t grain = 1; grain < 40; ++grain) {
      const Got pieces = read_all(file, grain);
      EXPECT_EQ(pieces.data, whole.data) << grain;
      EXPECT_EQ(pieces.times, whole.times) << grain;
    }
  }
}

/// Where a record or block of the small files may end.
std::vector<size_t> boundaries(const std::string& format) {
  if (format == "pcap") return {0, 24, 24 + 21, 24 + 21 + 16, 24 + 21 + 16 + 21};
  return {0, 28, 48, 48 + 40, 48 + 40 + 20, 48 + 40 + 20 + 32, 48 + 40 + 20 + 32 + 40};
}

TEST(PcapReader, a_file_cut_anywhere_gives_what_it_has_and_says_so) {
  for (const bool big : {false, true}) {
    for (const std::string format : {"pcap", "pcapng"}) {
      const Octets file = format == "pcap" ? small_pcap(big) : small_pcapng(big);
      const Got whole = read_all(file);
      const std::vector<size_t> ends = boundaries(format);
      ASSERT_EQ(ends.back(), file.size());
      for (size_t size = 0; size < file.size(); ++size) {
        const Got got = read_all(Octets(file.begin(), file.begin() + static_cast<long>(size)));
        const auto complete = std::count_if(whole.ends.begin(), whole.ends.end(),
                                            [&](uint64_t end) { return end <= size; });
        EXPECT_EQ(got.data.size(), static_cast<size_t>(complete)) << format << size;
        EXPECT_EQ(got.trouble, Trouble::kNone) << format << size;
        const size_t last = *std::prev(std::upper_bound(ends.begin(), ends.end(), size));
        EXPECT_EQ(got.left, size - last) << format << size;
      }
    }
  }
}

TEST(PcapReader, sections_bring_their_own_byte_order_and_interfaces) {
  Octets file = small_pcapng(false);
  const Octets second = Script(true).section().interface(kLinkRaw).enhanced(0, 7, "big").octets;
  file.insert(file.end(), second.begin(), second.end());
  const Got got = read_all(file);
  EXPECT_EQ(got.data.back(), "big");
  EXPECT_EQ(got.link_types.front(), uint32_t{kLinkEthernet});
  EXPECT_EQ(got.link_types.back(), uint32_t{kLinkRaw});
}

TEST(PcapReader, interfaces_have_their_own_resolution_and_offset) {
  const auto options = [](uint8_t resolution, int64_t offset) {
    Script script(false);
    script.u16(2).u16(3).text("eth").pad();
    script.u16(9)
        .u16(1)
        .text(std::string_view(reinterpret_cast<const char*>(&resolution), 1))
        .pad();
    script.u16(14).u16(8).u64(static_cast<uint64_t>(offset));
    return script.u16(0).u16(0);
  };
  const Got got = read_all(Script(false)
                               .section()
                               .interface(1, 0, options(9, 100))
                               .interface(101, 0, options(0x80 | 10, 0))
                               .interface(228, 0, options(3, -1))
                               .enhanced(0, 7, "nano")
                               .enhanced(1, 1024 + 512, "binary")
                               .enhanced(2, 5001, "milli")
                               .octets);
  ASSERT_EQ(got.times.size(), 3u);
  EXPECT_EQ(got.times[0], wall_time(100'000'000'007));
  EXPECT_EQ(got.times[1], wall_time(1'500'000'000));
  EXPECT_EQ(got.times[2], wall_time(4'001'000'000));
  EXPECT_EQ(got.link_types, (std::vector<uint32_t>{1, 101, 228}));
}

TEST(PcapReader, simple_packets_end_at_the_snap_length_and_have_no_time) {
  Script file(false);
  file.section().interface(1, 4, Script(false)).block(3, Script(false).u32(9).text("abcd"));
  file.block(3, Script(false).u32(3).text("xyz"));
  const Got got = read_all(file.octets);
  EXPECT_EQ(got.data, (std::vector<std::string>{"abcd", "xyz"}));
  EXPECT_FALSE(got.times[0].has_value());
}

TEST(PcapReader, reads_obsolete_packet_blocks) {
  Script file(true);
  file.section().interface(1).block(
      2, Script(true).u16(0).u16(3).u32(0).u32(8).u32(3).u32(60).text("old"));
  const Got got = read_all(file.octets);
  EXPECT_EQ(got.data, std::vector<std::string>{"old"});
  EXPECT_EQ(got.times[0], wall_time(8000));
}

TEST(PcapReader, packets_that_cannot_be_placed_are_counted_and_passed_over) {
  Script file(false);
  file.section().enhanced(0, 1, "before its interface").interface(1).enhanced(1, 1, "another's");
  file.block(6, Script(false).u32(0).u64(0).u32(100).u32(100).text("less"));
  file.enhanced(0, 1, "good");
  const Got got = read_all(file.octets);
  EXPECT_EQ(got.data, std::vector<std::string>{"good"});
  EXPECT_EQ(got.orphans, 3u);
}

TEST(PcapReader, what_is_no_capture_is_named) {
  EXPECT_EQ(read_all(as_bytes("hello, world")).trouble, Trouble::kUnknownFormat);
  EXPECT_EQ(read_all(as_bytes("\x1f\x8b\x08 ...")).trouble, Trouble::kCompressed);
  EXPECT_EQ(read_all(as_bytes("\x28\xb5\x2f\xfd ...")).trouble, Trouble::kCompressed);
  Octets version = small_pcap(true);
  version[5] = 3;
  EXPECT_EQ(read_all(version).trouble, Trouble::kUnknownVersion);
}

TEST(PcapReader, a_broken_length_ends_the_file_after_what_came_before) {
  Octets large = Script(false)
                     .file(0xa1b2c3d4, 1)
                     .record(1, 1, "good")
                     .u64(0)
                     .u32(kMaxBlock + 1)
                     .u32(0)
                     .octets;
  Got got = read_all(large);
  EXPECT_EQ(got.data.size(), 1u);
  EXPECT_EQ(got.trouble, Trouble::kTooLarge);

  const auto damaged = [](uint32_t type, uint32_t first, uint32_t last) {
    return read_all(Script(false)
                        .section()
                        .interface(1)
                        .enhanced(0, 1, "good")
                        .u32(type)
                        .u32(first)
                        .u64(0)
                        .u32(last)
                        .octets);
  };
  EXPECT_EQ(damaged(5, kMaxBlock + 4, 20).trouble, Trouble::kTooLarge);
  EXPECT_EQ(damaged(5, 8, 20).trouble, Trouble::kBadLength);
  EXPECT_EQ(damaged(5, 18, 20).trouble, Trouble::kBadLength);
  EXPECT_EQ(damaged(5, 20, 24).trouble, Trouble::kLengthsDiffer);
  EXPECT_EQ(damaged(6, 20, 20).trouble, Trouble::kBadLength);
  EXPECT_EQ(damaged(0x0a0d0d0a, 20, 20).trouble, Trouble::kBadByteOrder);
  EXPECT_EQ(damaged(5, 20, 24).data.size(), 1u);
}

TEST(PcapTime, keeps_every_time_within_a_range_whose_differences_fit) {
  constexpr int64_t kFar = int64_t{1} << 62;
  EXPECT_EQ(packet_time(0, ~uint64_t{0}, 1), wall_time(kFar));
  EXPECT_EQ(packet_time(INT64_MAX, ~uint64_t{0}, 1), wall_time(kFar));
  EXPECT_EQ(packet_time(INT64_MIN, 0, 1000), wall_time(0));
  EXPECT_EQ(packet_time(1, 3, 4), wall_time(1'750'000'000));
  EXPECT_EQ(units_from_resolution(19), 10'000'000'000'000'000'000u);
  EXPECT_EQ(units_from_resolution(20), 1'000'000u);
  EXPECT_EQ(units_from_resolution(0x80 | 64), 1'000'000u);
}

}  // namespace
}  // namespace weir::pcap
