// `weir capture`: interfaces through the flow, to standard output or to a sink, until a signal.
#include "app/commands.h"
#include "app/commands/live.h"

namespace weir::app {
namespace {

io::CaptureMethod method_of(std::string_view word) {
  if (word == "ebpf") return io::CaptureMethod::kEbpf;
  return word == "packet" ? io::CaptureMethod::kPacket : io::CaptureMethod::kAuto;
}

flow::CaptureSourceSettings source_of(const CaptureCommand& command) {
  flow::CaptureSourceSettings source;
  source.name = "capture";
  source.interfaces = command.interfaces;
  source.netns = command.netns;
  source.method = method_of(command.method);
  source.ports = {53, 5353};
  if (!command.ports.empty()) source.ports = command.ports;
  for (const std::string& network : command.networks)
    source.networks.push_back(*Prefix::parse(network));
  source.responses_only = command.responses_only;
  source.sample = command.sample;
  source.snap_octets = command.snap_octets;
  source.promiscuous = command.promiscuous;
  source.must_exist = true;
  return source;
}

}  // namespace

int run(const CaptureCommand& command) { return watch("capture", command, source_of(command)); }

}  // namespace weir::app
