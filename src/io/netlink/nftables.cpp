// Transactions of nfnetlink: a batch is processed while it is sent, as a whole or not at all, and
// its acknowledgement can be read right after.
#include "io/netlink/nftables.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>

#include "base/check.h"

namespace weir::io {
namespace {

// Types of nft's own data, by which it prints elements (datatype.h of nftables).
constexpr uint32_t kIpv4Type = 7;
constexpr uint32_t kIpv6Type = 8;
constexpr uint32_t kMarkType = 19;
// How nft is to print keys and marks (libnftnl/udata.h): type, length, and a number in the
// machine's order, 1 for that order and 2 for the network's.
constexpr std::array<uint8_t, 12> byte_orders() {
  constexpr bool kLittle = std::endian::native == std::endian::little;
  std::array<uint8_t, 12> octets{0, 4, 0, 0, 0, 0, 1, 4};
  octets[kLittle ? 2 : 5] = 2;
  octets[kLittle ? 8 : 11] = 1;
  return octets;
}
constexpr std::array<uint8_t, 12> kByteOrders = byte_orders();
constexpr int kSendBuffer = 4 << 20;
constexpr int kReceiveBuffer = 1 << 20;

static_assert(static_cast<int>(NftFamily::kInet) == NFPROTO_INET &&
              static_cast<int>(NftFamily::kIp) == NFPROTO_IPV4 &&
              static_cast<int>(NftFamily::kNetdev) == NFPROTO_NETDEV &&
              static_cast<int>(NftFamily::kBridge) == NFPROTO_BRIDGE &&
              static_cast<int>(NftFamily::kIp6) == NFPROTO_IPV6);

constexpr uint16_t nft_type(int message) {
  return static_cast<uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | message);
}

std::array<uint8_t, sizeof(nfgenmsg)> general(uint8_t family, uint16_t resource) {
  std::array<uint8_t, sizeof(nfgenmsg)> octets{family, NFNETLINK_V0};
  store_u16(octets.data() + 2, resource);
  return octets;
}

Result<UniqueFd> open_netfilter(uint32_t groups) {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER));
  sockaddr_nl local{};
  local.nl_family = AF_NETLINK;
  local.nl_groups = groups;
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0)
    return system_error("cannot talk to nftables", errno);
  // Larger than others may have it; if that is refused, the system's bound holds.
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUFFORCE, &kSendBuffer, sizeof kSendBuffer);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer);
  return fd;
}

/// Calls `take(header, payload)` for each message of a datagram.
template <typename Take>
void each_message(Bytes datagram, Take take) {
  while (datagram.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    std::memcpy(&header, datagram.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size()) return;
    take(header, datagram.subspan(sizeof header, header.nlmsg_len - sizeof header));
    datagram = datagram.subspan(std::min<size_t>(NLMSG_ALIGN(header.nlmsg_len), datagram.size()));
  }
}

int error_of(Bytes payload) {
  int error = 0;
  if (payload.size() >= sizeof error) std::memcpy(&error, payload.data(), sizeof error);
  return -error;
}

std::string_view text_of(Bytes value) {
  const std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
  return text.substr(0, text.find('\0'));
}

/// The keys of the elements in one message of a dump.
void take_elements(Bytes payload, std::vector<IpAddress>& into) {
  if (payload.size() < sizeof(nfgenmsg)) return;
  each_attribute(payload.subspan(sizeof(nfgenmsg)), [&](uint16_t type, Bytes elements) {
    if (type != NFTA_SET_ELEM_LIST_ELEMENTS) return;
    each_attribute(elements, [&](uint16_t, Bytes element) {
      each_attribute(element, [&](uint16_t part, Bytes key) {
        if (part != NFTA_SET_ELEM_KEY) return;
        each_attribute(key, [&](uint16_t, Bytes value) {
          if (const auto address = IpAddress::from_octets(value)) into.push_back(*address);
        });
      });
    });
  });
}

std::string called(const NftSet& set) { return "set " + set.table + " " + set.name; }

}  // namespace

Result<Nftables> Nftables::open() {
  TRY(UniqueFd requests, open_netfilter(0));
  TRY(UniqueFd events, open_netfilter(1U << (NFNLGRP_NFTABLES - 1)));
  sockaddr_nl local{};
  socklen_t size = sizeof local;
  if (::getsockname(requests.get(), reinterpret_cast<sockaddr*>(&local), &size) != 0)
    return system_error("cannot talk to nftables", errno);
  return Nftables(std::move(requests), std::move(events), local.nl_pid);
}

void Nftables::begin_batch() {
  writer_.clear();
  writer_.begin(NFNL_MSG_BATCH_BEGIN, 0, ++sequence_, general(AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
}

void Nftables::message(uint16_t type, uint16_t flags, NftFamily family) {
  writer_.begin(nft_type(type), flags, ++sequence_, general(static_cast<uint8_t>(family), 0));
}

Status Nftables::create(const NftSet& set) {
  begin_batch();
  message(NFT_MSG_NEWTABLE, NLM_F_CREATE, set.family);
  writer_.text(NFTA_TABLE_NAME, set.table);
  message(NFT_MSG_NEWSET, NLM_F_CREATE | NLM_F_ACK, set.family);
  writer_.text(NFTA_SET_TABLE, set.table);
  writer_.text(NFTA_SET_NAME, set.name);
  const uint32_t kind = set.mark ? NFT_SET_MAP : 0;
  writer_.u32(NFTA_SET_FLAGS, NFT_SET_TIMEOUT | kind);
  writer_.u32(NFTA_SET_KEY_TYPE, set.v6 ? kIpv6Type : kIpv4Type);
  writer_.u32(NFTA_SET_KEY_LEN, set.v6 ? 16 : 4);
  if (set.mark) {
    writer_.u32(NFTA_SET_DATA_TYPE, kMarkType);
    writer_.u32(NFTA_SET_DATA_LEN, sizeof(uint32_t));
  }
  writer_.u32(NFTA_SET_ID, 1);
  writer_.attribute(NFTA_SET_USERDATA, kByteOrders);
  return commit("cannot make " + called(set));
}

void Nftables::add_elements(uint16_t type, const NftSet& set,
                            std::span<const NftElement> elements) {
  writer_.text(NFTA_SET_ELEM_LIST_TABLE, set.table);
  writer_.text(NFTA_SET_ELEM_LIST_SET, set.name);
  const size_t list = writer_.begin_nest(NFTA_SET_ELEM_LIST_ELEMENTS);
  for (const NftElement& each : elements) {
    const size_t element = writer_.begin_nest(NFTA_LIST_ELEM);
    const size_t key = writer_.begin_nest(NFTA_SET_ELEM_KEY);
    writer_.attribute(NFTA_DATA_VALUE, each.address.octets());
    writer_.end_nest(key);
    if (type == NFT_MSG_NEWSETELEM) {
      const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(each.timeout);
      writer_.u64(NFTA_SET_ELEM_TIMEOUT,
                  static_cast<uint64_t>(std::max<int64_t>(1, timeout.count())));
      if (set.mark) {
        const size_t data = writer_.begin_nest(NFTA_SET_ELEM_DATA);
        const uint32_t mark = *set.mark;  // of the machine's own order
        writer_.attribute(NFTA_DATA_VALUE, {reinterpret_cast<const uint8_t*>(&mark), sizeof mark});
        writer_.end_nest(data);
      }
    }
    writer_.end_nest(element);
  }
  writer_.end_nest(list);
}

/// A timeout can be changed by no kernel before 6.12, but an element be replaced: it is made to be
/// there, removed and added. Whoever looks from outside sees it all the time.
Status Nftables::put(const NftSet& set, std::span<const NftElement> elements) {
  CHECK(elements.size() <= kMostElements);
  if (elements.empty()) return Done{};
  begin_batch();
  message(NFT_MSG_NEWSETELEM, NLM_F_CREATE, set.family);
  add_elements(NFT_MSG_NEWSETELEM, set, elements);
  message(NFT_MSG_DELSETELEM, 0, set.family);
  add_elements(NFT_MSG_DELSETELEM, set, elements);
  message(NFT_MSG_NEWSETELEM, NLM_F_CREATE | NLM_F_ACK, set.family);
  add_elements(NFT_MSG_NEWSETELEM, set, elements);
  return commit("cannot put elements into " + called(set));
}

/// What may have timed out is added first: to remove what is not there would fail.
Status Nftables::remove(const NftSet& set, std::span<const NftElement> elements) {
  CHECK(elements.size() <= kMostElements);
  if (elements.empty()) return Done{};
  begin_batch();
  message(NFT_MSG_NEWSETELEM, NLM_F_CREATE, set.family);
  add_elements(NFT_MSG_NEWSETELEM, set, elements);
  message(NFT_MSG_DELSETELEM, NLM_F_ACK, set.family);
  add_elements(NFT_MSG_DELSETELEM, set, elements);
  return commit("cannot remove elements from " + called(set));
}

Status Nftables::commit(const std::string& what) {
  const uint32_t last = sequence_;
  writer_.begin(NFNL_MSG_BATCH_END, 0, ++sequence_, general(AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
  const Bytes octets = writer_.octets();
  if (::send(requests_.get(), octets.data(), octets.size(), 0) < 0)
    return system_error(what, errno);
  int failure = 0;
  bool acknowledged = false;
  std::array<uint8_t, 16 << 10> buffer;
  ssize_t got = 0;
  while ((got = ::recv(requests_.get(), buffer.data(), buffer.size(), 0)) > 0)
    each_message(Bytes(buffer).first(static_cast<size_t>(got)),
                 [&](const nlmsghdr& header, Bytes payload) {
                   if (header.nlmsg_type != NLMSG_ERROR) return;
                   const int error = error_of(payload);
                   if (error != 0 && failure == 0) failure = error;
                   acknowledged |= error == 0 && header.nlmsg_seq == last;
                 });
  if (failure != 0) return system_error(what, failure);
  if (!acknowledged) return system_error(what + ": no acknowledgement came", errno);
  return Done{};
}

Result<std::vector<IpAddress>> Nftables::list(const NftSet& set) {
  writer_.clear();
  message(NFT_MSG_GETSETELEM, NLM_F_DUMP, set.family);
  writer_.text(NFTA_SET_ELEM_LIST_TABLE, set.table);
  writer_.text(NFTA_SET_ELEM_LIST_SET, set.name);
  const Bytes octets = writer_.octets();
  const std::string what = "cannot list " + called(set);
  if (::send(requests_.get(), octets.data(), octets.size(), 0) < 0)
    return system_error(what, errno);
  std::vector<IpAddress> found;
  int failure = 0;
  bool done = false;
  Octets buffer(64 << 10);
  while (!done) {
    const ssize_t got = ::recv(requests_.get(), buffer.data(), buffer.size(), 0);
    if (got <= 0) return system_error(what, errno);
    each_message(Bytes(buffer).first(static_cast<size_t>(got)),
                 [&](const nlmsghdr& header, Bytes payload) {
                   if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE) {
                     failure = error_of(payload);
                     done = true;
                   } else {
                     take_elements(payload, found);
                   }
                 });
  }
  if (failure != 0) return system_error(what, failure);
  return found;
}

bool Nftables::read_events(int fd, uint32_t port, const std::vector<NftSet>& sets) {
  bool removed = false;
  std::array<uint8_t, 16 << 10> buffer;
  for (;;) {
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == ENOBUFS) {
      removed = true;  // nobody knows what was said
      continue;
    }
    if (got <= 0) return removed;
    each_message(
        Bytes(buffer).first(static_cast<size_t>(got)), [&](const nlmsghdr& header, Bytes payload) {
          const bool table_gone = header.nlmsg_type == nft_type(NFT_MSG_DELTABLE);
          const bool set_gone = header.nlmsg_type == nft_type(NFT_MSG_DELSET) ||
                                header.nlmsg_type == nft_type(NFT_MSG_DELSETELEM);
          if ((!table_gone && !set_gone) || header.nlmsg_pid == port ||
              payload.size() < sizeof(nfgenmsg))
            return;
          // The first two attributes of all three are the names of table and set.
          std::string_view table;
          std::string_view name;
          each_attribute(payload.subspan(sizeof(nfgenmsg)), [&](uint16_t type, Bytes value) {
            if (type == NFTA_SET_TABLE) table = text_of(value);
            if (type == NFTA_SET_NAME) name = text_of(value);
          });
          removed |= std::ranges::any_of(sets, [&](const NftSet& set) {
            return set.table == table && (table_gone || set.name == name);
          });
        });
  }
}

void Nftables::on_removal(Loop& loop, std::vector<NftSet> sets, std::function<void()> callback) {
  watch_ = std::make_unique<Watch>(loop, events_.get());
  watch_->on_readable(
      [fd = events_.get(), port = port_, sets = std::move(sets), callback = std::move(callback)] {
        if (read_events(fd, port, sets)) callback();
      });
}

}  // namespace weir::io
