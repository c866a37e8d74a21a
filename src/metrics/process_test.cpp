// The process's figures against the real /proc, and against a machine that has none.
#include "metrics/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace weir::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The value of a series without labels.
double value_of(const std::string& page, const std::string& name) {
  const size_t at = page.find("\n" + name + " ");
  EXPECT_NE(at, std::string::npos) << name << " in\n" << page;
  return at == std::string::npos ? -1 : std::stod(page.substr(at + name.size() + 2));
}

class ProcDirectory {
 public:
  ProcDirectory()
      : path_(std::filesystem::temp_directory_path() / ("weir_proc_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_ / "net");
  }
  ~ProcDirectory() { std::filesystem::remove_all(path_); }
  void put(const std::string& name, const std::string& text) {
    std::ofstream(path_ / name) << text;
  }
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST(Process, P15_cpu_memory_and_descriptors_are_shown) {
  Registry registry;
  register_process(registry, "1.2.3");
  const std::string page = registry.expose();
  EXPECT_THAT(page, HasSubstr("weir_build_info{version=\"1.2.3\"} 1\n"));
  EXPECT_GE(value_of(page, "process_cpu_seconds_total"), 0);
  EXPECT_GT(value_of(page, "process_resident_memory_bytes"), 1e6);
  EXPECT_GT(value_of(page, "process_max_fds"), 3);
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(value_of(page, "process_start_time_seconds"), now, 600);
}

TEST(Process, open_descriptors_follow_what_is_open) {
  Registry registry;
  register_process(registry, "1");
  const double before = value_of(registry.expose(), "process_open_fds");
  const int copy = dup(0);
  EXPECT_EQ(value_of(registry.expose(), "process_open_fds"), before + 1);
  close(copy);
}

TEST(Process, kernel_counters_are_found_by_name_not_by_place) {
  ProcDirectory proc;
  proc.put("net/snmp",
           "Ip: Forwarding\nIp: 1\n"
           "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors\n"
           "Udp: 10 11 12 13 14 15\nUdpLite: NoPorts\nUdpLite: 99\n");
  proc.put("net/netstat", "TcpExt: SyncookiesSent ListenOverflows\nTcpExt: 1 7\n");
  Registry registry;
  register_process(registry, "1", proc.path());
  const std::string page = registry.expose();
  EXPECT_EQ(value_of(page, "weir_udp_noport_errors_total"), 11);
  EXPECT_EQ(value_of(page, "weir_udp_in_errors_total"), 12);
  EXPECT_EQ(value_of(page, "weir_udp_recvbuf_errors_total"), 14);
  EXPECT_EQ(value_of(page, "weir_udp_sndbuf_errors_total"), 15);
  EXPECT_EQ(value_of(page, "weir_tcp_listen_overflows_total"), 7);
}

TEST(Process, missing_or_mangled_files_leave_series_out) {
  ProcDirectory proc;
  proc.put("net/snmp", "Udp: NoPorts InErrors\nUdp: 3\nUdp:\nUdp");
  Registry registry;
  register_process(registry, "1", proc.path());
  const std::string page = registry.expose();
  EXPECT_EQ(value_of(page, "weir_udp_noport_errors_total"), 3);
  for (const auto* name :
       {"weir_udp_in_errors_total", "weir_tcp_listen_overflows_total", "process_open_fds",
        "process_resident_memory_bytes", "process_start_time_seconds"})
    EXPECT_THAT(page, Not(HasSubstr(name)));
}

}  // namespace
}  // namespace weir::metrics
