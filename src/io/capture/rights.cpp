// capget and capset, which are a thread's own; glibc has no wrappers.
#include "io/capture/rights.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <string_view>

namespace weir::io {
namespace {

struct Sets {
  uint64_t effective = 0;
  uint64_t permitted = 0;
};

Sets read_sets() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return {};
  return {data[0].effective | uint64_t{data[1].effective} << 32,
          data[0].permitted | uint64_t{data[1].permitted} << 32};
}

void write_sets(const Sets& sets) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  data[0].effective = static_cast<uint32_t>(sets.effective);
  data[1].effective = static_cast<uint32_t>(sets.effective >> 32);
  data[0].permitted = static_cast<uint32_t>(sets.permitted);
  data[1].permitted = static_cast<uint32_t>(sets.permitted >> 32);
  // To have less than before is always allowed.
  static_cast<void>(::syscall(SYS_capset, &header, data.data()));
}

uint64_t bit(Right right) { return uint64_t{1} << static_cast<unsigned>(right); }

std::string_view name_of(Right right) {
  switch (right) {
    case Right::kNetAdmin: return "CAP_NET_ADMIN";
    case Right::kNetRaw: return "CAP_NET_RAW";
    case Right::kSysAdmin: return "CAP_SYS_ADMIN";
    case Right::kPerfmon: return "CAP_PERFMON";
    case Right::kBpf: return "CAP_BPF";
  }
  return "?";
}

std::string own_path() {
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<size_t>(size)) : "weir";
}

}  // namespace

std::string missing_rights(std::initializer_list<Right> wanted) {
  const uint64_t have = read_sets().effective;
  std::string names, words;
  for (const Right right : wanted) {
    const std::string name(name_of(right));
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    words += (words.empty() ? "" : ",") + lower;
    if ((have & bit(right)) == 0) names += (names.empty() ? "" : " and ") + name;
  }
  if (names.empty()) return {};
  return "needs " + names + ": setcap " + words + "=ep " + own_path();
}

void lower_rights(std::initializer_list<Right> kept) {
  uint64_t may = 0;
  for (const Right right : kept) may |= bit(right);
  write_sets({0, read_sets().permitted & may});
}

RaisedRights::RaisedRights() {
  Sets sets = read_sets();
  sets.effective = sets.permitted;
  write_sets(sets);
}

RaisedRights::~RaisedRights() {
  Sets sets = read_sets();
  sets.effective = 0;
  write_sets(sets);
}

}  // namespace weir::io
