// What plug-ins there are. The catalogue is the only part of the flow that knows them by name; they
// have no headers of their own.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "flow/encoder.h"
#include "flow/settings.h"
#include "flow/sink.h"

namespace weir::flow {

/// Words for `SinkSettings::type`, `Format` and `Overflow`, in the order of their enumerators.
std::span<const std::string_view> sink_types();
std::span<const std::string_view> format_words();
std::span<const std::string_view> overflow_words();

/// `identity` and `version` are written where an observation has none.
std::unique_ptr<Encoder> make_encoder(Format format, std::string_view identity,
                                      std::string_view version);
/// Opens the sink that `sink` describes.
Result<std::unique_ptr<Sink>> make_sink(const SinkSettings& sink, const FlowSettings& settings);

}  // namespace weir::flow
