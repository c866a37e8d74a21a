// `weir routes`: asks the operator's HTTP of a running weir, page by page.
#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"
#include "app/commands/report.h"
#include "app/operator_http.h"
#include "app/settings.h"
#include "io/loop.h"

namespace weir::app {
namespace {

constexpr Duration kWatchInterval = 250ms;
constexpr const char* kPages = "/api/v1/routes";

class Asker {
 public:
  Asker(const Endpoint& server, bool json) : server_(server), json_(json) {}

  /// Prints the page; gives the mark of the next one.
  Result<std::string> print(std::string target) const {
    if (!json_) target += target.find('?') == std::string::npos ? "?format=text" : "&format=text";
    TRY(const io::HttpReply reply, fetch_page(server_, target));
    fmt::print("{}", reply.body);
    return reply.field("Weir-Next");
  }

  Status print_all(const std::string& conditions) const {
    std::string after;
    do {
      const std::string more = after.empty() ? "" : "&after=" + after;
      TRY(after, print(fmt::format("{}?limit=10000{}{}", kPages, conditions, more)));
    } while (!after.empty() && std::ferror(stdout) == 0);
    return Done{};
  }

  Status watch() const {
    io::Loop loop;
    io::Timer timer(loop);
    Status outcome = Done{};
    std::string after = "0";
    std::function<void()> turn = [&] {
      auto next = print(fmt::format("{}/changes?after={}", kPages, after));
      if (!next) outcome = std::move(next).error();
      if (!next || std::fflush(stdout) != 0) return loop.stop();
      after = *std::move(next);
      timer.start(kWatchInterval, turn);
    };
    loop.post(turn);
    loop.run();
    return outcome;
  }

 private:
  const Endpoint server_;
  const bool json_;
};

std::string conditions(const RoutesCommand& command) {
  if (!command.set.empty()) return "&set=" + io::encode_query(command.set);
  if (command.what != RoutesCommand::What::kWhy) return {};
  const bool is_address = IpAddress::parse(command.subject).has_value();
  return (is_address ? "&address=" : "&name=") + io::encode_query(command.subject);
}

}  // namespace

int run(const RoutesCommand& command) {
  const auto loaded = load_settings(command.config, config::process_environment);
  if (!loaded) return report_mistakes(loaded.error());
  const auto server = operator_http(command.server, loaded->settings.control.listen);
  if (!server) {
    fmt::print(stderr, "weir routes: expected --server ADDRESS, or control.listen in settings\n");
    return kExitWrongInput;
  }
  const Asker asker(*server, command.json);
  Status done = Done{};
  switch (command.what) {
    case RoutesCommand::What::kWatch: done = asker.watch(); break;
    case RoutesCommand::What::kState:
      if (auto page = asker.print(fmt::format("{}/state", kPages)); !page)
        done = std::move(page).error();
      break;
    default: done = asker.print_all(conditions(command));
  }
  if (done) return kExitDone;
  fmt::print(stderr, "weir routes: {}\n", done.error().what);
  return kExitFailed;
}

}  // namespace weir::app
