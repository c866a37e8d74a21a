// Building, running, reloading and ending.
#include "app/platform.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "app/compatibility.h"
#include "app/consumer_sink.h"
#include "app/readings.h"
#include "app/state_directory.h"
#include "app/upstream_addresses.h"
#include "app/version.h"
#include "base/units.h"
#include "config/changes.h"
#include "flow/catalogue.h"
#include "io/stream.h"
#include "io/udp_socket.h"
#include "metrics/process.h"

namespace weir::app {
namespace {

constexpr Duration kHistoryPatience = 10s;  // for what has been seen to be written
constexpr Duration kFlowPatience = 5s;      // for sinks to take what is under way at the end
constexpr Duration kSameSignal = 50ms;      // what follows the first so soon is no second wish
constexpr Duration kReadinessInterval = 500ms;
constexpr Duration kFirstImpression = 2500ms;  // before we say that no upstream works

std::string join(const std::vector<Endpoint>& endpoints) {
  std::string text;
  for (const Endpoint& endpoint : endpoints)
    text += (text.empty() ? "" : ", ") + endpoint.to_text();
  return text;
}

/// Shards share their addresses (SO_REUSEPORT), and with them would another weir of the same user,
/// which then got a part of the queries. So each address is bound once for itself, and let go.
Status check_free(const std::vector<Endpoint>& endpoints) {
  io::Loop loop;
  for (const Endpoint& endpoint : endpoints) {
    const auto datagrams = io::UdpSocket::bind(endpoint, {});
    if (!datagrams) return Error{Fault::kConfig, "edge.listen: " + datagrams.error().what};
    const auto streams = io::listen_stream(loop, endpoint, false, [](auto&&...) {});
    if (!streams) return Error{Fault::kConfig, "edge.listen: " + streams.error().what};
  }
  return Done{};
}

}  // namespace

Result<std::unique_ptr<Platform>> Platform::create(LoadedSettings loaded, ConfigChoice choice) {
  std::unique_ptr<Platform> platform(new Platform(std::move(loaded), std::move(choice)));
  TRY_DONE(platform->build());
  return platform;
}

Platform::Platform(LoadedSettings loaded, ConfigChoice choice)
    : loaded_(std::move(loaded)), choice_(std::move(choice)) {}

Status Platform::build() {
  const Settings& settings = loaded_.settings;
  log::start(settings.log.level);
  TRY(signals_, io::Signals::watch(loop_, {SIGTERM, SIGINT, SIGHUP, SIGUSR1},
                                   [this](int number) { on_signal(number); }));
  metrics::register_process(registry_, version());

  const flow::FlowSettings flow = flow_settings(settings, default_store_path());
  if (flow.store_enabled && flow.store.path.empty())
    return Error{Fault::kConfig, "there is no place for the store: set store.path, or HOME"};
  TRY(flow_, flow::Plane::create(flow, registry_, clock_));
  TRY_DONE(check_free(settings.edge.listen));
  TRY_DONE(build_routes());
  TRY(edge_, edge::Plane::create(
                 settings.edge, registry_, clock_,
                 [this](unsigned) -> model::Tap& {
                   return flow_->open_tap("edge", model::SourceKind::kEdge);
                 },
                 answer_barrier()));
  TRY_DONE(build_universe());
  register_compatibility(registry_);
  control::PlaneContext context{.loop = loop_,
                                .clock = clock_,
                                .metrics = registry_,
                                .status = [this] { return status(); },
                                .store_path = flow_->store_path(),
                                .universe = universe_.get(),
                                .routes = route_.get(),
                                .blind_spots = [this] { return flow_->blind_spots(); }};
  TRY(control_, control::Plane::create(settings.control, std::move(context)));
  return Done{};
}

Status Platform::build_universe() {
  universe::UniverseSettings settings = universe_settings(loaded_.settings, default_history_path());
  if (!settings.enabled) return Done{};
  if (settings.history.enabled && settings.history.path.empty()) {
    log::warning(
        "there is no place for what has been seen, which is kept in memory only: set "
        "universe.history.path, or HOME");
    settings.history.enabled = false;
  }
  TRY(universe_, universe::Plane::create(settings, registry_, clock_, edge_.get()));
  return flow_->add_sink("universe", std::make_unique<ConsumerSink>(*universe_),
                         loaded_.settings.universe.lane);
}

/// The routing plane is fed by a lane of the flow, from every source there is.
Status Platform::build_routes() {
  route::RouteSettings settings = loaded_.settings.route;
  if (!settings.enabled()) return Done{};
  if (settings.state_file.empty()) {
    const std::string& store = loaded_.settings.store.path;
    const std::filesystem::path beside = store.empty() ? default_store_path() : store;
    settings.state_file = (beside.parent_path() / "routes.state").string();
  }
  TRY(route_,
      route::Plane::create(settings, upstream_addresses(loaded_.settings.edge), registry_, clock_));
  return flow_->add_sink("routes", std::make_unique<ConsumerSink>(*route_), {});
}

/// Answers of our own wait for the routes they bring.
edge::Plane::OpenBarrier Platform::answer_barrier() {
  if (!route_ || !route_->has_barrier()) return {};
  return [this](io::Loop& loop, edge::Plane::OnRelease on_release) {
    return route_->open_barrier(loop, std::move(on_release));
  };
}

void Platform::run() {
  if (universe_) universe_->start();
  if (route_) route_->start();
  flow_->start();
  edge_->start();
  announce();
  readiness_timer_.start(kReadinessInterval, [this] { watch_readiness(); });
  loop_.run();
  stop();
}

void Platform::stop() {
  log::info("draining");
  // From here on a second signal has its default effect: the end, at once.
  signals_->absorb(kSameSignal);
  signals_.reset();
  readiness_timer_.stop();
  edge_->stop(loaded_.settings.edge.query_timeout);
  flow_->stop(kFlowPatience);
  if (universe_) universe_->stop(kHistoryPatience);
  if (route_) route_->stop();
  log_statistics();
  control_.reset();
  log::info("ended");
}

void Platform::on_signal(int number) {
  switch (number) {
    case SIGHUP: return reload();
    case SIGUSR1: return log_statistics();
    default: loop_.stop();
  }
}

void Platform::reload() {
  auto next = load_settings(choice_, config::process_environment);
  if (!next) {
    for (const config::Diagnostic& each : next.error()) log::error(each.to_text());
    return log::error("the settings were not reloaded: nothing has changed");
  }
  const auto changes = config::changes(settings_table(), loaded_.settings, next->settings);
  bool refused = false;
  for (const config::Change& change : changes) {
    if (change.reload == config::Reload::kLive) continue;
    log::error(fmt::format("{} needs a restart", change.to_text()));
    refused = true;
  }
  if (refused) return log::error("the settings were not reloaded: nothing has changed");
  loaded_ = *std::move(next);
  log::start(loaded_.settings.log.level);
  edge_->adopt(loaded_.settings.edge);
  if (universe_) universe_->adopt(universe_settings(loaded_.settings, default_history_path()));
  flow_->reopen();
  if (route_) route_->reload();
  for (const config::Change& change : changes) log::info(change.to_text());
  log::info(fmt::format("reloaded: {} settings changed, files reopened", changes.size()));
}

void Platform::log_statistics() const {
  const control::Status now = status();
  for (const control::UpstreamStatus& upstream : now.upstreams)
    log::info(fmt::format("upstream {}: {}, {} queries, {} replies", upstream.name,
                          upstream.up ? "up" : "down", upstream.queries, upstream.replies));
  log::info(fmt::format("cache: {} answers in {}, {} hits, {} misses", now.cache.entries,
                        format_size(now.cache.size_octets), now.cache.hits, now.cache.misses));
  if (route_) {
    const route::PlaneReading routes = route_->read();
    log::info(fmt::format("routes: {} exported, of {} names", routes.routes, routes.names));
  }
  for (const std::string& line : flow_->ledger_lines()) log::info(line);
}

void Platform::announce() const {
  const std::string& file = loaded_.file;
  log::info(fmt::format("weir {}, settings: {}", version(), file.empty() ? "defaults" : file));
  announce_warmth();
  const std::vector<Endpoint> listeners = edge_->listeners();
  log::info(fmt::format("answering on {} (UDP and TCP)", join(listeners)));
  for (const auto& upstream : edge_->upstreams())
    log::info(fmt::format("upstream {}: {}", upstream->name, upstream->settings.address));
  log::info(flow_->store_path().empty() ? "no store: what is seen is not kept"
                                        : "store: " + flow_->store_path());
  if (universe_ && !universe_->history_path().empty())
    log::info("what has been seen: " + universe_->history_path());
  if (const std::string journal = flow_->journal_summary(); !journal.empty()) log::info(journal);
  for (const flow::SourceSettings& source : flow_settings(loaded_.settings, {}).sources)
    log::info(fmt::format("source {}: {}", flow::name_of(source), flow::origin(source)));
  if (const auto pages = control_->listeners(); !pages.empty())
    log::info(fmt::format("status, metrics, query log: http://{}/", pages.front().to_text()));
  if (const auto pages = control_->alias_listeners(); !pages.empty())
    log::info(fmt::format("metrics also: http://{}/metrics", pages.front().to_text()));
  const Endpoint& first = listeners.front();
  log::info(fmt::format("try: kdig @{} -p {} example.org", first.address.to_text(), first.port));
}

void Platform::announce_warmth() const {
  const universe::KeepWarmSettings& settings = loaded_.settings.universe.keep_warm;
  if (!universe_ || !settings.enabled) return;
  const auto by = [&] {
    switch (settings.driver) {
      case universe::WarmthDriver::kUnbound: return "unbound's control";
      case universe::WarmthDriver::kRequery: return "asking";
      case universe::WarmthDriver::kEdge: return "asking upstreams";
    }
    return "";
  };
  const auto bound = [](const std::optional<uint32_t>& ttl) {
    return ttl ? format_duration(std::chrono::seconds(*ttl)) : std::string("none");
  };
  const universe::WarmthSettings& warmth = settings.warmth;
  const universe::SightingSettings& sightings = loaded_.settings.universe.sightings;
  log::info(fmt::format(
      "keeping {} warm by {}: a batch of {} every {}, {} ahead, at most {}/s, asked {} times, TTL "
      "above {} and below {}",
      settings.cache(), by(), warmth.batch, format_duration(warmth.cycle),
      format_duration(warmth.ahead), warmth.rate, warmth.least_asked, bound(sightings.ttl_above),
      bound(sightings.ttl_below)));
}

void Platform::watch_readiness() {
  const std::vector<std::string> reasons = status().reasons_not_ready();
  const bool ready = reasons.empty();
  const bool too_early = !ready && clock_.now() - started_at_ < kFirstImpression;
  if (said_ready_ != ready && !too_early) {
    said_ready_ = ready;
    if (ready) log::info("ready: an upstream answers");
    if (!ready) log::warning("not ready: queries get SERVFAIL until an upstream answers");
    for (const std::string& reason : reasons) log::warning(reason);
  }
  readiness_timer_.start(kReadinessInterval, [this] { watch_readiness(); });
}

control::Status Platform::status() const {
  control::Status status;
  status.version = version();
  status.started = started_;
  status.uptime = clock_.now() - started_at_;
  for (const Endpoint& endpoint : edge_->listeners())
    for (const char* protocol : {"udp", "tcp"})
      status.listeners.push_back(fmt::format("{}://{}", protocol, endpoint.to_text()));
  status.upstreams = read_upstreams(*edge_);
  status.store = read_store(*flow_);
  status.ledger = read_ledger(*flow_);
  status.cache = read_cache(*edge_);
  status.degraded = flow_->complaints();
  if (universe_)
    for (std::string& line : universe_->complaints()) status.degraded.push_back(std::move(line));
  return status;
}

}  // namespace weir::app
