// Reading /proc: the process's own figures and the network counters of its namespace.
#include "metrics/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace weir::metrics {
namespace {

using Reading = std::optional<double>;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Takes the next word off the front; empty at the end.
std::string_view next_word(std::string_view& text) {
  const size_t start = text.find_first_not_of(" \t\n");
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start);
  const std::string_view word = text.substr(0, text.find_first_of(" \t\n"));
  text.remove_prefix(word.size());
  return word;
}

Reading to_number(std::string_view word) {
  double value = 0;
  const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (word.empty() || failed != std::errc{} || end != word.data() + word.size()) return {};
  return value;
}

/// snmp and netstat: pairs of lines `Udp: NAME…` and `Udp: NUMBER…`.
Reading protocol_counter(const std::string& path, std::string_view group, std::string_view name) {
  const std::string file = read_file(path);
  std::string_view rest = file;
  std::string_view names;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (next_word(line) != group) continue;
    if (names.empty()) {
      names = line;
      continue;
    }
    for (;;) {
      const std::string_view heading = next_word(names);
      const std::string_view value = next_word(line);
      if (heading.empty() || heading == name) return to_number(value);
    }
  }
  return {};
}

Reading resident_octets(const std::string& proc) {
  const std::string file = read_file(proc + "/self/statm");
  std::string_view rest = file;
  next_word(rest);
  const Reading pages = to_number(next_word(rest));
  if (!pages) return {};
  return *pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// Field 22 of stat, ticks after boot; the command's name before it may hold spaces and brackets.
Reading start_ticks(const std::string& proc) {
  const std::string file = read_file(proc + "/self/stat");
  const size_t close = file.rfind(')');
  if (close == std::string::npos) return {};
  std::string_view rest = std::string_view(file).substr(close + 1);
  for (int field = 3; field < 22; ++field) next_word(rest);
  return to_number(next_word(rest));
}

Reading start_time(const std::string& proc) {
  const Reading ticks = start_ticks(proc);
  const std::string file = read_file(proc + "/stat");
  const size_t at = file.find("\nbtime ");
  if (!ticks || at == std::string::npos) return {};
  std::string_view rest = std::string_view(file).substr(at + 7);
  const Reading boot = to_number(next_word(rest));
  if (!boot) return {};
  return *boot + *ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

Reading open_descriptors(const std::string& proc) {
  std::error_code failed;
  std::filesystem::directory_iterator entry(proc + "/self/fd", failed);
  double count = 0;
  for (; !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed))
    ++count;
  if (failed) return {};
  return count - 1;  // the one that reads the directory
}

Reading most_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  return static_cast<double>(limit.rlim_cur);
}

Reading cpu_seconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return {};
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <typename Read>
void add(Registry& registry, std::string_view name, std::string_view help, Read read) {
  registry.callback(name, help, name.ends_with("_total"), [read](const Registry::Emit& emit) {
    if (const Reading value = read()) emit({}, *value);
  });
}

void register_network(Registry& registry, const std::string& proc) {
  struct Row {
    std::string_view name, help, file, group, counter;
  };
  static constexpr Row kRows[] = {
      {"weir_udp_in_errors_total", "Datagrams the kernel could not deliver, for any reason.",
       "/net/snmp", "Udp:", "InErrors"},
      {"weir_udp_recvbuf_errors_total",
       "Datagrams lost because a socket's receive buffer was full.", "/net/snmp",
       "Udp:", "RcvbufErrors"},
      {"weir_udp_sndbuf_errors_total", "Datagrams not sent because a send buffer was full.",
       "/net/snmp", "Udp:", "SndbufErrors"},
      {"weir_udp_noport_errors_total", "Datagrams for ports where nobody listened.", "/net/snmp",
       "Udp:", "NoPorts"},
      {"weir_tcp_listen_overflows_total", "TCP connections lost because a listen queue was full.",
       "/net/netstat", "TcpExt:", "ListenOverflows"}};
  for (const Row& row : kRows)
    add(registry, row.name, row.help, [&row, path = proc + std::string(row.file)] {
      return protocol_counter(path, row.group, row.counter);
    });
}

}  // namespace

void register_process(Registry& registry, std::string_view version, std::string proc) {
  registry
      .gauge("weir_build_info", "Always 1; the version of the program is in the label.",
             {{"version", std::string(version)}})
      .set(1);
  add(registry, "process_cpu_seconds_total", "User and system CPU time spent, in seconds.",
      [] { return cpu_seconds(); });
  add(registry, "process_resident_memory_bytes", "Resident memory in bytes.",
      [proc] { return resident_octets(proc); });
  add(registry, "process_open_fds", "Open file descriptors.",
      [proc] { return open_descriptors(proc); });
  add(registry, "process_max_fds", "The limit of open file descriptors.",
      [] { return most_descriptors(); });
  add(registry, "process_start_time_seconds",
      "Start of the process since the Unix epoch, in seconds.",
      [proc] { return start_time(proc); });
  register_network(registry, proc);
}

}  // namespace weir::metrics
