// Our side of BGP: all neighbours, and the sockets they connect to.
#pragma once

#include <memory>
#include <vector>

#include "base/containers/snapshot.h"
#include "base/random.h"
#include "metrics/registry.h"
#include "route/target.h"
#include "route/targets/bgp/peer.h"

namespace weir::route {

class Speaker final : public Target {
 public:
  /// Binds what is listened on; fails when that, or a file with a key, cannot be had. All of these
  /// outlive the speaker.
  static Result<std::unique_ptr<Speaker>> create(const RouteSettings& settings,
                                                 const Exports& exports, io::Loop& loop,
                                                 const Clock& clock, Feed& feed,
                                                 metrics::Registry& registry);

  void start() override;
  void wake() override;
  void restored() override;
  void stop(std::function<void()> done) override;
  void read(std::vector<PeerReading>& into) const override;
  std::vector<Receiver*> receivers() override;
  std::vector<IpAddress> addresses() const override;

 private:
  Speaker(const RouteSettings& settings, io::Loop& loop, const Clock& clock);
  Status build(const Exports& exports, Feed& feed);
  void on_connection(UniqueFd fd, const Endpoint& from, const Endpoint& local);
  void leave(bool keep_routes, const std::function<void()>& done);
  void publish();

  const RouteSettings& settings_;
  io::Loop& loop_;
  const Clock& clock_;
  SystemRandom random_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<std::unique_ptr<io::Listener>> listeners_;
  io::Timer timer_;  // waits for routes known from before, or for the end
  io::Timer publishing_;
  Snapshot<std::vector<PeerReading>> readings_;  // for series, which other threads ask for
  metrics::Counter* strangers_ = nullptr;
};

}  // namespace weir::route
