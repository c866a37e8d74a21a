// Capture files in a temporary folder, and a tap that remembers what it was told, as lines.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "kit/packets.h"
#include "model/tap.h"
#include "proto/dns/message.h"
#include "proto/pcap/link_type.h"
#include "proto/pcap/writer.h"

namespace weir::kit {

/// A pcap file in the making; packets are a millisecond apart unless a time is given.
class Capture {
 public:
  explicit Capture(uint32_t link_type = pcap::kLinkEthernet) {
    pcap::append_file_header(octets, link_type);
    ends.push_back(octets.size());
  }
  Capture& add(Bytes frame) { return add(frame, now + 1ms); }
  Capture& add(Bytes frame, WallTime time) {
    now = time;
    pcap::append_record(octets, time, frame, static_cast<uint32_t>(frame.size()));
    ends.push_back(octets.size());
    return *this;
  }
  Octets octets;
  std::vector<size_t> ends;  // offsets after the header and after each record
  WallTime now = wall_time(1'700'000'000'000'000'000);
};

/// Writes a file of this test's own; gives its path.
inline std::string write_file(const std::string& name, Bytes octets) {
  const std::string path = testing::TempDir() + "weir_" +
                           testing::UnitTest::GetInstance()->current_test_info()->name() + "_" +
                           name;
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(octets.data()),
             static_cast<std::streamsize>(octets.size()));
  return path;
}

/// Every field that a source of packets fills, as one line.
inline std::string line_of(const model::Observation& seen) {
  const auto time = [](const std::optional<WallTime>& value) {
    return value ? std::to_string(to_nanoseconds(*value)) : std::string("-");
  };
  const auto place = [](const std::optional<Endpoint>& value) {
    return value ? value->to_text() : std::string("-");
  };
  return std::string(to_text(seen.type)) + " " + std::string(to_text(seen.protocol)) + " " +
         place(seen.query_endpoint) + " " + place(seen.response_endpoint) + " " +
         time(seen.query_time) + " " + time(seen.response_time) + (seen.defragmented ? " D" : "") +
         (seen.reassembled ? " R" : "") + " " + std::to_string(seen.header.id) + " " +
         dns::wire_name_to_text(seen.qname) + " " +
         std::to_string(static_cast<unsigned>(seen.malformed.code)) + "@" +
         std::to_string(seen.malformed.offset) + " " + to_hex(seen.message());
}

class CollectingTap final : public model::Tap {
 public:
  void record(const model::Observation& observation) noexcept override {
    lines.push_back(line_of(observation));
    observations.push_back(observation);  // without its octets, which are the source's
  }
  void flush() noexcept override { ++flushes; }
  std::vector<std::string> lines;
  std::vector<model::Observation> observations;
  int flushes = 0;
};

}  // namespace weir::kit
