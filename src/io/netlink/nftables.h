// Sets of addresses in the kernel's packet filter, nftables: elements come and go by netlink, all
// of a call in one transaction. It needs CAP_NET_ADMIN.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/endpoint.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "io/loop.h"
#include "io/netlink/message.h"

namespace weir::io {

enum class NftFamily : uint8_t { kInet = 1, kIp = 2, kNetdev = 5, kBridge = 7, kIp6 = 10 };

inline constexpr size_t kLongestNftName = 255;

/// A set whose elements are addresses with timeouts, or, with a mark, a map from these to it.
struct NftSet {
  NftFamily family = NftFamily::kInet;
  std::string table;
  std::string name;
  bool v6 = false;
  std::optional<uint32_t> mark;
};

struct NftElement {
  IpAddress address;
  Duration timeout{};  // to the millisecond, at least one
};

/// One thread's, in the network namespace of the thread that opened it. What a call says has
/// happened in the kernel when it returns: its acknowledgement has been read.
class Nftables {
 public:
  static constexpr size_t kMostElements = 1000;  // of a call

  static Result<Nftables> open();

  /// Makes the table and the set, unless they are there. Fails when a set of another kind has the
  /// name.
  Status create(const NftSet& set);
  /// The elements are there from now on, each with its whole timeout before it, known or new.
  Status put(const NftSet& set, std::span<const NftElement> elements);
  /// They are not there, and it does not matter if they were not.
  Status remove(const NftSet& set, std::span<const NftElement> elements);
  Result<std::vector<IpAddress>> list(const NftSet& set);

  /// Calls back on the loop's thread after somebody else has removed the set, its table or elements
  /// of it, or may have: events were lost. The loop outlives this.
  void on_removal(Loop& loop, std::vector<NftSet> sets, std::function<void()> callback);

 private:
  Nftables(UniqueFd requests, UniqueFd events, uint32_t port)
      : requests_(std::move(requests)), events_(std::move(events)), port_(port) {}

  void begin_batch();
  void message(uint16_t type, uint16_t flags, NftFamily family);
  void add_elements(uint16_t type, const NftSet& set, std::span<const NftElement> elements);
  Status commit(const std::string& what);
  static bool read_events(int fd, uint32_t port, const std::vector<NftSet>& sets);

  UniqueFd requests_;
  UniqueFd events_;
  uint32_t port_;  // of requests_: events of our own bear it
  uint32_t sequence_ = 0;
  NetlinkWriter writer_;
  std::unique_ptr<Watch> watch_;  // ends before the descriptor that it watches
};

}  // namespace weir::io
