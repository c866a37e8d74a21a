// What is done when an interface comes, goes, or changes its name.
#include "flow/sources/capture/watched.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "io/capture/packet_socket.h"
#include "io/capture/rights.h"

namespace weir::flow::capture_source {

WatchedInterfaces::WatchedInterfaces(const CaptureSourceSettings& settings, const Clock& clock)
    : settings_(settings), clock_(clock), namespace_(settings.netns) {
  for (const std::string& name : settings.interfaces) watched_.push_back({.name = name});
}

Status WatchedInterfaces::open() {
  std::string refusal;
  TRY(probe_, io::make_probe(settings_.method, settings_, clock_, refusal));
  may_fall_back_ = settings_.method == io::CaptureMethod::kAuto && refusal.empty();
  if (!refusal.empty())
    log::warning(fmt::format("source {}: packet sockets are used: {}", settings_.name, refusal));
  if (!reach_namespace())
    return settings_.must_exist ? Status(Error{Fault::kConfig, namespace_trouble_}) : Done{};
  for (Watched& watched : watched_) {
    const auto found = interfaces_->find(watched.name);
    if (found) TRY_DONE(attach_or_fall_back(watched, *found));
    if (!found && settings_.must_exist)
      return Error{Fault::kConfig, fmt::format("{}: there is no such interface", watched.name)};
    look_at(watched);
  }
  return Done{};
}

void WatchedInterfaces::follow(io::Loop& loop) {
  loop_ = &loop;
  if (interfaces_) interfaces_->on_change(loop, [this] { look(); });
}

void WatchedInterfaces::look() {
  const io::RaisedRights raised;
  if (!reach_namespace()) return;
  for (Watched& watched : watched_) look_at(watched);
}

void WatchedInterfaces::release_all() {
  for (Watched& watched : watched_) release(watched);
}

/// False when the namespace is not there. One that was deleted lives on while we have sockets in
/// it, unseen by anybody: what stands under its path tells.
bool WatchedInterfaces::reach_namespace() {
  const uint64_t identity = namespace_.is_own() ? 0 : namespace_.identity();
  if (interfaces_ && identity == identity_) return true;
  if (interfaces_) {
    release_all();
    interfaces_.reset();
  }
  const std::string who = namespace_.is_own() ? "interfaces" : namespace_.path();
  if (!namespace_.is_own() && identity == 0) {
    tell(namespace_trouble_, who, "there is no such network namespace");
    return false;
  }
  const auto visit = namespace_.visit();
  if (!visit) {
    tell(namespace_trouble_, who, visit.error().what);
    return false;
  }
  auto opened = io::Interfaces::open();
  if (!opened) {
    tell(namespace_trouble_, who, opened.error().what);
    return false;
  }
  interfaces_ = *std::move(opened);
  identity_ = identity;
  tell(namespace_trouble_, who, "");
  if (loop_ != nullptr) follow(*loop_);
  return true;
}

void WatchedInterfaces::look_at(Watched& watched) {
  const auto found = interfaces_->find(watched.name);
  if (!found) {
    const auto renamed = watched.index != 0 ? interfaces_->name_of(watched.index) : std::nullopt;
    if (renamed)
      return tell(watched.trouble, watched.name,
                  fmt::format("it is called {} now, and still watched", *renamed));
    release(watched);
    return tell(watched.trouble, watched.name, "there is no such interface");
  }
  if (watched.index != found->index) {
    release(watched);
    if (const Status attached = attach(watched, *found); !attached)
      return tell(watched.trouble, watched.name, attached.error().what);
  }
  tell(watched.trouble, watched.name,
       !found->up        ? "it is down"
       : !found->carrier ? "it has no carrier"
                         : "");
}

Status WatchedInterfaces::attach(Watched& watched, const io::Interface& interface) {
  if (!interface.known_link)
    return Error{Fault::kConfig, "its frames are neither Ethernet's nor begin with an IP header"};
  TRY(const auto visit, namespace_.visit());
  if (settings_.promiscuous) {
    TRY(watched.promiscuous, io::hold_promiscuous(interface.index));
  }
  TRY(const std::string how, probe_->attach(interface));
  watched.index = interface.index;
  log::info(fmt::format("source {}: {} is watched by {}", settings_.name, watched.name, how));
  return Done{};
}

/// A kernel may load the program and yet know no place for it (before Linux 6.6).
Status WatchedInterfaces::attach_or_fall_back(Watched& watched, const io::Interface& interface) {
  const Status attached = attach(watched, interface);
  if (attached) return attached;
  const std::string why = watched.name + ": " + attached.error().what;
  if (!may_fall_back_) return Error{attached.error().fault, why};
  may_fall_back_ = false;
  log::warning(fmt::format("source {}: packet sockets are used: {}", settings_.name, why));
  TRY(probe_, io::make_packet_probe(settings_));
  for (Watched& each : watched_) {
    each.index = 0;
    if (&each == &watched) break;
    if (const auto again = interfaces_->find(each.name)) TRY_DONE(attach(each, *again));
  }
  return attach(watched, interface);
}

void WatchedInterfaces::release(Watched& watched) {
  if (watched.index != 0) probe_->detach(watched.index);
  watched.index = 0;
  watched.promiscuous.reset();
}

void WatchedInterfaces::tell(std::string& trouble, const std::string& who, std::string text) const {
  if (trouble == text) return;
  trouble = std::move(text);
  if (trouble.empty())
    log::info(fmt::format("source {}: {} is watched again", settings_.name, who));
  else
    log::warning(fmt::format("source {}: {}: {}", settings_.name, who, trouble));
}

std::vector<std::string> WatchedInterfaces::troubles() const {
  std::vector<std::string> lines;
  if (!namespace_trouble_.empty()) lines.push_back(namespace_.path() + ": " + namespace_trouble_);
  for (const Watched& watched : watched_)
    if (!watched.trouble.empty()) lines.push_back(watched.name + ": " + watched.trouble);
  return lines;
}

size_t WatchedInterfaces::attached() const {
  return static_cast<size_t>(
      std::ranges::count_if(watched_, [](const Watched& each) { return each.index != 0; }));
}

}  // namespace weir::flow::capture_source
