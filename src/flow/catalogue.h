// What plug-ins there are. The catalogue is the only part of the flow that knows them by name; they
// have no headers of their own.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "flow/encoder.h"
#include "flow/lane/transform.h"
#include "flow/settings.h"
#include "flow/sink.h"
#include "flow/source.h"
#include "metrics/registry.h"

namespace weir::flow {

/// Words for `Format`, in the order of its enumerators.
std::span<const std::string_view> format_words();

/// `identity` and `version` are written where an observation has none.
std::unique_ptr<Encoder> make_encoder(Format format, std::string_view identity,
                                      std::string_view version);
/// Opens the sink that `sink` describes; what it counts by itself stands in `registry`, which
/// outlives it.
Result<std::unique_ptr<Sink>> make_sink(const SinkSettings& sink, const FlowSettings& settings,
                                        metrics::Registry& registry);
/// What is to stand before a sink; nothing if everything reaches it as it is.
Result<std::unique_ptr<Transforms>> make_transforms(const LaneSettings& settings);
/// What kind of sink it is, and where it leads: `file /var/log/weir/dns.jsonl`.
std::string destination(const SinkSettings& sink);

model::SourceKind kind_of(const SourceSettings& source);
/// Opens what `source` listens on.
Result<std::unique_ptr<Source>> make_source(const SourceSettings& source, SourceContext context);
/// What kind of source it is, and where it takes from: `dnstap on unix:/run/weir/dnstap.sock`.
std::string origin(const SourceSettings& source);

}  // namespace weir::flow
