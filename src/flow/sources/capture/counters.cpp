// The names of the series and what is said of them.
#include "flow/sources/capture/counters.h"

namespace weir::flow::capture_source {

Counters::Counters(metrics::Registry& registry, const std::string& source) {
  const auto expose = [&](std::string_view name, std::string_view help, metrics::Labels labels,
                          auto read, bool counter = true) {
    labels.insert(labels.begin(), {"source", source});
    registry.callback(name, help, std::move(labels), counter, [read, published = published_] {
      return static_cast<double>(read(*published));
    });
  };
  const auto expose_value = [&](std::string_view name, std::string_view help,
                                Value Published::* value) {
    expose(name, help, {}, [value](const Published& all) { return ((all.*value).load()); });
  };
  const auto fate = [](io::Fate of) {
    return [of](const Published& all) { return all.fates[static_cast<size_t>(of)].load(); };
  };
  expose("weir_capture_packets_total", "Packets that were looked at.", {},
         [](const Published& all) {
           uint64_t sum = 0;
           for (const Value& each : all.fates) sum += each.load();
           return sum;
         });
  expose("weir_capture_taken_packets_total", "Packets handed over by the kernel.", {},
         fate(io::Fate::kTaken));
  expose("weir_capture_kernel_drops_total", "Wanted packets for which the ring had no room.", {},
         fate(io::Fate::kRingFull));
  for (size_t i = static_cast<size_t>(io::Fate::kRunt); i < io::kFates; ++i)
    expose("weir_capture_skipped_packets_total", "Packets that were not wanted, by reason.",
           {{"reason", std::string(to_text(static_cast<io::Fate>(i)))}},
           fate(static_cast<io::Fate>(i)));
  for (size_t i = 1; i < packet::kRefusals; ++i)
    expose("weir_capture_refused_packets_total", "Packets taken that gave no DNS, by reason.",
           {{"reason", std::string(to_text(static_cast<packet::Refusal>(i)))}},
           [i](const Published& all) { return all.refused[i].load(); });
  expose_value("weir_capture_messages_total", "DNS messages recorded.", &Published::messages);
  expose_value("weir_capture_malformed_messages_total", "Malformed ones among them.",
               &Published::malformed);
  expose_value("weir_capture_paired_total", "Responses whose query was seen.", &Published::paired);
  expose_value("weir_capture_unasked_responses_total", "Responses whose query was not seen.",
               &Published::unasked);
  expose_value("weir_capture_unanswered_queries_total",
               "Queries whose response was not seen in time.", &Published::unanswered);
  expose_value("weir_capture_pairing_evicted_total",
               "Queries that were forgotten to make room for others.", &Published::evicted);
  expose_value("weir_capture_fragments_lost_total",
               "Fragmented packets given up for their age or to make room.",
               &Published::fragments_lost);
  expose_value("weir_capture_streams_evicted_total", "TCP streams forgotten to make room.",
               &Published::streams_lost);
  expose(
      "weir_capture_interfaces", "Interfaces that are watched at present.", {},
      [](const Published& all) { return all.interfaces.load(); }, false);
  expose(
      "weir_capture_lag_seconds", "From the kernel's sight of the latest packet to weir's.", {},
      [](const Published& all) { return all.lag.load(); }, false);
}

uint64_t Counters::publish(const io::FateCounts& fates, const Intake& intake, size_t interfaces,
                           Duration lag) {
  Published& to = *published_;
  const uint64_t lost_before = to.fates[static_cast<size_t>(io::Fate::kRingFull)];
  for (size_t i = 0; i < io::kFates; ++i) to.fates[i] = fates.of[i];
  for (size_t i = 0; i < packet::kRefusals; ++i)
    to.refused[i] = intake.extractor().counts().refused[i];
  to.messages = intake.recorder().observations();
  to.malformed = intake.recorder().malformed();
  const Pairing& pairing = intake.recorder().pairing();
  to.paired = pairing.paired();
  to.unasked = pairing.orphans();
  to.unanswered = pairing.unanswered();
  to.evicted = pairing.evicted();
  const packet::Fragments::Counts& fragments = intake.extractor().fragment_counts();
  to.fragments_lost = fragments.expired + fragments.evicted;
  to.streams_lost = intake.extractor().stream_counts().evicted;
  to.interfaces = interfaces;
  to.lag = to_seconds(lag);
  return fates[io::Fate::kRingFull] - lost_before;
}

io::FateCounts Counters::fates() const {
  io::FateCounts fates;
  for (size_t i = 0; i < io::kFates; ++i) fates.of[i] = published_->fates[i];
  return fates;
}

}  // namespace weir::flow::capture_source
