// The names of the series and what is said of them.
#include "flow/sources/json/counters.h"

#include <utility>

namespace weir::flow::json_source {
namespace {

constexpr std::string_view kRefused = "weir_intake_connections_refused_total";
constexpr std::string_view kRefusedHelp = "Connections closed at once, by reason.";

}  // namespace

Counters::Counters(metrics::Registry& registry, std::string source)
    : registry_(registry),
      source_(std::move(source)),
      senders(registry.gauge("weir_intake_senders", "Senders of lines that are connected.",
                             {{"source", source_}})),
      accepted(registry.counter("weir_intake_connections_total", "Connections accepted.",
                                {{"source", source_}})),
      lines(registry.counter("weir_intake_lines_total", "Lines received.", {{"source", source_}})),
      octets(registry.counter("weir_intake_received_bytes_total", "Octets received.",
                              {{"source", source_}})),
      left_out(registry.counter("weir_intake_records_left_out_total",
                                "Records of which no part of a message could be made.",
                                {{"source", source_}})),
      pauses(registry.counter("weir_intake_pauses_total",
                              "How often reading stopped until the flow had room.",
                              {{"source", source_}})) {
  for (size_t i = 1; i < malformed_.size(); ++i)
    malformed_[i] = &registry.counter(
        "weir_intake_malformed_lines_total", "Lines that are no record, by what is wrong.",
        {{"source", source_}, {"reason", std::string(to_text(static_cast<LineFault>(i)))}});
  for (const char* reason : {"acl", "max_clients"})
    registry.counter(kRefused, kRefusedHelp, {{"source", source_}, {"reason", reason}});
}

void Counters::refused(std::string_view reason) {
  registry_.counter(kRefused, kRefusedHelp, {{"source", source_}, {"reason", std::string(reason)}})
      .add();
}

void Counters::failed(std::string_view reason) {
  registry_
      .counter("weir_intake_connections_failed_total", "Connections that ended badly, by how.",
               {{"source", source_}, {"reason", std::string(reason)}})
      .add();
}

}  // namespace weir::flow::json_source
