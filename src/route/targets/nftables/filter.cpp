// Making the writers, and the series weir_nftables_….
#include "route/targets/nftables/filter.h"

namespace weir::route {
namespace {

struct Series {
  const char* name;
  const char* help;
  const metrics::LocalCounter SetWriter::Counts::* counter;
};

constexpr Series kSeries[] = {
    {"weir_nftables_put_total", "Elements that were put for new routes.", &SetWriter::Counts::put},
    {"weir_nftables_removed_total", "Elements that were taken out.", &SetWriter::Counts::removed},
    {"weir_nftables_failures_total", "Transactions that the kernel refused.",
     &SetWriter::Counts::failures},
    {"weir_nftables_repairs_total", "Times that sets or elements were gone and were put anew.",
     &SetWriter::Counts::repairs},
    {"weir_nftables_unexportable_total",
     "Networks of lists, for which sets of addresses have no room.", &SetWriter::Counts::networks},
};

}  // namespace

Result<std::unique_ptr<Filter>> Filter::create(const RouteSettings& settings,
                                               const Exports& exports, io::Loop& loop, Feed& feed,
                                               std::function<Duration(RouteId)> life_of,
                                               metrics::Registry& registry) {
  std::unique_ptr<Filter> filter(new Filter(settings));
  for (size_t number = 0; number < settings.nftables.size(); ++number) {
    TRY(io::Nftables nftables, io::Nftables::open());
    filter->writers_.push_back(std::make_unique<SetWriter>(
        SetWriterContext{.settings = settings.nftables[number],
                         .groups = exports.groups_of_nftables[number],
                         .loop = loop,
                         .feed = feed,
                         .life_of = life_of,
                         .on_loss = [raw = filter.get()] { raw->restarted(); }},
        std::move(nftables)));
  }
  filter->expose(registry);
  return filter;
}

void Filter::expose(metrics::Registry& registry) const {
  for (const auto& writer : writers_) {
    const metrics::Labels labels = {{"target", std::string(writer->name())}};
    const SetWriter::Counts& counts = writer->counts();
    for (const Series& series : kSeries)
      registry.callback(series.name, series.help, labels, true, [&counts, member = series.counter] {
        return static_cast<double>((counts.*member).value());
      });
    registry.callback("weir_nftables_up", "1 while the kernel takes what it is told.", labels,
                      false, [&counts] { return counts.up ? 1.0 : 0.0; });
  }
}

void Filter::start() {
  for (const auto& writer : writers_) writer->start();
}

void Filter::wake() {
  for (const auto& writer : writers_) writer->wake();
}

void Filter::renewed(RouteId id) {
  for (const auto& writer : writers_) writer->renewed(id);
}

void Filter::stop(std::function<void()> done) {
  for (const auto& writer : writers_) writer->stop(settings_.on_stop == OnStop::kKeep);
  done();
}

std::vector<Receiver*> Filter::receivers() {
  std::vector<Receiver*> all;
  for (size_t number = 0; number < writers_.size(); ++number)
    if (settings_.nftables[number].barrier) all.push_back(writers_[number].get());
  return all;
}

}  // namespace weir::route
