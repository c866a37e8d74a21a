// The names of the series and what is said of them.
#include "flow/sources/dnstap/counters.h"

#include <utility>

namespace weir::flow::dnstap_source {
namespace {

constexpr std::string_view kRefused = "weir_dnstap_connections_refused_total";
constexpr std::string_view kRefusedHelp = "Connections closed at once, by reason.";
constexpr std::string_view kBadFrames = "weir_dnstap_malformed_frames_total";

}  // namespace

Counters::Counters(metrics::Registry& registry, std::string source)
    : registry_(registry),
      source_(std::move(source)),
      senders(registry.gauge("weir_dnstap_senders", "Senders whose stream has begun.",
                             {{"source", source_}})),
      accepted(registry.counter("weir_dnstap_connections_total", "Connections accepted.",
                                {{"source", source_}})),
      frames(registry.counter("weir_dnstap_frames_total", "Data frames received.",
                              {{"source", source_}})),
      octets(registry.counter("weir_dnstap_received_bytes_total", "Octets received.",
                              {{"source", source_}})),
      oversize(registry.counter("weir_dnstap_oversize_frames_total",
                                "Frames above max_frame, passed over.", {{"source", source_}})),
      foreign(registry.counter("weir_dnstap_foreign_frames_total",
                               "Frames of a type that is not a DNS message, passed over.",
                               {{"source", source_}})),
      unknown(registry.counter("weir_dnstap_unknown_messages_total",
                               "Messages of a type that is not known yet.", {{"source", source_}})),
      malformed_dns(registry.counter("weir_dnstap_malformed_messages_total",
                                     "Frames whose DNS message is malformed.",
                                     {{"source", source_}})),
      pauses(registry.counter("weir_dnstap_pauses_total",
                              "How often reading stopped until the flow had room.",
                              {{"source", source_}})),
      throttled(registry.counter("weir_dnstap_throttled_total",
                                 "How often a sender had to wait for max_rate.",
                                 {{"source", source_}})) {
  for (size_t i = 1; i < malformed_.size(); ++i)
    malformed_[i] =
        &registry.counter(kBadFrames, "Data frames that are no dnstap, by what is wrong with them.",
                          {{"source", source_},
                           {"reason", std::string(to_text(static_cast<dnstap::DecodeFault>(i)))}});
  for (const char* reason : {"acl", "max_clients"})
    registry.counter(kRefused, kRefusedHelp, {{"source", source_}, {"reason", reason}});
}

void Counters::refused(std::string_view reason) {
  registry_.counter(kRefused, kRefusedHelp, {{"source", source_}, {"reason", std::string(reason)}})
      .add();
}

void Counters::handshake_failed(std::string_view reason) {
  registry_
      .counter("weir_dnstap_handshake_failures_total",
               "Connections that ended before a stream began, by reason.",
               {{"source", source_}, {"reason", std::string(reason)}})
      .add();
}

void Counters::ended(std::string_view reason) {
  registry_
      .counter("weir_dnstap_streams_ended_total", "Streams that ended, by how.",
               {{"source", source_}, {"reason", std::string(reason)}})
      .add();
}

void Counters::dial_failed(std::string_view reason) {
  registry_
      .counter("weir_dnstap_dial_failures_total", "Producers that could not be dialled, by reason.",
               {{"source", source_}, {"reason", std::string(reason)}})
      .add();
}

}  // namespace weir::flow::dnstap_source
