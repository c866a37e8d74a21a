// Listens on rtnetlink(7) for messages, whose contents do not matter.
#include "io/netlink/kernel_changes.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace weir::io {

Result<KernelChanges> KernelChanges::listen(uint32_t groups) {
  UniqueFd events(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  sockaddr_nl local{};
  local.nl_family = AF_NETLINK;
  local.nl_groups = groups;
  if (!events ||
      ::bind(events.get(), reinterpret_cast<const sockaddr*>(&local), sizeof(local)) != 0)
    return system_error("cannot listen for changes of interfaces and addresses", errno);
  return KernelChanges(std::move(events));
}

void KernelChanges::on_change(Loop& loop, std::function<void()> callback) {
  watch_ = std::make_unique<Watch>(loop, events_.get());
  watch_->on_readable([fd = events_.get(), callback = std::move(callback)] {
    // Also what came while there was no room (ENOBUFS) is a change.
    std::array<char, 8192> message;
    while (::recv(fd, message.data(), message.size(), 0) > 0 || errno == ENOBUFS) {
    }
    callback();
  });
}

}  // namespace weir::io
