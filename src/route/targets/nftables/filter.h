// Everything that is told to nftables: a writer for each entry of the settings.
#pragma once

#include <memory>
#include <vector>

#include "metrics/registry.h"
#include "route/engine/exports.h"
#include "route/target.h"
#include "route/targets/nftables/set_writer.h"

namespace weir::route {

class Filter final : public Target {
 public:
  /// All of these outlive the filter. `life_of` says how long a route is there if nothing renews
  /// it.
  static Result<std::unique_ptr<Filter>> create(const RouteSettings& settings,
                                                const Exports& exports, io::Loop& loop, Feed& feed,
                                                std::function<Duration(RouteId)> life_of,
                                                metrics::Registry& registry);

  void start() override;
  void wake() override;
  void renewed(RouteId id) override;
  void stop(std::function<void()> done) override;
  std::vector<Receiver*> receivers() override;

 private:
  explicit Filter(const RouteSettings& settings) : settings_(settings) {}
  void expose(metrics::Registry& registry) const;

  const RouteSettings& settings_;
  std::vector<std::unique_ptr<SetWriter>> writers_;
};

}  // namespace weir::route
