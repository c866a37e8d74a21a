// The list of plug-ins. Adding one is a file in its folder, its maker declared here, and a line
// below.
#include "flow/catalogue.h"

#include <fmt/format.h>

#include <array>

namespace weir::flow {

std::unique_ptr<Encoder> make_text_encoder(std::string_view identity);
std::unique_ptr<Encoder> make_flat_json_encoder(std::string_view identity,
                                                std::string_view version);
std::unique_ptr<Encoder> make_json_encoder(std::string_view identity, std::string_view version);
std::unique_ptr<Encoder> make_short_encoder();
std::unique_ptr<Encoder> make_yaml_encoder(std::string_view identity, std::string_view version);
std::unique_ptr<Encoder> make_dnstap_encoder(std::string_view identity, std::string_view version);
std::unique_ptr<Encoder> make_pcap_encoder();
std::unique_ptr<Encoder> make_dnswatch_encoder();
Result<std::unique_ptr<Sink>> make_file_sink(const FileSinkSettings& settings,
                                             std::unique_ptr<Encoder> encoder);
Result<std::unique_ptr<Sink>> make_sqlite_sink(const SqliteSinkSettings& settings);
Result<std::unique_ptr<Sink>> make_dnstap_sink(const DnstapSinkSettings& settings,
                                               std::string_view identity, std::string_view version);
Result<std::unique_ptr<Sink>> make_postgresql_sink(const PostgresqlSinkSettings& settings,
                                                   std::string_view identity);
Result<std::unique_ptr<Sink>> make_json_sink(const JsonSinkSettings& settings,
                                             std::unique_ptr<Encoder> encoder,
                                             metrics::Registry& registry);
Result<std::unique_ptr<Sink>> make_nats_sink(const NatsSinkSettings& settings,
                                             std::unique_ptr<Encoder> encoder,
                                             metrics::Registry& registry);
Result<std::unique_ptr<Sink>> make_kafka_sink(const KafkaSinkSettings& settings,
                                              std::unique_ptr<Encoder> encoder,
                                              metrics::Registry& registry);
Result<std::unique_ptr<Sink>> make_kinesis_sink(const KinesisSinkSettings& settings,
                                                std::unique_ptr<Encoder> encoder,
                                                metrics::Registry& registry);
Result<std::unique_ptr<Source>> make_dnstap_source(const DnstapSourceSettings& settings,
                                                   SourceContext context);
Result<std::unique_ptr<Source>> make_capture_source(const CaptureSourceSettings& settings,
                                                    SourceContext context);
Result<std::unique_ptr<Source>> make_json_source(const JsonSourceSettings& settings,
                                                 SourceContext context);
std::unique_ptr<Transform> make_filter(const std::optional<Conditions>& only,
                                       const std::optional<Conditions>& except);
std::unique_ptr<Transform> make_sample(uint32_t one_in);
Result<std::unique_ptr<Transform>> make_anonymise(const AnonymiseSettings& settings);

namespace {

constexpr std::array<std::string_view, 8> kFormats = {"text", "short",  "flat-json", "json",
                                                      "yaml", "dnstap", "pcap",      "dnswatch"};

using Made = Result<std::unique_ptr<Sink>>;

/// One overload a kind of sink: how it is made, and what is said of it.
class Make {
 public:
  Make(const FlowSettings& settings, metrics::Registry& registry)
      : flow_(settings), registry_(registry) {}
  Made operator()(const FileSinkSettings& sink) const {
    return make_file_sink(sink, make_encoder(sink.format, flow_.identity, flow_.version));
  }
  Made operator()(const SqliteSinkSettings& sink) const { return make_sqlite_sink(sink); }
  Made operator()(const DnstapSinkSettings& sink) const {
    return make_dnstap_sink(sink, flow_.identity, flow_.version);
  }
  Made operator()(const PostgresqlSinkSettings& sink) const {
    return make_postgresql_sink(sink, flow_.identity);
  }
  Made operator()(const JsonSinkSettings& sink) const {
    return make_json_sink(sink, encoder_of(sink.shape), registry_);
  }
  Made operator()(const NatsSinkSettings& sink) const {
    return make_nats_sink(sink, encoder_of(sink.shape), registry_);
  }
  Made operator()(const KafkaSinkSettings& sink) const {
    return make_kafka_sink(sink, encoder_of(sink.shape), registry_);
  }
  Made operator()(const KinesisSinkSettings& sink) const {
    return make_kinesis_sink(sink, encoder_of(sink.shape), registry_);
  }

 private:
  std::unique_ptr<Encoder> encoder_of(Format shape) const {
    return make_encoder(shape, flow_.identity, flow_.version);
  }

  const FlowSettings& flow_;
  metrics::Registry& registry_;
};

struct Destination {
  std::string operator()(const FileSinkSettings& sink) const { return "file " + sink.path; }
  std::string operator()(const SqliteSinkSettings& sink) const { return "sqlite " + sink.path; }
  std::string operator()(const DnstapSinkSettings& sink) const { return "dnstap to " + sink.to; }
  std::string operator()(const PostgresqlSinkSettings& sink) const {
    return fmt::format("postgresql {} at {}", sink.database, sink.host);
  }
  std::string operator()(const JsonSinkSettings& sink) const { return "json to " + sink.to; }
  std::string operator()(const NatsSinkSettings& sink) const {
    return fmt::format("nats stream {} at {}", sink.stream, fmt::join(sink.servers, ", "));
  }
  std::string operator()(const KafkaSinkSettings& sink) const {
    return fmt::format("kafka topic {} at {}", sink.topic, fmt::join(sink.brokers, ", "));
  }
  std::string operator()(const KinesisSinkSettings& sink) const {
    return fmt::format("kinesis stream {} in {}", sink.stream, sink.region);
  }
};

/// The same of sources.
struct Kind {
  model::SourceKind operator()(const DnstapSourceSettings&) const {
    return model::SourceKind::kDnstap;
  }
  model::SourceKind operator()(const CaptureSourceSettings&) const {
    return model::SourceKind::kCapture;
  }
  model::SourceKind operator()(const JsonSourceSettings&) const { return model::SourceKind::kJson; }
};

struct MakeSource {
  SourceContext& context;
  Result<std::unique_ptr<Source>> operator()(const DnstapSourceSettings& source) const {
    return make_dnstap_source(source, std::move(context));
  }
  Result<std::unique_ptr<Source>> operator()(const CaptureSourceSettings& source) const {
    return make_capture_source(source, std::move(context));
  }
  Result<std::unique_ptr<Source>> operator()(const JsonSourceSettings& source) const {
    return make_json_source(source, std::move(context));
  }
};

std::string list(std::string_view before, const std::vector<StreamAddress>& addresses) {
  std::string text;
  for (const StreamAddress& address : addresses)
    text += (text.empty() ? std::string(before) : ", ") + address.to_text();
  return text;
}

struct Origin {
  std::string operator()(const JsonSourceSettings& source) const {
    return "json" + list(" on ", source.listen);
  }
  std::string operator()(const DnstapSourceSettings& source) const {
    return "dnstap" + list(" on ", source.listen) + list(" from ", source.dial);
  }
  std::string operator()(const CaptureSourceSettings& source) const {
    const std::string where = source.netns.empty() ? "" : " of namespace " + source.netns;
    return fmt::format("capture of {}{}", fmt::join(source.interfaces, ", "), where);
  }
};

}  // namespace

std::span<const std::string_view> format_words() { return kFormats; }

std::unique_ptr<Encoder> make_encoder(Format format, std::string_view identity,
                                      std::string_view version) {
  switch (format) {
    case Format::kText: return make_text_encoder(identity);
    case Format::kFlatJson: return make_flat_json_encoder(identity, version);
    case Format::kJson: return make_json_encoder(identity, version);
    case Format::kShort: return make_short_encoder();
    case Format::kYaml: return make_yaml_encoder(identity, version);
    case Format::kDnstap: return make_dnstap_encoder(identity, version);
    case Format::kPcap: return make_pcap_encoder();
    case Format::kDnswatch: return make_dnswatch_encoder();
  }
  return nullptr;
}

Made make_sink(const SinkSettings& sink, const FlowSettings& settings,
               metrics::Registry& registry) {
  return std::visit(Make(settings, registry), sink);
}

Result<std::unique_ptr<Transforms>> make_transforms(const LaneSettings& settings) {
  std::vector<std::unique_ptr<Transform>> chain;
  if (settings.only || settings.except)
    chain.push_back(make_filter(settings.only, settings.except));
  if (settings.sample > 1) chain.push_back(make_sample(settings.sample));
  if (settings.anonymise.way != Anonymisation::kNone) {
    TRY(auto anonymise, make_anonymise(settings.anonymise));
    chain.push_back(std::move(anonymise));
  }
  if (chain.empty()) return std::unique_ptr<Transforms>();
  return std::make_unique<Transforms>(std::move(chain));
}

std::string destination(const SinkSettings& sink) { return std::visit(Destination{}, sink); }

model::SourceKind kind_of(const SourceSettings& source) { return std::visit(Kind{}, source); }

Result<std::unique_ptr<Source>> make_source(const SourceSettings& source, SourceContext context) {
  return std::visit(MakeSource{context}, source);
}

std::string origin(const SourceSettings& source) { return std::visit(Origin{}, source); }

}  // namespace weir::flow
