// Asking the system on a thread, which says through a descriptor when it is done.
#include "io/lookup.h"

#include <netdb.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <utility>

#include "io/address.h"

namespace weir::io {

struct Lookup::State {
  explicit State(std::string name) : host(std::move(name)) {}
  void finish() {
    finished.store(true, std::memory_order_release);
    ::eventfd_write(done.get(), 1);
  }

  const std::string host;
  const UniqueFd done{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  std::atomic<bool> finished{false};  // what stands below is the loop's from then on
  std::vector<IpAddress> addresses;
  std::string trouble;
};

namespace {

void look_up(const std::string& host, std::vector<IpAddress>& addresses, std::string& trouble) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (failed != 0) {
    trouble = "cannot find " + host + ": " + ::gai_strerror(failed);
    return;
  }
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    SocketAddress address{};
    std::memcpy(&address, each->ai_addr, std::min<size_t>(each->ai_addrlen, sizeof address));
    addresses.push_back(read_address(address).address);
  }
  ::freeaddrinfo(list);
  if (addresses.empty()) trouble = host + " has no address";
}

}  // namespace

Lookup::Lookup(Loop& loop, const std::string& host, OnDone on_done)
    : state_(std::make_shared<State>(host)), watch_(loop, state_->done.get()) {
  watch_.on_readable([state = state_, on_done = std::move(on_done), this] {
    watch_.on_readable(nullptr);
    if (!state->finished.load(std::memory_order_acquire)) return;
    if (state->addresses.empty())
      on_done(Error{Fault::kResource, state->trouble, true});
    else
      on_done(state->addresses);
  });
  const auto work = [state = state_] {
    look_up(state->host, state->addresses, state->trouble);
    state->finish();
  };
  try {
    std::thread(work).detach();
  } catch (const std::system_error& error) {
    state_->trouble = std::string("cannot look up names: ") + error.what();
    state_->finish();
  }
}

Lookup::~Lookup() = default;

}  // namespace weir::io
