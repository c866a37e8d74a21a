// The list of plug-ins. Adding one is a file in its folder, its maker declared here, and a line
// below.
#include "flow/catalogue.h"

#include <fmt/format.h>

#include <array>

#include "base/units.h"

namespace weir::flow {

std::unique_ptr<Encoder> make_text_encoder(std::string_view identity);
std::unique_ptr<Encoder> make_flat_json_encoder(std::string_view identity,
                                                std::string_view version);
std::unique_ptr<Encoder> make_json_encoder(std::string_view identity, std::string_view version);
Result<std::unique_ptr<Sink>> make_file_sink(const SinkSettings& settings,
                                             std::unique_ptr<Encoder> encoder);
Result<std::unique_ptr<Sink>> make_sqlite_sink(const SinkSettings& settings);

namespace {

constexpr std::array<std::string_view, 2> kSinkTypes = {"file", "sqlite"};
constexpr std::array<std::string_view, 3> kFormats = {"text", "flat-json", "json"};
constexpr std::array<std::string_view, 3> kOverflows = {"drop_newest", "drop_oldest", "block"};

}  // namespace

std::span<const std::string_view> sink_types() { return kSinkTypes; }
std::span<const std::string_view> format_words() { return kFormats; }
std::span<const std::string_view> overflow_words() { return kOverflows; }

std::unique_ptr<Encoder> make_encoder(Format format, std::string_view identity,
                                      std::string_view version) {
  switch (format) {
    case Format::kText: return make_text_encoder(identity);
    case Format::kFlatJson: return make_flat_json_encoder(identity, version);
    case Format::kJson: return make_json_encoder(identity, version);
  }
  return nullptr;
}

Result<std::unique_ptr<Sink>> make_sink(const SinkSettings& sink, const FlowSettings& settings) {
  if (sink.type == "file")
    return make_file_sink(sink, make_encoder(sink.format, settings.identity, settings.version));
  if (sink.type == "sqlite") return make_sqlite_sink(sink);
  const std::string_view near = nearest(sink.type, kSinkTypes);
  return Error{Fault::kConfig,
               fmt::format("sink {}: there is no type \"{}\"{}", sink.name, sink.type,
                           near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)),
               false};
}

}  // namespace weir::flow
