// The interfaces that a source is to watch, followed through all that happens to them: a name of
// the settings is found, watched, lost, renamed, found again.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "flow/settings.h"
#include "io/capture/interfaces.h"
#include "io/capture/net_namespace.h"
#include "io/capture/probe.h"
#include "io/loop.h"

namespace weir::flow::capture_source {

class WatchedInterfaces {
 public:
  WatchedInterfaces(const CaptureSourceSettings& settings, const Clock& clock);

  /// Makes the probe and watches what there is. An error is what trying again does not mend.
  Status open();
  /// From now on changes of interfaces are followed by themselves.
  void follow(io::Loop& loop);
  /// Looks once more at everything; also whether the namespace is still the same. For the thread
  /// that has lowered its rights: they are raised meanwhile.
  void look();
  /// Watches nothing any more; what came before can still be drained.
  void release_all();

  io::Probe& probe() { return *probe_; }
  const io::Probe& probe() const { return *probe_; }
  /// What is wrong at present, a line each.
  std::vector<std::string> troubles() const;
  /// How many of them are watched.
  size_t attached() const;

 private:
  struct Watched {
    std::string name;
    unsigned index = 0;  // 0: it is not watched
    UniqueFd promiscuous;
    std::string trouble;
  };

  bool reach_namespace();
  void look_at(Watched& watched);
  Status attach(Watched& watched, const io::Interface& interface);
  Status attach_or_fall_back(Watched& watched, const io::Interface& interface);
  void release(Watched& watched);
  void tell(std::string& trouble, const std::string& who, std::string text) const;

  const CaptureSourceSettings& settings_;
  const Clock& clock_;
  const io::NetNamespace namespace_;
  uint64_t identity_ = 0;  // of the namespace that `interfaces_` are in
  std::unique_ptr<io::Probe> probe_;
  bool may_fall_back_ = false;
  io::Loop* loop_ = nullptr;  // once followed
  std::optional<io::Interfaces> interfaces_;
  std::vector<Watched> watched_;
  std::string namespace_trouble_;
};

}  // namespace weir::flow::capture_source
